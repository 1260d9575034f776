const STEP = 24;

/**
 * Let a separator change the size of the panel that follows it, by pointer and by arrow keys; the size is remembered.
 *
 * @param {HTMLElement} handle with role="separator"; data-axis says x (width) or y (height)
 * @param {HTMLElement} panel sized through the custom property --size
 * @param {{name: string, smallest: number, largest: function(): number}} limits in pixels
 */
export function splitter(handle, panel, { name, smallest, largest }) {
  const horizontal = handle.dataset.axis === "x";
  const measure = () => (horizontal ? panel.offsetWidth : panel.offsetHeight);

  function resize(size) {
    const fitting = Math.round(Math.min(Math.max(size, smallest), largest()));
    panel.style.setProperty("--size", `${fitting}px`);
    handle.setAttribute("aria-valuenow", fitting);
    localStorage.setItem(`size-${name}`, fitting);
  }

  const remembered = Number(localStorage.getItem(`size-${name}`));
  if (remembered) resize(remembered);
  else handle.setAttribute("aria-valuenow", measure());

  handle.addEventListener("pointerdown", (event) => {
    const start = horizontal ? event.clientX : event.clientY;
    const size = measure();
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (move) => resize(size + start - (horizontal ? move.clientX : move.clientY));
    handle.onpointerup = () => {
      handle.onpointermove = null;
    };
  });

  handle.addEventListener("keydown", (event) => {
    const larger = horizontal ? "ArrowLeft" : "ArrowUp";
    const smaller = horizontal ? "ArrowRight" : "ArrowDown";
    if (event.key !== larger && event.key !== smaller) return;
    event.preventDefault();
    resize(measure() + (event.key === larger ? STEP : -STEP));
  });
}
