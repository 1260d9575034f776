"""Markdown and HTML of forms, made safe to print.

Owners write these texts and people's values are inserted into them: nothing of either may become a script, a style,
a form or a frame.
"""

import re

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "br", "hr", "blockquote", "pre", "code"),
    *("em", "i", "strong", "b", "u", "s", "del", "sub", "sup", "small", "mark"),
    *("ul", "ol", "li", "dl", "dt", "dd", "a", "img"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "ol": {"start"},
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    clean_content_tags={"script", "style"},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)
_MARKDOWN = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")


def from_markdown(text: str) -> str:
    """Give safe HTML of a Markdown text."""
    return _CLEANER.clean(_MARKDOWN.render(text))


def from_html(text: str) -> str:
    """Give safe HTML of HTML."""
    return _CLEANER.clean(text)


def in_markdown(value: str) -> str:
    """Escape a value that is inserted into Markdown, so that it is shown as it is."""
    return _MARKS.sub(r"\\\1", value)


def in_html(value: str) -> str:
    """Escape a value that is inserted into HTML."""
    return nh3.clean_text(value)
