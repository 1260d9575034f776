import "./vendor.css";

import { Form, FormEditor } from "@bpmn-io/form-js";
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";

import { runEditor } from "../shared/editor.js";
import { part } from "../shared/page.js";
import { ownProperties } from "./properties.js";

/** Milliseconds without a change until the preview follows. */
const PREVIEW_AFTER = 300;

if (document.documentElement.lang.startsWith("zh")) {
  flatpickr.localize({ ...Mandarin, monthAriaLabel: "月份", yearAriaLabel: "年份" });
}

runEditor((page) => {
  const editor = new FormEditor({ container: part(page, "canvas"), additionalModules: [ownProperties] });
  const preview = new Form({ container: part(page, "preview") });
  const commands = editor.get("commandStack");
  const typed = { data: {} };
  preview.on("changed", ({ data }) => {
    typed.data = data;
  });

  function select(id) {
    const field = editor
      .get("formFieldRegistry")
      .getAll()
      .find((one) => one.id === id || one.key === id);
    if (field) editor.get("selection").set(field);
  }

  return {
    async open(text) {
      await editor.importSchema(JSON.parse(text));
      await showPreview();
      return [];
    },
    read: async () => `${JSON.stringify(editor.saveSchema(), null, 2)}\n`,
    blank: () => JSON.stringify({ type: "default", id: stem(page), schemaVersion: 18, components: [] }),
    onChange: (tell) =>
      editor.on("commandStack.changed", () => {
        tell();
        followSoon();
      }),
    undo: () => commands.undo(),
    redo: () => commands.redo(),
    steps: () => ({ undo: commands.canUndo(), redo: commands.canRedo() }),
    select,
  };

  function followSoon() {
    clearTimeout(followSoon.timer);
    followSoon.timer = setTimeout(showPreview, PREVIEW_AFTER);
  }

  async function showPreview() {
    // What was typed into the preview stays while the form around it changes.
    await preview.importSchema(editor.saveSchema(), typed.data);
  }
});

function stem(page) {
  return page.address.name.replace(/\.form$/, "");
}
