// Stepping through a case without loading the page anew. Without this script the links and the slider's button do.

const stepper = document.querySelector("[data-stepper]");
const viewer = stepper?.querySelector("diagram-viewer");
const PARTS = ["player", "step-details", "outline"];
const WAIT = 120; // milliseconds a slider rests before its step is fetched

let latest = 0;

/** Fetch the page of a step and put its parts in the place of ours. */
async function goTo(address, { keep = false } = {}) {
  const turn = ++latest;
  stepper.setAttribute("aria-busy", "true");
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (turn !== latest) return;
  if (!answer?.ok || answer.redirected) {
    // The session may have ended: let the server say so on a whole page.
    window.location.assign(address);
    return;
  }
  show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  stepper.removeAttribute("aria-busy");
  if (!keep) window.history.replaceState(null, "", address);
}

function show(page) {
  const held = document.activeElement?.id === "step";
  const opened = document.querySelector("#step-details details")?.open;
  for (const id of PARTS) document.getElementById(id).replaceWith(page.getElementById(id));
  const shown = page.querySelector("diagram-viewer");
  for (const name of ["marks", "step"]) viewer.setAttribute(name, shown.getAttribute(name));
  const field = document.querySelector("[data-step-field]");
  if (field) field.value = slider().value;
  const details = document.querySelector("#step-details details");
  if (details && opened) details.open = true;
  if (held) slider().focus();
  currentStep()?.scrollIntoView({ block: "nearest" });
}

function slider() {
  return document.getElementById("step");
}

function currentStep() {
  const list = document.querySelector(".steps");
  // On a phone the list stands below everything: scrolling to it would take the diagram away.
  return list.scrollHeight > list.clientHeight ? list.querySelector('[aria-current="step"]') : null;
}

function addressOf(step) {
  const address = new URL(slider().form.action);
  address.searchParams.set("step", step);
  return address.href;
}

if (stepper) {
  stepper.classList.add("is-live");

  let resting;
  document.addEventListener("input", (event) => {
    if (event.target !== slider()) return;
    clearTimeout(resting);
    resting = setTimeout(() => goTo(addressOf(slider().value)), WAIT);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#player a, #outline a, #proof a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    goTo(link.href);
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select, diagram-viewer, summary")) return;
    const link = { ArrowLeft: "a[rel=prev]", ArrowRight: "a[rel=next]" }[event.key];
    const target = link && document.querySelector(`#player ${link}`);
    const end = { Home: slider().min, End: slider().max }[event.key];
    if (!target && !end) return;
    event.preventDefault();
    goTo(target ? target.href : addressOf(end));
  });

  const toHash = () => {
    const step = /^#(\d+)$/.exec(window.location.hash)?.[1];
    if (step) goTo(addressOf(step));
  };
  window.addEventListener("hashchange", toHash);
  toHash();
  document.getElementById("proof")?.focus();
}
