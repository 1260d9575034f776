import { element, fill, part } from "./page.js";

/**
 * Say in the header how the draft stands, and what can be done when it could not be saved.
 *
 * @param {import("./page.js").Page} page
 * @param {import("./draft.js").Draft} draft
 */
export function showStatus(page, draft) {
  const line = part(page, "status");
  draft.addEventListener("state", ({ detail }) => {
    line.dataset.state = detail.state;
    line.replaceChildren(fill(page.texts[detail.state], { ...detail, time: clock() }));
    if (detail.state === "conflict") showConflict(page, draft, detail);
    if (detail.signIn) line.append(" ", signIn(page));
  });
  part(page, "save").addEventListener("click", () => draft.save());
}

function clock() {
  return new Date().toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "Asia/Shanghai",
  });
}

function signIn(page) {
  return element("a", { href: page.address.signIn, target: "_blank", textContent: page.texts.signIn });
}

/** Somebody else saved first: nothing is lost, and the owner chooses whose version stays. */
function showConflict(page, draft, { detail }) {
  const dialog = part(page, "conflict");
  if (dialog.open) return;
  dialog.querySelector("[data-part=reason]").textContent = detail ?? "";
  dialog.onclose = () => decide(dialog.returnValue, page, draft);
  dialog.showModal();
}

async function decide(choice, page, draft) {
  if (choice === "overwrite") {
    await draft.save({ overwrite: true });
  } else if (choice === "download") {
    await download(page, draft);
    draft.become("conflict");
  } else if (choice === "theirs") {
    draft.become("unchanged");
    window.location.reload();
  }
}

async function download(page, draft) {
  const url = URL.createObjectURL(new Blob([await draft.read()], { type: "application/octet-stream" }));
  element("a", { href: url, download: page.address.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
