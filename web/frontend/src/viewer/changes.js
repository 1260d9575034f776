import { diff } from "bpmn-js-differ";
import { BpmnModdle } from "bpmn-moddle";
import zeebeModdle from "zeebe-bpmn-moddle/resources/zeebe.json";

import { translate } from "../i18n/translate.js";

const HEADINGS = {
  _added: "Added",
  _removed: "Removed",
  _changed: "Changed",
  _layoutChanged: "Only moved or resized",
};

/** What a process owner does not recognise as a thing on the diagram. */
const UNSEEN =
  /^(bpmndi:|dc:|di:|zeebe:)|^bpmn:(Definitions|LaneSet|.*EventDefinition|FormalExpression|ExtensionElements)$/;

/**
 * In words, what changed from one diagram to another.
 *
 *     <diagram-changes before="…/published.bpmn" after="…/draft.bpmn"></diagram-changes>
 *
 * Says so when nothing did, and when one of the two can't be read.
 */
class DiagramChanges extends HTMLElement {
  async connectedCallback() {
    try {
      const [before, after] = await Promise.all([read(this.getAttribute("before")), read(this.getAttribute("after"))]);
      this.show(diff(before, after));
    } catch (error) {
      this.textContent = translate("The changes can't be told: {reason}", { reason: error.message });
    }
    this.dataset.ready = "";
  }

  show(changes) {
    // An element that was changed is not worth telling again for having moved.
    Object.keys(changes._changed).forEach((id) => delete changes._layoutChanged[id]);
    const groups = Object.entries(HEADINGS).flatMap(([kind, heading]) => group(heading, Object.values(changes[kind])));
    this.replaceChildren(...(groups.length ? groups : [translate("The diagrams are the same.")]));
  }
}

async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  const { rootElement } = await new BpmnModdle({ zeebe: zeebeModdle }).fromXML(await answer.text());
  return rootElement;
}

function group(heading, entries) {
  const names = entries
    .map((entry) => entry.model ?? entry)
    .filter((model) => !UNSEEN.test(model.$type))
    .map(name);
  if (!names.length) return [];
  const title = document.createElement("h3");
  title.textContent = `${translate(heading)} (${names.length})`;
  const list = document.createElement("ul");
  list.append(...[...new Set(names)].map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  return [title, list];
}

function name(model) {
  const type = translate(model.$type.replace("bpmn:", "").replace(/\B([A-Z])/g, " $1"));
  return model.name ? `${type}“${model.name.replace(/\s+/g, " ")}”` : `${type} ${model.id ?? ""}`;
}

customElements.define("diagram-changes", DiagramChanges);
