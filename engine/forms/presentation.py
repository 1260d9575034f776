"""The components that only show something, as they are printed."""

import re
from collections.abc import Iterator, Mapping

from engine.forms import markup, parts, texts
from engine.forms.controls import documents
from engine.forms.data import ABSENT
from engine.forms.instances import Instance
from engine.forms.places import Page

_IMAGE = re.compile(r"(https?://|data:image/)", re.IGNORECASE)
# A host and nothing that could end one directive of a security policy and begin another.
_FRAME = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?([/?#][^\s]*)?", re.IGNORECASE)
# As form-js has them, but for one: no page inside ours may put itself in the place of ours.
_SANDBOX = {
    "allowScripts": "allow-scripts",
    "allowSameOrigin": "allow-same-origin",
    "allowForms": "allow-forms",
    "allowModals": "allow-modals",
    "allowPopups": "allow-popups",
    "allowStorageAccessByUserActivation": "allow-storage-access-by-user-activation",
}
_FEATURES = {
    "fullscreen": "fullscreen",
    "geolocation": "geolocation",
    "camera": "camera",
    "microphone": "microphone",
}
FRAME_HEIGHT = 300
MAX_HEIGHT = 2_000
MAX_CELLS = 20_000


def text(instance: Instance, page: Page) -> parts.Part:
    """Print a Markdown text."""
    source = instance.component.get("text")
    # An expression makes the whole text, its marks included; a template has values between the owner's own marks.
    escape = str if texts.is_expression(source) else markup.in_markdown
    written = texts.render(source, instance.context, page.clock, escape)
    return parts.Prose(**page.place(instance), html=markup.from_markdown(written))


def html(instance: Instance, page: Page) -> parts.Part:
    """Print HTML."""
    written = texts.render(instance.component.get("content"), instance.context, page.clock, markup.in_html)
    return parts.Prose(**page.place(instance), html=markup.from_html(written))


def image(instance: Instance, page: Page) -> parts.Part:
    """Print an image."""
    source = page.say(instance, "source")
    return parts.Picture(
        **page.place(instance),
        source=source if _IMAGE.match(source) else "",
        alternative=page.say(instance, "alt"),
    )


def frame(instance: Instance, page: Page) -> parts.Part:
    """Print a page from elsewhere."""
    address, height = page.say(instance, "url"), instance.component.get("height")
    return parts.Frame(
        **page.place(instance),
        address=address if _FRAME.fullmatch(address) else "",
        height=min(height, MAX_HEIGHT) if isinstance(height, int) and height > 0 else FRAME_HEIGHT,
        sandbox=" ".join(_granted(instance, _SANDBOX)),
        allow="; ".join(_granted(instance, _FEATURES)),
    )


def _granted(instance: Instance, words: Mapping[str, str]) -> Iterator[str]:
    return (word for name, word in words.items() if instance.component.get(f"security.{name}") is True)


def table(instance: Instance, page: Page) -> parts.Part:
    """Print a table."""
    columns = list(_columns(instance, page))
    source = page.setting(instance, "dataSource")
    listed = source if isinstance(source, list) else []
    size = instance.component.get("rowCount")
    kept = listed[: MAX_CELLS // max(1, len(columns))]
    return parts.Grid(
        **page.place(instance),
        heads=tuple(label for _, label in columns),
        page_size=size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None,
        cells=tuple(tuple(_cell(row, key) for key, _ in columns) for row in kept if row is not None),
    )


def _columns(instance: Instance, page: Page) -> Iterator[tuple[str, str]]:
    computed = page.setting(instance, "columnsExpression")
    listed = computed if isinstance(computed, list) else instance.component.get("columns")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping) and isinstance(one.get("key"), str):
            yield one["key"], str(one.get("label") or one["key"])


def _cell(row: object, key: str) -> str:
    found = row.get(key, ABSENT) if isinstance(row, Mapping) else ABSENT
    return "" if found is ABSENT else texts.show(found)


def preview(instance: Instance, page: Page) -> parts.Part:
    """Print documents to look at."""
    source = page.setting(instance, "dataSource")
    return parts.Preview(**page.place(instance), documents=documents(source))


def spacer(instance: Instance, page: Page) -> parts.Part:
    """Print empty space."""
    height = instance.component.get("height")
    return parts.Gap(**page.place(instance), height=min(height, MAX_HEIGHT) if isinstance(height, int) else 60)


def separator(instance: Instance, page: Page) -> parts.Part:
    """Print a line."""
    return parts.Gap(**page.place(instance))


def button(instance: Instance, page: Page) -> parts.Part:
    """Print a button."""
    return parts.Press(
        **page.place(instance),
        action="reset" if instance.component.get("action") == "reset" else "submit",
        disabled=instance.disabled,
    )
