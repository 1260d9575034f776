"""What a step may know of the world: the time, who acts, and functions that rules may call."""

import datetime as dt
from collections import ChainMap
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine import feel
from engine.errors import mark
from engine.values import value

if TYPE_CHECKING:
    from engine.interpreter.task_rules import Ruling


class StuckError(Exception):
    """A token can't go on; the case keeps it where it is and gets an Incident with this text."""

    def __init__(self, code: str, message: str, **facts: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        return self.message.format(**self.facts)


DECISION_MISSING, DECISION_FAILED = "decision_missing", "decision_failed"
UNDECIDED = frozenset({DECISION_MISSING, DECISION_FAILED})
"""Codes of a token that is stuck because its decision could not be taken; ``decision`` in the facts names it."""


def overwritten(name: str) -> StuckError:
    """Say that a list in which results are collected is none any more."""
    return StuckError(
        "results_overwritten",
        mark(
            "收集结果的列表“{name}”被别的值覆盖了，结果放不进去。请给“输出集合”换一个别处不用的名字，再由管理员更正数据后重试。"
        ),
        name=name,
    )


@dataclass(frozen=True, kw_only=True)
class Decided:
    """The result of a decision and what the auditor is shown of it."""

    value: object
    evidence: dict[str, object]


def _no_decisions(decision_id: str, _variables: Mapping[str, object]) -> Decided:
    raise StuckError("decision_missing", mark("没有决策表 {decision}。"), decision=decision_id)


def _no_ruling(*_asked: object) -> None:
    """Ask whom the diagram names."""


@value
class Environment:
    """Everything a step gets from outside. The same environment gives the same result, always."""

    now: dt.datetime
    functions: Mapping[str, feel.HostFunction] = field(default_factory=dict)
    """What rules may call beside FEEL's own functions."""
    decide: Callable[[str, Mapping[str, object]], Decided] = _no_decisions
    """Evaluate a decision of the same deployment."""
    rule: Callable[..., "Ruling | None"] = _no_ruling
    """Decide, from a task's rules, the task as opened, the initiator and what was just handed in, who is asked."""
    take_reads: Callable[[], list[object]] = list
    """Give and forget what the functions have read since the last call: kept with a rule's result as its proof."""
    all_reads: Callable[[], dict[str, object]] = dict
    """Give everything the functions have answered so far: kept with the step, so that it can be replayed."""
    attempt: Callable[[], AbstractContextManager[None]] = nullcontext
    """Undo what functions have changed outside, such as whose turn it is, where a StuckError leaves the block."""

    def evaluate(self, expression: str, variables: Mapping[str, object]) -> object:
        """Evaluate an expression of a diagram; an error while it runs gives null, as FEEL says (DMN 1.5, 10.3.2.13).

        Raises StuckError where it doesn't parse or goes beyond its bounds.
        """
        return self.evaluate_with_warnings(expression, variables)[0]

    def evaluate_with_warnings(self, expression: str, variables: Mapping[str, object]) -> tuple[object, list[str]]:
        """Evaluate an expression, and say why it became null where it did."""
        # Variables first: a variable may hide a function, never the reverse.
        maps = variables.maps if isinstance(variables, ChainMap) else (variables,)
        context = ChainMap(*maps, self.functions)  # type: ignore[arg-type] # nobody writes to it
        try:
            compiled = feel.compile(feel.strip_equals(expression))
            value, warnings = compiled.evaluate_with_warnings(context, clock=lambda: self.now)
        except feel.FeelError as error:
            raise StuckError(
                "expression_failed",
                mark("表达式“{expression}”出错：{detail}"),
                expression=expression,
                detail=str(error),
            ) from error
        return value, [str(warning) for warning in warnings]

    def is_true(self, expression: str, variables: Mapping[str, object]) -> bool:
        """Decide a condition. Raises StuckError for anything but true or false, as Camunda does."""
        value, warnings = self.evaluate_with_warnings(expression, variables)
        if not isinstance(value, bool):
            raise StuckError(
                "condition_not_boolean",
                mark("条件“{expression}”的结果应为是或否，实际为 {value}。请检查条件里的变量是否已有值。{detail}"),
                expression=expression,
                value="null" if value is None else str(value),
                detail=";".join(warnings[:3]),
            )
        return value

    def text_or_expression(self, text: str, variables: Mapping[str, object]) -> object:
        """Evaluate a text that begins with ``=``; take any other as it stands (the convention of ``zeebe:``)."""
        return self.evaluate(text, variables) if text.lstrip().startswith("=") else text
