// What makes pages quicker to use; every page works without it.

// A menu closes when one clicks elsewhere or presses Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A filter applies as soon as it is chosen.
for (const control of document.querySelectorAll("[data-submit-on-change]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}

// A button that opens a dialog; without script its target is an ordinary part of the page.
for (const dialog of document.querySelectorAll("dialog[data-dialog]")) {
  dialog.close?.();
  // A link from another page may name the dialog it is about.
  const named = location.hash === `#${dialog.id}`;
  if (dialog.dataset.dialog === "now" || named) dialog.showModal();
  // The browser goes to what the address names once the page is there, away from the field that has the focus.
  if (named) {
    const field = document.activeElement;
    dialog.addEventListener("focus", () => field.focus(), { once: true });
  }
}
for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(button.dataset.opens).showModal();
  });
}
for (const button of document.querySelectorAll("[data-closes]")) {
  button.hidden = false;
  button.addEventListener("click", () => button.closest("dialog").close());
}

// What is being typed into the form of a task is kept as its draft before a dialog beside it is sent: the page comes
// anew then.
for (const work of document.querySelectorAll("form[data-draft]")) {
  const entries = () => [...new FormData(work)].map(([name, value]) => `${name}=${value.name ?? value}`).join("\n");
  const untouched = entries();
  for (const form of document.querySelectorAll("dialog form")) {
    form.addEventListener("submit", async (event) => {
      if (form.dataset.sent || entries() === untouched) return;
      event.preventDefault();
      form.dataset.sent = "1";
      const body = new FormData(work);
      // A draft is saved whatever is still being searched for.
      for (const name of [...body.keys()]) if (name.endsWith("@search")) body.delete(name);
      body.append("_save", "1");
      await fetch(work.getAttribute("action"), { method: "POST", body, redirect: "manual" }).catch(() => {});
      HTMLFormElement.prototype.submit.call(form);
    });
  }
}

// A field that names colleagues offers them while one types; what was typed before the last comma stays.
for (const field of document.querySelectorAll("[data-people]")) {
  let waits;
  field.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(async () => {
      const [, before, text] = field.value.match(field.dataset.people === "several" ? /^(.*[,，、]\s*)?([^,，、]*)$/s : /^()(.*)$/s);
      if (!text.trim()) return;
      const found = await fetch(`/people?search=${encodeURIComponent(text.trim())}`, { headers: { Accept: "application/json" } });
      if (!found.ok) return;
      const options = (await found.json()).map((name) => new Option(name, (before ?? "") + name));
      document.getElementById(field.getAttribute("list")).replaceChildren(...options);
    }, 200);
  });
}

// A page made for paper offers to print itself.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A form is sent once: a second click while the first is on its way would only earn a conflict.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // Not `form.method`: a field may have that name, and would be given instead.
  if (form.getAttribute("method") !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
});
// Coming back by the browser's history shows the page as it was left, marks included.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// The search field takes the focus with "/".
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.querySelector("input[type=search]");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});
