/**
 * What the server wrote into the page of an editor: addresses, texts and the places to fill.
 *
 * @typedef {Object} Page
 * @property {HTMLElement} root
 * @property {Object<string, string>} address addresses by name: source, save, publish, process
 * @property {Object<string, string>} texts in the reader's language, with {names} to fill in
 */

/** @return {Page} */
export function readPage() {
  const root = document.querySelector("[data-editor]");
  const { texts, ...address } = root.dataset;
  return { root, address, texts: JSON.parse(texts) };
}

/** Find a part of the page by what it is for. */
export function part(page, name) {
  return page.root.querySelector(`[data-part="${name}"]`);
}

/** Fill a text's {names}. */
export function fill(text, facts = {}) {
  return text.replace(/{(\w+)}/g, (whole, name) => facts[name] ?? whole);
}

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Object} properties
 * @param {...(Node|string)} children
 */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
