"""The real form-js viewer in Chromium: fills a form in, submits it, and says what it made of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.support.server import ROOT

VIEWER = ROOT / "web" / "frontend" / "node_modules" / "@bpmn-io" / "form-js" / "dist" / "form-viewer.umd.js"

# Effects of components run after a frame, and some answer with a value: one entered in between would be lost. So what
# the viewer puts off is kept here and done at once, and nothing is entered before all of it is done.
HOURGLASS = """(() => {
  const put_off = new Map();
  const turn = () => new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { channel.port1.close(); resolve(); };
    channel.port2.postMessage(null);
  });
  let last = 0;
  window.setTimeout = (work, delay = 0, ...facts) => {
    put_off.set((last += 1), { due: delay || 0, work: () => work(...facts) });
    return last;
  };
  window.requestAnimationFrame = (work) => window.setTimeout(() => work(performance.now()));
  window.clearTimeout = window.cancelAnimationFrame = (id) => { put_off.delete(id); };
  window.rest = async () => {
    for (let turns = 0; turns < 1000; turns += 1) {
      await turn();
      if (!put_off.size) return;
      const [id, { work }] = [...put_off].reduce((first, one) => (one[1].due < first[1].due ? one : first));
      put_off.delete(id);
      work();
    }
    throw new Error("form-js does not come to rest");
  };
})()"""

DRIVER = """async (cases) => {
  const found = [];
  for (const { schema, stored, entered } of cases) {
    const container = document.createElement("div");
    document.body.append(container);
    const form = new FormViewer.Form({ container, debounce: false });
    await form.importSchema(schema, stored);
    await rest();
    for (const [path, value] of Object.entries(entered)) {
      const id = path.split(".").at(-1);
      const instance = form.get("formFieldInstanceRegistry").getAll().find((one) => one.id === id);
      if (!instance) continue;  // hidden
      const input = container.querySelector(`input[id$="-${id}"], textarea[id$="-${id}"]`);
      if (input?.closest(".fjs-form-field-textfield, .fjs-form-field-textarea, .fjs-form-field-number")) {
        if (input.disabled || input.readOnly) continue;
        input.focus();
        Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value").set.call(input, value);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        await rest();
        input.blur();
      } else form._update({ fieldInstance: instance, value });
      await rest();
    }
    const { data, errors } = form.submit();
    const labels = [...container.querySelectorAll(".fjs-form-field-label")];
    found.push({
      data: JSON.parse(JSON.stringify(data)),
      wrong: Object.keys(errors).filter((key) => errors[key].length),
      said: Object.values(errors).flat(),
      labels: labels.map((one) => one.innerText.trim()).filter(Boolean),
    });
    form.destroy();
    container.remove();
  }
  return found;
}"""


@dataclass(frozen=True)
class Filled:
    """A form filled in."""

    components: Sequence[Mapping[str, Any]]
    entered: Mapping[str, Any] = field(default_factory=dict)
    """By path, whose last name is the id of the component too."""
    stored: Mapping[str, Any] = field(default_factory=dict)

    @property
    def schema(self) -> dict[str, Any]:
        """Give the form as form-js takes it."""
        return {"type": "default", "id": "compared", "schemaVersion": 19, "components": list(self.components)}


@dataclass(frozen=True)
class Verdict:
    """What became of a submission."""

    wrong: frozenset[str]
    data: Mapping[str, Any]
    """Empty of meaning where something is wrong."""


def ask_form_js(page: Page, cases: Sequence[Filled]) -> list[dict[str, Any]]:
    """Fill in and submit forms with the real viewer; gives data, the ids of wrong fields, sentences and labels."""
    assert VIEWER.is_file(), "form-js is not installed: run `npm ci` in web/frontend"
    page.set_content("<!doctype html><html lang='en'><body></body></html>")
    page.evaluate(HOURGLASS)
    page.add_script_tag(path=VIEWER)
    sent = [{"schema": one.schema, "stored": one.stored, "entered": one.entered} for one in cases]
    answered: list[dict[str, Any]] = page.evaluate(DRIVER, sent)
    return answered
