import { runEditor } from "../shared/editor.js";
import { part } from "../shared/page.js";
import { translateModule } from "../i18n/translate.js";
import { blankDiagram } from "./blank.js";
import { findElement, markFindings } from "./findings.js";
import { Modeler } from "./modeler.js";

runEditor((page) => {
  const modeler = new Modeler({
    container: part(page, "canvas"),
    propertiesPanel: { parent: part(page, "properties") },
    additionalModules: [translateModule],
  });
  const commands = modeler.get("commandStack");
  const canvas = modeler.get("canvas");

  function select(id) {
    const element = findElement(modeler, id);
    if (!element) return;
    canvas.setRootElement(canvas.findRoot(element));
    canvas.scrollToElement(element, 80);
    modeler.get("selection").select(element);
  }

  return {
    async open(xml) {
      const { warnings } = await modeler.importXML(xml);
      canvas.zoom("fit-viewport", "auto");
      if (canvas.zoom() > 1) canvas.zoom(1, "auto");
      return warnings.map((warning) => warning.message);
    },
    read: async () => (await modeler.saveXML({ format: true })).xml,
    blank: () => blankDiagram(page.address.process, page.address.name),
    onChange: (tell) => modeler.on("commandStack.changed", tell),
    undo: () => commands.undo(),
    redo: () => commands.redo(),
    steps: () => ({ undo: commands.canUndo(), redo: commands.canRedo() }),
    mark: (findings) => markFindings(modeler, findings),
    select,
  };
});
