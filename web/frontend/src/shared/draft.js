import { fill } from "./page.js";

/** Seconds after the last change until a draft is saved by itself. */
const AUTOSAVE_AFTER = 4;

/**
 * A draft on the server, and whether it has what is on the screen.
 *
 * Fires `state` (detail: unchanged, changed, saving, saved, failed, conflict), and `saved` with the server's answer.
 */
export class Draft extends EventTarget {
  /**
   * @param {import("./page.js").Page} page
   * @param {function(): Promise<string>} read gives the text that is on the screen
   */
  constructor(page, read) {
    super();
    this.page = page;
    this.read = read;
    this.revision = Number(page.address.revision);
    this.state = "unchanged";
    this.changes = 0;
    window.addEventListener("beforeunload", (event) => {
      if (this.isUnsaved()) event.preventDefault();
    });
  }

  isUnsaved() {
    return ["changed", "saving", "failed", "conflict"].includes(this.state);
  }

  /** Note that the screen has something new; it is saved in a moment. */
  touch() {
    this.changes += 1;
    if (this.state === "conflict") return;
    this.become("changed");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), AUTOSAVE_AFTER * 1000);
  }

  /**
   * Save what is on the screen.
   *
   * @param {Object} [options]
   * @param {boolean} [options.overwrite] also when somebody else has saved a newer draft
   * @return {Promise<boolean>} whether the server has it now
   */
  async save({ overwrite = false } = {}) {
    clearTimeout(this.timer);
    if (this.saving) {
      await this.saving;
      return this.state === "changed" ? this.save({ overwrite }) : !this.isUnsaved();
    }
    this.saving = this.send(overwrite).finally(() => {
      this.saving = null;
    });
    return this.saving;
  }

  async send(overwrite) {
    const changes = this.changes;
    this.become("saving");
    try {
      const content = await this.read();
      const answer = await post(this.page.address.save, {
        content,
        revision: overwrite ? null : this.revision,
      });
      return this.take(answer, changes);
    } catch (error) {
      const reason = error instanceof TypeError ? this.page.texts.unreachable : error.message;
      this.become("failed", { reason });
      return false;
    }
  }

  async take(answer, changes) {
    const body = await answer.json().catch(() => ({}));
    if (answer.status === 409) {
      this.become("conflict", body);
      return false;
    }
    if (answer.status === 401) {
      this.become("failed", { reason: this.page.texts.signedOut, signIn: true });
      return false;
    }
    if (!answer.ok) {
      this.become("failed", { reason: body.detail ?? fill(this.page.texts.status, { status: answer.status }) });
      return false;
    }
    this.revision = body.revision;
    this.become(this.changes === changes ? "saved" : "changed", body);
    if (this.state === "changed") this.touch();
    this.dispatchEvent(new CustomEvent("saved", { detail: body }));
    return this.state === "saved";
  }

  become(state, facts = {}) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, ...facts } }));
  }
}

/** Send JSON; once more with a new token where signing in again has made the page's old one worthless. */
async function post(address, body, { again = true } = {}) {
  const token = document.querySelector("meta[name=csrf-token]");
  const answer = await fetch(address, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token.content },
    body: JSON.stringify(body),
  });
  if (answer.status !== 400 || !again) return answer;
  const page = new DOMParser().parseFromString(await (await fetch(window.location.href)).text(), "text/html");
  token.content = page.querySelector("meta[name=csrf-token]").content;
  return post(address, body, { again: false });
}
