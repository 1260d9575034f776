/**
 * Let fingers move and zoom a diagram: one moves it sideways (up and down stays with the page), two zoom.
 *
 * @param {HTMLElement} area
 * @param {Object} canvas the diagram-js canvas
 */
export function followFingers(area, canvas) {
  const fingers = new Map();

  area.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") {
      fingers.set(event.pointerId, event);
    }
  });

  area.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) {
      return;
    }
    const other = [...fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
    if (other) {
      pinch(area, canvas, { before, event, other });
    } else {
      canvas.scroll({ dx: event.clientX - before.clientX, dy: 0 });
    }
    fingers.set(event.pointerId, event);
  });

  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    area.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
}

function pinch(area, canvas, { before, event, other }) {
  const box = area.getBoundingClientRect();
  const scale = distance(event, other) / Math.max(distance(before, other), 1);
  const middle = {
    x: (event.clientX + other.clientX) / 2 - box.left,
    y: (event.clientY + other.clientY) / 2 - box.top,
  };
  canvas.zoom(Math.min(Math.max(canvas.zoom() * scale, 0.2), 4), middle);
  canvas.scroll({ dx: (event.clientX - before.clientX) / 2, dy: (event.clientY - before.clientY) / 2 });
}

function distance(one, two) {
  return Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
}
