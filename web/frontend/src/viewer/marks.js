import { translate } from "../i18n/translate.js";
import { icon } from "./icons.js";

/** The states an element can be shown in, the strongest last. */
const STATES = {
  passed: "Passed",
  returned: "Returned",
  failed: "Stuck",
  current: "In progress",
};

/**
 * Show which elements a case has passed, waits at, came back from, or is stuck at.
 *
 * @param {Object} viewer a bpmn-js viewer with a diagram
 * @param {Object<string, string[]>} marks element ids by state; ids the diagram lacks are ignored
 */
export function applyMarks(viewer, marks) {
  const registry = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  overlays.remove({ type: "state" });

  registry.forEach((element) => {
    const present = Object.keys(STATES).filter((state) => marks[state]?.includes(element.id));
    const shown = present.at(-1);
    for (const state of Object.keys(STATES)) {
      canvas[state === shown ? "addMarker" : "removeMarker"](element, `diagram-${state}`);
    }
    if (element.waypoints) {
      colour(viewer, element, shown);
    } else if (shown) {
      overlays.add(element, "state", { position: corner(element), html: badge(shown) });
    }
    describe(registry.getGraphics(element), shown);
  });
}

/** Activities carry the badge at their upper right; around events and gateways that is where labels stand. */
function corner(element) {
  return element.width > 50 ? { top: -11, right: 9 } : { bottom: 9, left: -11 };
}

/** A line is drawn anew: its arrow head is a shape of its own that no style sheet reaches. */
function colour(viewer, connection, state) {
  const area = viewer.get("canvas").getContainer();
  const stroke = state && getComputedStyle(area).getPropertyValue(`--diagram-${state}`).trim();
  if (connection.markedStroke === stroke) {
    return;
  }
  connection.drawnStroke ??= { stroke: connection.di.get("bioc:stroke") };
  connection.di.set("bioc:stroke", stroke ?? connection.drawnStroke.stroke);
  connection.markedStroke = stroke;
  const graphics = viewer.get("elementRegistry").getGraphics(connection);
  viewer.get("graphicsFactory").update("connection", connection, graphics);
}

/**
 * Name the states that a diagram shows.
 *
 * @param {Object<string, string[]>} marks
 * @return {HTMLElement[]} list items, in the order things happen
 */
export function legend(marks) {
  return Object.keys(STATES)
    .filter((state) => marks[state]?.length)
    .map((state) => {
      const item = document.createElement("li");
      item.append(badge(state), translate(STATES[state]));
      return item;
    });
}

function badge(state) {
  const element = document.createElement("span");
  element.className = `diagram-badge diagram-badge-${state}`;
  element.append(icon(state));
  return element;
}

function describe(graphics, state) {
  graphics.querySelector(":scope > title")?.remove();
  if (state) {
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = translate(STATES[state]);
    // Not before the drawing: diagram-js takes an element's first child for its drawing.
    graphics.append(title);
  }
}
