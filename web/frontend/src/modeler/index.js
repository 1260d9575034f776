import { runEditor } from "../shared/editor.js";
import { part } from "../shared/page.js";
import { translateModule } from "../i18n/translate.js";
import templates from "../../../../bpmn/element-templates/qucheng.json";
import { blankDiagram } from "./blank.js";
import { findElement, markFindings } from "./findings.js";
import { Modeler } from "./modeler.js";

/** Pixels at the edges that no drawing should begin under: the palette stands at the left. */
const MARGIN = { left: 110, right: 30, top: 30, bottom: 50 };

runEditor((page) => {
  const modeler = new Modeler({
    container: part(page, "canvas"),
    propertiesPanel: { parent: part(page, "properties") },
    additionalModules: [translateModule],
    elementTemplates: templates,
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
      showAll(canvas);
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

/** Fit the diagram into what the palette leaves free, never larger than it was drawn. */
function showAll(canvas) {
  const { inner, outer } = canvas.viewbox();
  const room = {
    width: outer.width - MARGIN.left - MARGIN.right,
    height: outer.height - MARGIN.top - MARGIN.bottom,
  };
  const scale = Math.min(room.width / inner.width, room.height / inner.height, 1);
  canvas.viewbox({
    x: inner.x - (MARGIN.left + Math.max(room.width - inner.width * scale, 0) / 2) / scale,
    y: inner.y - (MARGIN.top + Math.max(room.height - inner.height * scale, 0) / 2) / scale,
    width: outer.width / scale,
    height: outer.height / scale,
  });
}
