// Tables in forms sort by a column and turn their pages, as in form-js. Without this script all rows are there.

const states = new Map(); // how each table was left, for a form that the server has drawn anew

function furnish(region) {
  const rows = [...region.querySelectorAll("tbody tr")];
  if (rows.length < 2) return;
  const size = Number(region.dataset.pageSize) || rows.length;
  const state = states.get(region.dataset.table) ?? { column: -1, direction: 1, page: 0 };
  states.set(region.dataset.table, state);
  const heads = [...region.querySelectorAll("th")];
  const pages = size < rows.length ? turner(region, state, () => show()) : null;

  heads.forEach((head, column) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      // Up, down, and as it was.
      if (state.column !== column) Object.assign(state, { column, direction: 1 });
      else if (state.direction === 1) state.direction = -1;
      else state.column = -1;
      state.page = 0;
      show();
    });
  });

  function show() {
    const last = Math.ceil(rows.length / size);
    state.page = Math.min(state.page, last - 1);
    const sorted = state.column < 0 ? rows : [...rows].sort((one, other) => state.direction * compare(text(one), text(other)));
    const shown = sorted.slice(state.page * size, (state.page + 1) * size);
    region.querySelector("tbody").replaceChildren(...shown);
    heads.forEach((head, column) => {
      if (column === state.column) head.setAttribute("aria-sort", state.direction === 1 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    pages?.(last);
  }

  const text = (row) => row.cells[state.column].textContent.trim();
  // On paper every row is there.
  window.addEventListener("beforeprint", () => region.querySelector("tbody").replaceChildren(...rows));
  window.addEventListener("afterprint", show);
  show();
}

const LANGUAGE = new Intl.Collator(document.documentElement.lang, { numeric: true });

function compare(one, other) {
  const [first, second] = [Number(one), Number(other)];
  return one && other && !Number.isNaN(first - second) ? first - second : LANGUAGE.compare(one, other);
}

function turner(region, state, show) {
  const place = document.createElement("span");
  place.setAttribute("aria-live", "polite");
  const step = (label, by) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-small", textContent: label });
    button.addEventListener("click", () => {
      state.page += by;
      show();
    });
    return button;
  };
  const [previous, next] = [step(region.dataset.previous, -1), step(region.dataset.next, 1)];
  const pages = Object.assign(document.createElement("div"), { className: "form-table-pages" });
  pages.append(previous, place, next);
  region.after(pages);
  return (last) => {
    place.textContent = region.dataset.place.replace("{number}", state.page + 1).replace("{last}", last);
    previous.disabled = state.page === 0;
    next.disabled = state.page === last - 1;
  };
}

const furnishAll = () => document.querySelectorAll("[data-table]:not([data-furnished])").forEach((region) => {
  region.dataset.furnished = "";
  furnish(region);
});
furnishAll();
document.addEventListener("htmx:afterSwap", furnishAll);
