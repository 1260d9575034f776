"""Reading XML that a stranger may have written: no entities, no network, no surprises."""

from typing import cast

from lxml import etree

from engine.errors import Finding, UnpublishableError, mark

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"

Element = etree._Element  # noqa: SLF001 - the library has no public name for it

SIZE_LIMIT = 5 * 1024 * 1024
"""Bytes. The largest diagram of the interchange working group is below 0.2 MB."""


def parse(content: bytes, resource: str | None = None) -> Element:
    """Parse a document and give its root.

    Raises UnpublishableError with the line for anything that is not well-formed, has a DOCTYPE
    (external entities and entity bombs begin there) or is too large.
    """
    if len(content) > SIZE_LIMIT:
        raise _refuse(
            "file_too_large",
            mark("文件有 {size} MB,超过 {limit} MB 的上限。流程图通常不到 1 MB,请检查是否选错了文件。"),
            resource,
            size=round(len(content) / 1024 / 1024),
            limit=SIZE_LIMIT // 1024 // 1024,
        )
    if b"<!DOCTYPE" in content:
        raise _doctype(resource, content[: content.index(b"<!DOCTYPE")].count(b"\n") + 1)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise _refuse(
            "xml_malformed",
            mark("第 {line} 行第 {column} 列不是正确的 XML:{detail}。请用建模器重新保存，或撤销对该行的手工修改。"),
            resource,
            line=line,
            column=column,
            detail=error.msg or "",
        ) from error
    # Another encoding can hide the DOCTYPE from the search above.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype(resource, 1)
    return root


def line_of(element: Element) -> int | None:
    """Give the line an element begins on; the library stops counting at 65,535."""
    return cast("int | None", element.sourceline)


def local_name(element: Element) -> str:
    """Give the tag without its namespace; empty for comments and processing instructions."""
    return etree.QName(element).localname if _is_element(element) else ""


def namespace(element: Element) -> str | None:
    """Give the namespace of the tag."""
    return etree.QName(element).namespace if _is_element(element) else None


def _is_element(node: Element) -> bool:
    # Comments and processing instructions have a function for a tag, which the stubs don't know.
    return isinstance(cast("object", node.tag), str)


def _doctype(resource: str | None, line: int) -> UnpublishableError:
    return _refuse(
        "xml_doctype",
        mark("第 {line} 行有 DOCTYPE 声明。出于安全不接受它：请删除这一行（建模器保存的文件没有它）。"),
        resource,
        line=line,
    )


def _refuse(
    code: str, message: str, resource: str | None, line: int | None = None, **facts: object
) -> UnpublishableError:
    facts = facts if line is None else {"line": line, **facts}
    return UnpublishableError(
        [Finding(severity="error", code=code, message=message, facts=facts, resource=resource, line=line)]
    )
