"""What the readers of Camunda 7's files share: writing into the parsed tree, and telling what was read and what not."""

from lxml import etree

from engine.errors import Finding, mark
from engine.interpreter.lint_rule import finding
from engine.xml_text import line_of


def child(node: etree._Element, tag: str) -> etree._Element:
    """Give the first child of a tag; one is made where there is none."""
    found = node.find(tag)
    return found if found is not None else etree.SubElement(node, tag)


def was_read(node: etree._Element, what: str) -> Finding:
    """Tell that something was read as Camunda 8 would say it."""
    return about(
        node,
        "camunda_7_read",
        mark("“{label}”的 Camunda 7 写法已按同样的意思读取：{read}。在建模器里改成 Camunda 8 的写法后不再提示。"),
        severity="warning",
        read=what,
    )


def written_anew(node: etree._Element, name: str, text: str) -> Finding:
    """Tell that an expression has to be written anew."""
    return about(
        node,
        "juel_expression",
        mark("“{label}”的 {what} 是 Camunda 7 的表达式 {text}，这里不能执行。请改写为 FEEL，如 =amount > 1000。"),
        what=name,
        text=text.strip(),
    )


def drawn_anew(node: etree._Element, name: str) -> Finding:
    """Tell that an extension element has no meaning here."""
    return about(
        node,
        "camunda_7_element",
        mark("“{label}”的 camunda:{what} 是 Camunda 7 的内容，这里不能执行。请在属性面板（Camunda 8）里重新填写。"),
        what=name,
    )


def about(node: etree._Element, code: str, message: str, *, severity: str = "error", **facts: object) -> Finding:
    """Make a finding at the element that people see, not at a part of it."""
    shown = next((one for one in (node, *node.iterancestors()) if one.get("id") is not None), node)
    label = shown.get("name") or shown.get("id", "")
    return finding(
        code,
        message,
        severity="warning" if severity == "warning" else "error",
        element=shown.get("id"),
        name=shown.get("name"),
        line=line_of(node),
        label=label,
        **facts,
    )
