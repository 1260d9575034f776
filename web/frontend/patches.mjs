// What the packages' own code lacks: their texts through our translate(), and nothing that a strict
// Content-Security-Policy forbids. A patch that no longer finds its place fails the build.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const translator = path.join(here, "src/i18n/translate.js");
const forms = JSON.parse(await readFile(path.join(here, "src/i18n/zh/forms.json"), "utf8"));

const POPUP = "diagram-js/lib/features/popup-menu/";

/** By the end of a file's path: pairs of what to find (all occurrences) and what to put there. */
const REPLACEMENTS = {
  // Its filters are functions and numbers here; the third kind, text, would be evaluated.
  "selection-ranges/dist/index.js": [[/new Function\('node', [^;]*;[^;]*\)/, "undefined"]],
  "@bpmn-io/properties-panel/dist/index.esm.js": [
    [/function translateFallback\(/, "function untranslated("],
    [/\btranslateFallback\b/, "translate_"],
    [/"(Save and close)"|'(Close popup)'/, call],
  ],
  "dmn-js-decision-table/lib/features/drag-and-drop/DragAndDrop.js": [
    [
      /`Move \$\{(isInput\(col\)) \? 'Input' : 'Output'\}`/,
      'translate_($1 ? "Move input column" : "Move output column")',
    ],
  ],
  "bpmn-js-element-templates/dist/index.esm.js": [
    [/"(Select a template|Toggle section)"/, call],
    // Its reader of descriptions could make functions of attributes, and is never asked to.
    [/new Function\(\w+\)/, "undefined"],
  ],
  "bpmn-js-properties-panel/dist/index.esm.js": [[/'(<no type>)'/, call]],
  [POPUP + "PopupMenuBreadcrumbs.js"]: [[/"(Back)"/, interpolate]],
  [POPUP + "PopupMenuItem.js"]: [[/"(Open entry documentation)"/, interpolate]],
  [POPUP + "PopupMenuComponent.js"]: [
    [/'(Search|Results)'/, call],
    [
      /\$\{ entriesToShow\.length \} \$\{ entriesToShow\.length === 1 \? 'result' : 'results' \} found/,
      '${ translate_("{count} results found", { count: entriesToShow.length }) }',
    ],
  ],
};

/** Files whose texts are plain literals: those in the dictionary are translated where they are shown. */
const LITERALS = /form-js-(editor|viewer)\/dist\/index\.es\.js$/;
const BEFORE = /(?<=(?:\b\w+\s*[:=]|['"]aria-label['"]:|\breturn|children:\s*\[|[?|,(:+])\s*)/.source;
const QUOTED = new RegExp(
  String.raw`${BEFORE}(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")(?:(?!\s*:)|(?<=\?\s*\S.*))`,
  "g",
);
const TEMPLATE = new RegExp(String.raw`${BEFORE}\x60(?:[^\x60\\]|\\.)*\x60`, "g");
const PLACE = /\$\{([^{}]*)\}/g;

/** The esbuild plugin. */
export const patches = {
  name: "patches",
  setup(build) {
    const unused = new Set(Object.keys(REPLACEMENTS));

    build.onLoad({ filter: /node_modules.*\.js$/ }, async ({ path: file }) => {
      const name = Object.keys(REPLACEMENTS).find((end) => file.replaceAll(path.sep, "/").endsWith(end));
      if (!name && !LITERALS.test(file)) {
        return;
      }
      unused.delete(name);
      const source = await readFile(file, "utf8");
      const patched = name ? replaceAll(source, REPLACEMENTS[name], name) : translateLiterals(source);
      return { contents: `import { translate as translate_ } from ${JSON.stringify(translator)};\n${patched}` };
    });

    build.onEnd(() => ({
      errors: [...unused].map((name) => ({ text: `${name} is not part of any bundle any more` })),
    }));
  },
};

function replaceAll(source, pairs, name) {
  return pairs.reduce((text, [pattern, replacement]) => {
    if (!pattern.test(text)) {
      throw new Error(`${name} has changed: nothing looks like ${pattern}`);
    }
    return text.replace(new RegExp(pattern, "g"), replacement);
  }, source);
}

function call(_, ...groups) {
  return `translate_(${JSON.stringify(groups.find((group) => typeof group === "string"))})`;
}

function interpolate(whole, text) {
  return "${ " + call(whole, text) + " }";
}

function translateLiterals(source) {
  return source
    .replace(/function translateFallback\(/, "function untranslated(")
    .replace(/\btranslateFallback\b/g, "translate_")
    .replace(QUOTED, (quoted) => {
      const text = unquote(quoted);
      return text in forms ? `translate_(${JSON.stringify(text)})` : quoted;
    })
    .replace(TEMPLATE, (template) => {
      const places = [...template.matchAll(PLACE)].map(([, expression], index) => `${index}: ${expression}`);
      let index = 0;
      const text = unquote(template.replace(PLACE, () => `{${index++}}`));
      return text in forms ? `translate_(${JSON.stringify(text)}, { ${places.join(", ")} })` : template;
    });
}

function unquote(literal) {
  return literal.slice(1, -1).replace(/\\(.)/g, (_, char) => ({ n: "\n", t: "\t" })[char] ?? char);
}
