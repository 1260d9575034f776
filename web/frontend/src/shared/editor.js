import { Draft } from "./draft.js";
import { findingsPanel } from "./findings.js";
import { fill, part, readPage } from "./page.js";
import { splitter } from "./splitter.js";
import { showStatus } from "./status.js";

/**
 * An editor of one kind of file.
 *
 * @typedef {Object} Editor
 * @property {function(string): Promise<string[]>} open shows a text and gives what of it could not be read; throws when
 *   nothing can
 * @property {function(): Promise<string>} read gives the text with all changes
 * @property {function(): string} blank gives the text of a new file
 * @property {function(function(): void): void} onChange calls back after each change
 * @property {function(): void} undo
 * @property {function(): void} redo
 * @property {function(): {undo: boolean, redo: boolean}} steps tells what can be undone and redone
 * @property {function(Object[]): void} [mark] marks the elements of findings
 * @property {function(string): void} [select] shows an element
 */

/**
 * Run the page around an editor: loading, drafts, findings, undo, source view, publishing.
 *
 * @param {function(import("./page.js").Page): Editor} make
 */
export async function runEditor(make) {
  const page = readPage();
  const editor = make(page);
  const source = part(page, "source");
  const shown = { source: false };
  const draft = new Draft(page, async () => (shown.source ? source.value : editor.read()));

  const show = findingsPanel(page, (finding) => reach(page, editor, shown, finding));
  const take = (findings) => {
    show(findings);
    editor.mark?.(findings.filter((finding) => finding.resource === page.address.name));
  };
  draft.addEventListener("saved", ({ detail }) => take(detail.findings));
  showStatus(page, draft);
  bindTools(page, editor, draft, shown);
  bindPanels(page);

  await load(page, editor, shown);
  take(JSON.parse(part(page, "findings").dataset.findings));
  editor.onChange(() => {
    draft.touch();
    showSteps(page, editor);
  });
  source.addEventListener("input", () => draft.touch());
  page.root.dataset.ready = "";
}

async function load(page, editor, shown) {
  const text = page.address.source ? await fetchText(page.address.source) : editor.blank();
  if (!(await open(page, editor, text))) showSource(page, shown, text);
}

/** Fetch a file and read it in the encoding that its XML declaration names; it is written in UTF-8 from then on. */
async function fetchText(address) {
  const bytes = await (await fetch(address)).arrayBuffer();
  const declared = /^(<\?xml[^>]*encoding=["'])([\w.-]+)(?=["'])/;
  const [, , encoding = "utf-8"] = new TextDecoder("latin1").decode(bytes.slice(0, 200)).match(declared) ?? [];
  return new TextDecoder(encoding).decode(bytes).replace(declared, "$1UTF-8");
}

/** Show a text in the editor; say what of it, or that nothing, could be read. Gives false when nothing could. */
async function open(page, editor, text) {
  try {
    complain(page, page.texts.partly, await editor.open(text));
    return true;
  } catch (error) {
    complain(page, page.texts.unreadable, [error.message]);
    return false;
  }
}

function complain(page, title, reasons) {
  const problem = part(page, "problem");
  problem.hidden = !reasons.length;
  part(page, "problem-title").textContent = title;
  part(page, "problem-reasons").textContent = reasons.join("\n");
}

function bindTools(page, editor, draft, shown) {
  part(page, "undo").addEventListener("click", () => editor.undo());
  part(page, "redo").addEventListener("click", () => editor.redo());
  part(page, "toggle-source").addEventListener("click", () => toggleSource(page, editor, shown));
  part(page, "publish").addEventListener("click", async (event) => {
    event.preventDefault();
    if (draft.state === "unchanged" || (await draft.save())) window.location.assign(page.address.publish);
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      draft.save();
    }
  });
}

function bindPanels(page) {
  const properties = part(page, "properties");
  const findings = part(page, "findings");
  const across = part(page, "split-properties");
  if (across) {
    splitter(across, properties, { name: "properties", smallest: 240, largest: () => page.root.offsetWidth * 0.6 });
    part(page, "toggle-properties").addEventListener("click", () => {
      page.root.toggleAttribute("data-properties-toggled");
    });
  }
  splitter(part(page, "split-findings"), findings, {
    name: "findings",
    smallest: 96,
    largest: () => page.root.offsetHeight * 0.6,
  });
}

function showSteps(page, editor) {
  const { undo, redo } = editor.steps();
  part(page, "undo").disabled = !undo;
  part(page, "redo").disabled = !redo;
}

function reach(page, editor, shown, finding) {
  if (finding.resource && finding.resource !== page.address.name) {
    window.location.assign(fill(page.address.other, { name: encodeURIComponent(finding.resource) }));
  } else if (shown.source) {
    selectLine(part(page, "source"), finding.line);
  } else if (finding.element) {
    editor.select?.(finding.element);
  }
}

function selectLine(source, line) {
  if (!line) return;
  const before = source.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, text) => sum + text.length + 1, 0);
  source.focus();
  source.setSelectionRange(start, source.value.indexOf("\n", start));
}

function showSource(page, shown, text) {
  shown.source = true;
  part(page, "source").value = text;
  page.root.dataset.view = "source";
  part(page, "toggle-source").setAttribute("aria-pressed", "true");
}

async function toggleSource(page, editor, shown) {
  const source = part(page, "source");
  if (!shown.source) {
    showSource(page, shown, await editor.read());
    return;
  }
  // The drawing must be in view to be measured.
  delete page.root.dataset.view;
  if (!(await open(page, editor, source.value))) {
    page.root.dataset.view = "source";
    return;
  }
  shown.source = false;
  part(page, "toggle-source").setAttribute("aria-pressed", "false");
}
