/** Strokes of the icons on a 24 × 24 grid. */
const STROKES = {
  passed: "M5 12.5l4.5 4.5L19 7.5",
  current: "M8 5l9 7-9 7z",
  returned: "M9 6L4 11l5 5M4 11h11a5 5 0 0 1 0 10h-3",
  failed: "M12 4v10M12 19.5v.5",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
};

/**
 * Draw an icon.
 *
 * @param {keyof STROKES} name
 * @return {SVGElement} hidden from screen readers: whoever uses it says it in words
 */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
}
