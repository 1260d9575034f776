import "./viewer.css";

import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import EditorActionsModule from "diagram-js/lib/features/editor-actions";
import KeyboardModule from "diagram-js/lib/features/keyboard";
import zeebeModdle from "zeebe-bpmn-moddle/resources/zeebe.json";

import "./changes.js";
import { translate, translateModule } from "../i18n/translate.js";
import { icon } from "./icons.js";
import { applyMarks, legend } from "./marks.js";
import { followFingers } from "./touch.js";

/** Below this scale a diagram's texts can't be read, so it opens at READABLE around what matters instead. */
const SMALLEST = 0.4;
const READABLE = 0.65;

/** Of the diagram's own units, around it. */
const MARGIN = 20;

// A flow has way-points in place of a box: it is drawn between elements that are looked at themselves.
function isWhollySeen(element, seen) {
  const { x, y, width, height } = element;
  return (
    x === undefined ||
    (x >= seen.x && y >= seen.y && x + width <= seen.x + seen.width && y + height <= seen.y + seen.height)
  );
}

/**
 * A diagram that can be moved, zoomed and marked.
 *
 *     <diagram-viewer src="…/diagram.bpmn" label="…" step="task_1"
 *                     marks='{"passed": ["start"], "current": ["task_1"], "returned": [], "failed": []}'>
 *
 * `src` gives BPMN XML; `step` outlines one element and keeps it in view; `marks` and `step` may change at
 * any time. Fires `diagram-shown` once drawn and `element-selected` with `detail.id` (null for none).
 */
class DiagramViewer extends HTMLElement {
  static observedAttributes = ["src", "marks", "step"];

  connectedCallback() {
    if (!this.viewer) {
      this.build();
    }
    this.load();
  }

  attributeChangedCallback(name, before, after) {
    if (!this.viewer || before === after) {
      return;
    }
    return name === "src" ? this.load() : this.mark();
  }

  build() {
    const area = document.createElement("div");
    area.className = "diagram-area";
    const bar = document.createElement("div");
    bar.className = "diagram-bar";
    this.replaceChildren(bar, area);
    this.viewer = new NavigatedViewer({
      container: area,
      moddleExtensions: { zeebe: zeebeModdle },
      additionalModules: [EditorActionsModule, KeyboardModule, translateModule],
    });
    this.legend = document.createElement("ul");
    this.legend.className = "diagram-legend";
    bar.append(this.legend, this.tools());

    // The wheel belongs to the page unless Ctrl says that the diagram is meant (a touchpad's pinch says so too).
    area.addEventListener("wheel", (event) => event.ctrlKey || event.metaKey || event.stopPropagation(), {
      capture: true,
    });
    followFingers(area, this.viewer.get("canvas"));
    this.viewer.on("selection.changed", ({ newSelection: [element] }) => {
      this.dispatchEvent(new CustomEvent("element-selected", { bubbles: true, detail: { id: element?.id ?? null } }));
    });
  }

  tools() {
    const tools = document.createElement("div");
    tools.className = "diagram-tools";
    const canvas = this.viewer.get("canvas");
    const zoom = (factor) => () => canvas.zoom(Math.min(Math.max(canvas.zoom() * factor, 0.2), 4), "auto");
    tools.append(
      button("plus", "Zoom in", zoom(1.25)),
      button("minus", "Zoom out", zoom(0.8)),
      button("fit", "Show the whole diagram", () => showAll(canvas)),
    );
    return tools;
  }

  async load() {
    const source = this.getAttribute("src");
    try {
      const response = await fetch(source, { headers: { Accept: "application/xml, text/xml, */*" } });
      if (!response.ok) {
        throw new Error(`${response.status} ${response.statusText}`);
      }
      await this.viewer.importXML(await response.text());
    } catch (error) {
      return this.complain(error);
    }
    this.querySelector(".diagram-problem")?.remove();
    this.querySelector(".diagram-tools").hidden = false;
    this.label();
    this.fit();
    this.mark();
    this.dispatchEvent(new CustomEvent("diagram-shown", { bubbles: true }));
  }

  label() {
    const svg = this.querySelector(".djs-container > svg");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", this.getAttribute("label") ?? translate("Process diagram"));
  }

  fit() {
    const canvas = this.viewer.get("canvas");
    showAll(canvas);
    const focus = this.focusElement();
    if (canvas.zoom() < SMALLEST && focus) {
      centre(canvas, focus);
    }
  }

  focusElement() {
    const registry = this.viewer.get("elementRegistry");
    const marks = this.marks;
    const ids = [this.getAttribute("step"), marks.failed?.[0], marks.current?.[0], marks.passed?.at(-1)];
    return (
      // A flow has no place of its own to put into the middle, only points.
      ids.map((id) => id && registry.get(id)).find((element) => element && !element.waypoints) ??
      registry.find((element) => element.type === "bpmn:StartEvent")
    );
  }

  get marks() {
    return JSON.parse(this.getAttribute("marks") || "{}");
  }

  mark() {
    const marks = this.marks;
    applyMarks(this.viewer, marks);
    this.legend.replaceChildren(...legend(marks));
    this.showStep(this.getAttribute("step"));
  }

  showStep(id) {
    const canvas = this.viewer.get("canvas");
    const registry = this.viewer.get("elementRegistry");
    registry
      .filter((element) => canvas.hasMarker(element, "diagram-step"))
      .forEach((element) => canvas.removeMarker(element, "diagram-step"));
    const element = id && registry.get(id);
    if (element) {
      canvas.addMarker(element, "diagram-step");
      if (!isWhollySeen(element, canvas.viewbox())) {
        canvas.scrollToElement(element, 60);
      }
    }
  }

  complain(error) {
    this.querySelector(".diagram-problem")?.remove();
    const undrawn = error.message.includes("no diagram to display");
    const problem = document.createElement("p");
    problem.className = undrawn ? "diagram-problem diagram-undrawn" : "diagram-problem";
    problem.setAttribute("role", undrawn ? "status" : "alert");
    // There is nothing to zoom.
    this.querySelector(".diagram-tools").hidden = undrawn;
    problem.textContent = undrawn
      ? translate("The process was published without a drawing.")
      : translate("The diagram can't be shown: {reason}", { reason: error.message });
    this.querySelector(".diagram-area").append(problem);
  }
}

function showAll(canvas) {
  canvas.zoom("fit-viewport", "auto");
  canvas.zoom(canvas.zoom() * 0.95, "auto");
}

/** Put an element into the middle, but never show emptiness beside the diagram for it. */
function centre(canvas, element) {
  const { inner, outer } = canvas.viewbox();
  const [width, height] = [outer.width / READABLE, outer.height / READABLE];
  const within = (wanted, start, size, room) =>
    Math.max(Math.min(wanted, start + size - room + MARGIN), start - MARGIN);
  canvas.viewbox({
    x: within(element.x + element.width / 2 - width / 2, inner.x, inner.width, width),
    y: within(element.y + element.height / 2 - height / 2, inner.y, inner.height, height),
    width,
    height,
  });
}

function button(name, label, action) {
  const element = document.createElement("button");
  element.type = "button";
  element.title = translate(label);
  element.setAttribute("aria-label", element.title);
  element.append(icon(name));
  element.addEventListener("click", action);
  return element;
}

customElements.define("diagram-viewer", DiagramViewer);
