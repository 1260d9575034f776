import { element, fill, part } from "./page.js";

/**
 * The list of what the check found, most serious first; a click shows the element.
 *
 * @param {import("./page.js").Page} page
 * @param {function(Object)} select shows the element of a finding in the editor
 * @return {function(Object[])} shows a new list
 */
export function findingsPanel(page, select) {
  const panel = part(page, "findings");
  const list = panel.querySelector("ol");
  const summary = panel.querySelector("summary");

  return (findings) => {
    const errors = findings.filter((finding) => finding.severity === "error").length;
    panel.dataset.worst = errors ? "error" : findings.length ? "warning" : "none";
    summary.querySelector("[data-part=count]").textContent = findings.length
      ? fill(page.texts.found, { errors, warnings: findings.length - errors })
      : page.texts.foundNothing;
    list.replaceChildren(...findings.map((finding) => item(page, finding, select)));
  };
}

function item(page, finding, select) {
  const where = [finding.name ?? finding.element, finding.resource === page.address.name ? null : finding.resource]
    .filter(Boolean)
    .join(" · ");
  const line = finding.line ? fill(page.texts.line, { line: finding.line }) : null;
  const button = element(
    "button",
    { type: "button", className: `finding finding-${finding.severity}` },
    element("span", { className: "finding-kind", textContent: page.texts[finding.severity] }),
    element(
      "span",
      { className: "finding-text" },
      element("span", { textContent: finding.message }),
      element("span", { className: "finding-where", textContent: [where, line].filter(Boolean).join(" · ") }),
    ),
  );
  button.addEventListener("click", () => select(finding));
  return element("li", {}, button);
}
