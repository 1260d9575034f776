import "./vendor.css";

import DmnModeler from "dmn-js/lib/Modeler";

import { translateModule } from "../i18n/translate.js";
import { runEditor } from "../shared/editor.js";
import { part } from "../shared/page.js";
import { blankTable } from "./blank.js";

const VIEWS = ["drd", "decisionTable", "literalExpression", "boxedExpression"];

runEditor((page) => {
  const view = { additionalModules: [translateModule] };
  const modeler = new DmnModeler({
    container: part(page, "canvas"),
    ...Object.fromEntries(VIEWS.map((name) => [name, view])),
  });
  const watched = new WeakSet();
  const watch = (tell) => {
    const commands = active()?.get("eventBus");
    if (!commands || watched.has(commands)) return;
    watched.add(commands);
    commands.on("commandStack.changed", tell);
  };

  function active() {
    return modeler.getActiveViewer();
  }

  return {
    async open(xml) {
      const { warnings } = await modeler.importXML(xml);
      const table = modeler.getViews().find(({ type }) => type === "decisionTable");
      if (table && modeler.getViews().filter(({ type }) => type !== "drd").length === 1) await modeler.open(table);
      return warnings.map((warning) => warning.message);
    },
    read: async () => (await modeler.saveXML({ format: true })).xml,
    blank: () => blankTable(page.address.name.replace(/\.dmn$/, "")),
    onChange(tell) {
      watch(tell);
      modeler.on("views.changed", () => watch(tell));
    },
    undo: () => active().get("commandStack").undo(),
    redo: () => active().get("commandStack").redo(),
    steps() {
      const commands = active().get("commandStack");
      return { undo: commands.canUndo(), redo: commands.canRedo() };
    },
    select(id) {
      const found = modeler.getViews().find((one) => one.element.id === id);
      if (found) modeler.open(found);
    },
  };
});
