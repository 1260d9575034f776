"""Rules on tasks that nobody does in time: a misspelt step would leave them to wait for ever."""

from collections.abc import Iterator

from engine import feel
from engine.errors import Finding, mark
from engine.interpreter.diagram import Element, Process
from engine.interpreter.lint_rule import Known, about
from engine.interpreter.moments import written_moment, written_period
from engine.interpreter.overdue import ENDS, OVERDUE_AFTER, OVERDUE_EVERY, STEPS, WHEN_OVERDUE, steps_of


def overdue(process: Process, _known: Known) -> Iterator[Finding]:
    """Check the properties of each user task that say what happens when its time is over."""
    for element in process.elements.values():
        if element.kind == "userTask":
            yield from _steps(element)
            yield from _times(element)


def _steps(element: Element) -> Iterator[Finding]:
    steps = steps_of(element)
    for step in steps:
        if step not in STEPS:
            yield about(
                element,
                "task_rule_unknown",
                mark("“{label}”的属性 {property} 写的是 {value}，可用的有：{choices}。"),
                property=WHEN_OVERDUE,
                value=step,
                choices="、".join(STEPS),
            )
    if ENDS & set(steps[:-1]):
        yield about(
            element,
            "overdue_after_end",
            mark("“{label}”的属性 {property} 里，pass 和 reject 之后任务已经办完，只能写在最后。"),
            property=WHEN_OVERDUE,
        )


def _times(element: Element) -> Iterator[Finding]:
    has_steps = bool(steps_of(element))
    for name in (OVERDUE_AFTER, OVERDUE_EVERY):
        rule = element.properties.get(name, "").strip()
        if rule and not has_steps:
            yield about(
                element,
                "overdue_without_steps",
                mark("“{label}”写了 {property}，却没有用 {wanted} 写明到时做什么。"),
                property=name,
                wanted=WHEN_OVERDUE,
            )
        if rule:
            yield from _readable(element, name, rule)
    if has_steps and not element.due_date and not element.properties.get(OVERDUE_AFTER, "").strip():
        yield about(
            element,
            "overdue_without_time",
            mark("“{label}”有 {property}，但不知道从何时算超时。请填写截止时间（Due date），或属性 {wanted}。"),
            property=WHEN_OVERDUE,
            wanted=OVERDUE_AFTER,
        )


def _readable(element: Element, name: str, rule: str) -> Iterator[Finding]:
    if not rule.startswith("="):
        if written_period(rule) is None and (name == OVERDUE_EVERY or written_moment(rule) is None):
            yield about(
                element,
                "overdue_time",
                mark("“{label}”的属性 {property} 写的是 {value}，不是时长。请写成 PT4H、P2D，或以 = 开头的表达式。"),
                property=name,
                value=rule,
            )
        return
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
