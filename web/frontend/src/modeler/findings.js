import { element as make } from "../shared/page.js";

/**
 * Find what is drawn for an id: the element itself, the pool of a process, or what an event definition belongs to.
 *
 * @param {Object} modeler
 * @param {string} id
 * @return {Object|undefined} a diagram element
 */
export function findElement(modeler, id) {
  const registry = modeler.get("elementRegistry");
  return (
    registry.get(id) ??
    registry.find(({ businessObject }) => businessObject?.processRef?.id === id) ??
    registry.find(({ businessObject }) => businessObject?.eventDefinitions?.some((definition) => definition.id === id))
  );
}

/**
 * Mark the elements that findings are about; each says what is wrong when one points at it.
 *
 * @param {Object} modeler
 * @param {Object[]} findings
 */
export function markFindings(modeler, findings) {
  const canvas = modeler.get("canvas");
  const overlays = modeler.get("overlays");
  overlays.remove({ type: "finding" });
  modeler.get("elementRegistry").forEach((element) => {
    canvas.removeMarker(element, "has-error");
    canvas.removeMarker(element, "has-warning");
  });
  for (const [element, about] of byElement(modeler, findings)) {
    const worst = about.some((finding) => finding.severity === "error") ? "error" : "warning";
    canvas.addMarker(element, `has-${worst}`);
    overlays.add(element, "finding", { position: place(element), html: badge(worst, about) });
  }
}

function byElement(modeler, findings) {
  const root = modeler.get("canvas").getRootElement();
  const found = new Map();
  for (const finding of findings) {
    const element = finding.element && findElement(modeler, finding.element);
    if (element && element !== root) found.set(element, [...(found.get(element) ?? []), finding]);
  }
  return found;
}

function place(element) {
  if (!element.waypoints) return { top: -12, left: -12 };
  return { top: -12, left: element.width / 2 };
}

function badge(worst, findings) {
  const title = findings.map((finding) => finding.message).join("\n");
  return make("div", { className: `finding-badge finding-badge-${worst}`, title, textContent: findings.length });
}
