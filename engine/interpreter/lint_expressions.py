"""Every FEEL expression of a diagram must parse; where it doesn't, the place is named."""

import re
from collections.abc import Iterator

from engine import feel
from engine.errors import Finding, mark
from engine.interpreter.copies import COPY_TO
from engine.interpreter.diagram import Element, Flow, Process
from engine.interpreter.lint_rule import Known, about

ORGANISATION_FUNCTIONS = frozenset(
    {
        "superior of", "head of", "department of", "name of", "members of", "holders of", "working days after",
        "working hours after",
    }
)  # fmt: skip
"""Names with spaces that the engine offers: they change how an expression is read."""

_TAKES_A_TURN = re.compile(r"\brotate\s*\(")


def turns(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Refuse a turn of a rotation in a condition: conditions are asked again and again, and each would take one."""
    for flow in process.flows.values():
        if flow.condition and _TAKES_A_TURN.search(flow.condition):
            yield _turn_in_condition(flow)
    for element in process.elements.values():
        loops = (element.loop.completion if element.loop is not None else None,)
        rounds = (element.standard_loop.condition if element.standard_loop is not None else None,)
        if any(_TAKES_A_TURN.search(text) for text in (element.condition, *loops, *rounds) if text):
            yield _turn_in_condition(element)


def _turn_in_condition(where: Element | Flow) -> Finding:
    return about(
        where,
        "turn_in_condition",
        mark("“{label}”的条件里不能用 rotate：条件会反复计算，每算一次就轮过一个人。请先用脚本任务把这个人存入变量。"),
    )


def expressions(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Parse all expressions of a process."""
    for flow in process.flows.values():
        if flow.condition:
            yield from _parsed(flow, mark("条件"), flow.condition)
    for element in (process.whole, *process.elements.values()):
        for what, text in _texts(element):
            if text.lstrip().startswith("="):
                yield from _parsed(element, what, text)
        for what, expression in _always_expressions(element):
            if expression:
                yield from _parsed(element, what, expression)


def _always_expressions(element: Element) -> Iterator[tuple[str, str | None]]:
    """Give what is evaluated whether it begins with ``=`` or not."""
    if element.job_type is None:
        yield mark("脚本"), element.script
    if element.adhoc is not None:
        yield mark("启动列表"), element.adhoc.active
        yield mark("完成条件"), element.adhoc.completion
        yield mark("输出元素"), element.adhoc.result
    if element.standard_loop is not None:
        yield mark("循环条件"), element.standard_loop.condition


def _texts(element: Element) -> Iterator[tuple[str, str]]:
    named = (
        (mark("办理人"), element.assignee),
        (mark("候选人"), element.candidate_users),
        (mark("候选组"), element.candidate_groups),
        (mark("到期日"), element.due_date),
        (mark("跟进日"), element.follow_up_date),
        (mark("优先级"), element.priority),
        (mark("类型"), element.job_type),
        (mark("重试次数"), element.retries_rule),
        (mark("时间"), element.timer.expression if element.timer is not None else None),
        (mark("条件"), element.condition),
        (mark("关联键"), element.definition.correlation_key),
        (mark("抄送"), element.properties.get(COPY_TO)),
    )
    yield from ((what, text) for what, text in named if text)
    if element.loop is not None:
        repeated = (
            (mark("输入集合"), element.loop.collection),
            (mark("输出元素"), element.loop.result),
            (mark("完成条件"), element.loop.completion),
        )
        yield from ((what, text) for what, text in repeated if text)
    for listener in element.listeners:
        yield mark("监听器类型"), listener.type
        yield mark("重试次数"), listener.retries_rule or ""
    for name in ("resultExpression", "errorExpression"):
        if element.job_type and element.headers.get(name):
            yield name, "=" + feel.strip_equals(element.headers[name])
    yield from ((mark("输入 {name}").format(name=m.target), m.source) for m in element.inputs)
    yield from ((mark("输出 {name}").format(name=m.target), m.source) for m in element.outputs)


def _parsed(element: Element | Flow, what: str, text: str) -> Iterator[Finding]:
    try:
        feel.compile(feel.strip_equals(text))
    except feel.FeelError as error:
        yield about(
            element,
            "expression_syntax",
            mark("“{label}”的{what}不是正确的 FEEL 表达式：{detail}"),
            what=what,
            detail=str(error),
            expression=text,
        )
