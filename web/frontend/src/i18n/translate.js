import forms from "./zh/forms.json";
import modeler from "./zh/modeler.json";
import tables from "./zh/tables.json";

const dictionary = document.documentElement.lang.startsWith("zh") ? { ...forms, ...tables, ...modeler } : null;

/** English templates that were shown as they are, though the page is not English: what coverage is measured by. */
export const missing = new Set();

/**
 * Say a text of the editors in the page's language.
 *
 * The build puts calls of this where a package has its texts in the code (see patches.mjs), so it is
 * called while modules load and must not depend on any other of ours.
 *
 * @param {string} template English, with {names} to fill in
 * @param {Object<string, string>} [replacements]
 */
export function translate(template, replacements = {}) {
  const text = dictionary?.[template];
  if (dictionary && text === undefined) {
    missing.add(template);
  }
  return (text ?? template).replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}

/** The module that diagram-js, its modelers and dmn-js ask for their texts. */
export const translateModule = { translate: ["value", translate] };
