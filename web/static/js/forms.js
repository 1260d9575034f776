// Forms whose parts depend on each other follow what is entered, without a button. Without this script the page has
// that button; nothing else is lost.
//
// Not by htmx: sending the form and putting the answer in its place are the fifteen lines here that it would do. What a
// form needs besides (no answer overwrites what was typed meanwhile, none interrupts the writing of a Chinese character,
// an ended session leads to the sign-in with everything kept) would be listeners to its events, as long as they are
// here, beside eight times as much script on every page with a form.

const SOON = 250; // milliseconds: a person ticking several boxes asks once

class LiveForm {
  constructor(form) {
    this.form = form;
    this.entries = 0;
    this.request = null;
    form.addEventListener("input", () => (this.entries += 1));
    form.addEventListener("change", (event) => tidy(event.target));
    form.addEventListener("change", (event) => picked(event.target));
    form.addEventListener("change", (event) => this.changed(event.target));
    form.addEventListener("submit", (event) => this.submitted(event));
    form.addEventListener("compositionstart", () => (this.composing = true));
    form.addEventListener("compositionend", () => this.composed());
    form.addEventListener("input", (event) => this.searched(event.target));
    form.addEventListener("keydown", (event) => this.pressed(event));
  }

  get fields() {
    return this.form.querySelector("[data-form-fields]");
  }

  composed() {
    this.composing = false;
    const waiting = this.waiting;
    this.waiting = null;
    if (waiting) this.refresh(...waiting);
  }

  changed(input) {
    if (!("live" in input.dataset)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh("_refresh", "1"), SOON);
  }

  // A picker finds while one types.
  searched(input) {
    const name = input.dataset?.pickerSearch;
    if (!name) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh("_pick", name), SOON);
  }

  // Enter in a picker searches, and the arrow leads from the text to what was found.
  pressed(event) {
    const name = event.target.dataset?.pickerSearch;
    if (!name || event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(this.timer);
      this.refresh("_pick", name);
    } else if (event.key === "ArrowDown") {
      const first = event.target.closest("[data-picker]").querySelector(".picker-found input:enabled");
      if (!first) return;
      event.preventDefault();
      first.focus();
    }
  }

  submitted(event) {
    const name = event.submitter?.name;
    if (["_add", "_remove", "_drop", "_refresh", "_pick"].includes(name)) {
      event.preventDefault();
      this.refresh(name, event.submitter.value);
    } else {
      clearTimeout(this.timer);
      this.request?.abort();
    }
  }

  // Ask for the form as it looks with what is entered now. The server keeps uploads, so they are sent only once.
  async refresh(name, value) {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const entries = this.entries;
    const body = new FormData(this.form);
    body.append(name, value);
    this.fields.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.form.action, { method: "POST", body, signal: request.signal });
      if (answer.redirected) throw new Error("not the form");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fields = page.querySelector("[data-form-fields]");
      if (!fields) throw new Error("not the form");
      if (this.request !== request) return;
      // What was entered while the server was thinking is not in its answer; and nobody is interrupted in the middle
      // of a Chinese character.
      if (this.composing) this.waiting = [name, value];
      else if (this.entries !== entries) this.refresh(name, value);
      else this.show(fields, page.getElementById("form-problems"));
    } catch (error) {
      if (error.name !== "AbortError") this.plainly(name, value);
    } finally {
      if (this.request === request) this.fields.removeAttribute("aria-busy");
    }
  }

  show(fields, problems) {
    const active = document.activeElement;
    const inside = this.fields.contains(active);
    const place = inside && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
    const again = inside && active.id ? `#${CSS.escape(active.id)}` : inside && active.name ? `[name="${CSS.escape(active.name)}"]` : null;
    for (const plain of fields.querySelectorAll("noscript")) plain.remove();
    const told = document.getElementById("form-problems");
    if (problems) told?.replaceWith(document.importNode(problems, true));
    else told?.remove();
    this.fields.replaceWith(document.importNode(fields, true));
    document.dispatchEvent(new Event("form:shown"));
    const target = again && this.form.querySelector(again);
    if (!target) return;
    target.focus({ preventScroll: true });
    if (place && place[0] !== null) target.setSelectionRange(...place);
  }

  // Something stands between us and the form, such as a session that has ended: let the browser show it.
  plainly(name, value) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    this.form.append(input);
    HTMLFormElement.prototype.submit.call(this.form);
  }
}

// An amount that can be read gets its thousands separators and both its decimals; the server reads it either way.
function tidy(input) {
  if (input.dataset.format !== "money") return;
  const typed = input.value.normalize("NFKC").replace(/[¥元\s]/g, "");
  const found = /^(-?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d*))?$/.exec(typed);
  if (!found) return;
  const [, sign, whole, decimals = ""] = found;
  const groups = whole.replace(/,/g, "").replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = decimals.padEnd(Number(input.dataset.digits), "0");
  input.value = sign + groups + (rest && `.${rest}`);
}

// What is picked answers what was searched for: handing the form in before the server has said so is no search.
function picked(input) {
  const picker = "live" in input.dataset && input.closest("[data-picker]");
  if (!picker) return;
  picker.querySelector('[name$="@searched"]').value = picker.querySelector("[data-picker-search]").value;
}

for (const fields of document.querySelectorAll("form [data-form-fields]")) new LiveForm(fields.closest("form"));

// After a refused submission the page opens at what is wrong.
document.getElementById("form-problems")?.focus();
