"""Rules by which user tasks pass without asking: a misspelt one would quietly ask, or quietly not."""

from collections.abc import Iterator

from engine import feel
from engine.errors import Finding, mark
from engine.interpreter.diagram import Element, Process
from engine.interpreter.lint_rule import Known, about
from engine.interpreter.task_rules import CHOICES, RESULTS, WHEN_NOBODY


def task_rules(process: Process, _known: Known) -> Iterator[Finding]:
    """Check the properties of each user task that say whom it asks."""
    for element in process.elements.values():
        if element.kind == "userTask":
            yield from _choices(element)
            yield from _results(element)


def _choices(element: Element) -> Iterator[Finding]:
    for name, choices in CHOICES.items():
        value = element.properties.get(name, "").strip()
        if not value or value in choices:
            continue
        if name == WHEN_NOBODY and value.startswith("="):
            yield from _parsed(element, name, value)
        elif name != WHEN_NOBODY or not value.replace(".", "").replace("_", "").replace("-", "").isalnum():
            yield about(
                element,
                "task_rule_unknown",
                mark("“{label}”的属性 {property} 写的是 {value}，可用的有：{choices}。"),
                property=name,
                value=value,
                choices="、".join(choices),
            )


def _results(element: Element) -> Iterator[Finding]:
    for name in RESULTS:
        if rule := element.properties.get(name, "").strip():
            yield from _parsed(element, name, rule)


def _parsed(element: Element, name: str, rule: str) -> Iterator[Finding]:
    try:
        feel.compile(feel.strip_equals(rule))
    except feel.FeelError as error:
        yield about(
            element,
            "expression_syntax",
            mark("“{label}”的属性 {property} 不是正确的表达式：{detail}"),
            property=name,
            detail=str(error),
        )
