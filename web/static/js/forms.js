// Forms whose parts depend on each other follow what is entered, without a button. htmx sends the form, one question at
// a time, and puts the answer in its place with focus and caret kept: templates/forms/form.html says when. Here is what
// it can't know: no answer overwrites what was typed meanwhile, none comes between the strokes of a Chinese character
// or moves a button from under the finger, and what stands between us and the form is shown. Without scripts the page
// has a button; nothing else is lost.

class LiveForm {
  entries = 0; // how often something was entered
  sent = 0; // how often until the form was last sent
  held = false; // a character is half written, or a button half pressed
  late = false; // an answer came then
  source = null; // what the newest question came from

  constructor(fields) {
    this.fields = fields;
    this.form = fields.closest("form");
    const listen = (on, names, listener) => names.forEach((name) => on.addEventListener(name, listener));
    listen(this.form, ["input"], () => (this.entries += 1));
    listen(this.form, ["change"], (event) => tidy(event.target));
    listen(this.form, ["change"], (event) => picked(event.target));
    listen(this.form, ["keydown"], pressed);
    listen(this.form, ["submit"], (event) => this.submitted(event));
    listen(this.form, ["compositionstart"], () => (this.held = true));
    listen(this.form, ["pointerdown"], (event) => (this.held ||= event.target.closest("button") !== null));
    listen(document, ["compositionend", "pointerup", "pointercancel"], () => this.released());
    listen(fields, ["htmx:confirm"], (event) => this.asks(event));
    listen(fields, ["htmx:configRequest"], (event) => this.sends(event.detail));
    listen(fields, ["htmx:beforeSwap"], (event) => this.answered(event.detail));
    listen(fields, ["htmx:afterSwap"], () => this.shown());
  }

  released() {
    this.held = false;
    if (this.late) htmx.trigger(this.source, "ask");
  }

  // Some buttons only change what is shown. And a form isn't handed in while something is still to be searched for.
  submitted(event) {
    const searches = [...this.fields.querySelectorAll("[data-picker-search]")];
    const inPlace = event.submitter?.name && this.fields.contains(event.submitter);
    const source = inPlace ? event.submitter : searches.find((one) => one.value.trim() && one.value !== answerTo(one).value);
    if (!source) return;
    event.preventDefault();
    source.focus();
    htmx.trigger(source, "ask");
  }

  asks(event) {
    this.source = event.detail.triggeringEvent.target;
    if (this.form.dataset.sent) event.preventDefault();
  }

  sends(request) {
    this.sent = this.entries;
    this.late = false;
    request.path = this.form.getAttribute("action");
    const { dataset, name, value } = this.source;
    if (dataset.pickerSearch) request.parameters.append("_pick", dataset.pickerSearch);
    else if (this.source.matches("button")) request.parameters.append(name, value);
    else request.parameters.append("_refresh", "1");
  }

  answered(answer) {
    answer.shouldSwap = false;
    if (this.form.dataset.sent) return;
    const { requestPath, responsePath } = answer.pathInfo;
    if (requestPath !== responsePath || !answer.serverResponse.includes("data-form-fields")) this.plainly();
    else if (this.held) this.late = true;
    else if (this.entries !== this.sent) htmx.trigger(this.source, "ask");
    else answer.shouldSwap = true;
  }

  // Where the focus was on something that is gone, such as a row, it goes to the nearest of its kind.
  shown() {
    if (document.activeElement !== document.body || !this.source.name) return;
    this.fields.querySelector(`[name="${CSS.escape(this.source.name)}"]`)?.focus({ preventScroll: true });
  }

  // Something stands between us and the form, such as a session that has ended: let the browser show it.
  plainly() {
    this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "_refresh", value: "1" }));
    HTMLFormElement.prototype.submit.call(this.form);
  }
}

// Enter in a picker searches, and the arrow leads from the text to what was found.
function pressed(event) {
  if (!("pickerSearch" in event.target.dataset) || event.isComposing) return;
  if (event.key === "Enter") {
    event.preventDefault();
    htmx.trigger(event.target, "ask");
  } else if (event.key === "ArrowDown") {
    const first = event.target.closest("[data-picker]").querySelector(".picker-found input:enabled");
    if (!first) return;
    event.preventDefault();
    first.focus();
  }
}

// What is picked answers what was searched for: handing the form in before the server has said so is no search.
function picked(input) {
  const search = "live" in input.dataset && input.closest("[data-picker]")?.querySelector("[data-picker-search]");
  if (search) answerTo(search).value = search.value;
}

const answerTo = (search) => search.parentElement.querySelector('[name$="@searched"]');

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

for (const fields of document.querySelectorAll("form [data-form-fields]")) new LiveForm(fields);

// After a refused submission the page opens at what is wrong.
document.getElementById("form-problems")?.focus();
