"""Small questions to DMN's XML, the same in all its versions."""

from collections.abc import Iterator
from typing import Any

from engine.feel.naming import normalize
from engine.xml_text import Element, line_of, local_name, namespace

Common = dict[str, Any]
"""Arguments that all syntax classes take."""


def is_dmn(element: Element) -> bool:
    """Tell whether an element belongs to a version of DMN we know: 1.1 to 1.5."""
    return "/spec/DMN/" in (namespace(element) or "")


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """Give the DMN elements of these names directly inside an element."""
    for child in element if element is not None else ():
        if local_name(child) in names and is_dmn(child):
            yield child


def first(element: Element | None, name: str) -> Element | None:
    """Give the first DMN element of a name directly inside an element."""
    return next(children(element, name), None)


def text_of(element: Element | None) -> str:
    """Give what stands in the ``text`` inside an element; empty where there is none."""
    text = first(element, "text")
    return "" if text is None else inner_text(text)


def optional_text(element: Element | None) -> str | None:
    """Give the text inside an element, None where it is missing or empty."""
    return text_of(element) or None


def name_of(element: Element) -> str:
    """Give the name in the one spelling FEEL knows it by."""
    return normalize(element.get("name", ""))


def type_ref(element: Element) -> str | None:
    """Give the type an element names, as an attribute or as an element."""
    inner = first(element, "typeRef")
    found = element.get("typeRef") if inner is None else inner_text(inner)
    return (found or "").strip() or None


def inner_text(element: Element) -> str:
    """Give all text inside an element."""
    return "".join(map(str, element.itertext())).strip()


def common(element: Element) -> Common:
    """Give id and line."""
    return {"id": element.get("id"), "line": line_of(element)}


def is_feel(language: str | None) -> bool:
    """Tell whether an expression language is FEEL, the default."""
    return not language or language.rstrip("/").lower().endswith("feel")
