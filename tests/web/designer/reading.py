"""What a person reads on a page, and whether bpmn.io's mark can be seen."""

import re

from playwright.sync_api import Locator, Page

LATIN = re.compile(r"[A-Za-z]{2}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NOT_ENGLISH = re.compile(
    r"BPMN|FEEL|Ctrl\+S|Powered by bpmn\.io"
    r"|kafka|mail|order-items|order-not-found|shipping-process|= items|= \"shipping-\" \+ tenantId"
    r"|\(id=.*\)|every_element"
    r"|(InputVariable|OutputVariable|Activity|Event|Gateway|Group|Data\w*|TextAnnotation|Flow)_\w+"
)
"""Names of standards and keys, the mark that must stay as it is, examples in a tooltip, and ids."""


def english(page: Page) -> set[str]:
    """Collect what a person reads that has Latin words and no Chinese."""
    texts = page.evaluate(
        """() => {
            const texts = [];
            for (const root of document.querySelectorAll('[data-editor], .djs-popup')) {
                const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) {
                    const node = walker.currentNode;
                    const unread = node.parentElement.closest('style, svg, textarea, .cm-editor, .editor-file');
                    if (!unread) texts.push(node.data.trim());
                }
                for (const name of ['title', 'placeholder', 'aria-label'])
                    root.querySelectorAll(`[${name}]`).forEach(one => texts.push(one.getAttribute(name)));
            }
            return texts;
        }"""
    )
    return {
        text for text in texts if LATIN.search(text) and not CHINESE.search(text) and not NOT_ENGLISH.fullmatch(text)
    }


def is_uncovered(mark: Locator) -> bool:
    """Tell whether nothing lies over the mark: at its middle and near two of its corners."""
    covered: bool = mark.evaluate(
        """mark => {
            const box = mark.getBoundingClientRect();
            const points = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.8]];
            return points.every(([x, y]) => mark.contains(
                document.elementFromPoint(box.x + box.width * x, box.y + box.height * y)));
        }"""
    )
    return covered
