"""What a user task does by itself where asking a person makes no sense: its ``zeebe:properties``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine import feel
from engine.errors import mark
from engine.interpreter.diagram import Element
from engine.interpreter.environment import Environment, StuckError
from engine.interpreter.outcome import OpenedTask

WHEN_NOBODY, WHEN_INITIATOR, WHEN_SAME_PERSON = "whenNobody", "whenInitiator", "whenSamePerson"
PASS_WITH, REJECT_WITH = "passWith", "rejectWith"

CHOICES: Mapping[str, tuple[str, ...]] = {
    WHEN_NOBODY: ("administrator", "pass", "reject"),
    WHEN_INITIATOR: ("self", "skip", "superior"),
    WHEN_SAME_PERSON: ("ask", "consecutive", "any"),
}
"""Property → what may stand there, the first one where nothing does. ``whenNobody`` may be a FEEL rule, too."""

RESULTS = {PASS_WITH: '={decision: "approve"}', REJECT_WITH: '={decision: "reject"}'}
"""What a task brings that passes or refuses by itself, unless its properties say something else."""


@dataclass(frozen=True, kw_only=True)
class TaskRules:
    """The rules of one task, read when a token arrives at it."""

    nobody: str
    stand_in: str | None
    """Whom ``whenNobody`` names."""
    initiator: str
    same_person: str


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What a rule decided about a task that has just been opened."""

    action: Literal["pass", "reject", "assign"]
    because: Literal["nobody", "initiator", "same_person"]
    person: str | None
    """Whom it is given to, None for the administrators; or who would have been asked."""


def ruling_on(task: OpenedTask) -> str:
    """Name the question under which a ruling is kept with the step's reads, so that a replay finds it."""
    return f"ruling({task.token})"


def is_ruled(element: Element) -> bool:
    """Tell whether a task has rules."""
    return not element.properties.keys().isdisjoint(CHOICES)


def asks_initiator(element: Element) -> bool:
    """Tell whether a task may be the initiator's own; without the rule it may."""
    return (element.properties.get(WHEN_INITIATOR, "").strip() or "self") == "self"


def rules_of(element: Element, variables: Mapping[str, object], env: Environment) -> TaskRules | None:
    """Read the rules of a task; None for one that always asks. Raises StuckError where a rule fails."""
    if not is_ruled(element):
        return None
    told = {name: element.properties.get(name, "").strip() or choices[0] for name, choices in CHOICES.items()}
    stand_in = None
    if told[WHEN_NOBODY] not in CHOICES[WHEN_NOBODY]:
        found = env.text_or_expression(told[WHEN_NOBODY], variables)
        stand_in = found if isinstance(found, str) and found else None
    return TaskRules(
        nobody=told[WHEN_NOBODY],
        stand_in=stand_in,
        initiator=told[WHEN_INITIATOR],
        same_person=told[WHEN_SAME_PERSON],
    )


def result_of(
    element: Element, action: str, assignee: str | None, variables: Mapping[str, object], env: Environment
) -> dict[str, object]:
    """Give what a task brings that passes or refuses by itself. Raises StuckError where its rule gives no context."""
    name = PASS_WITH if action == "pass" else REJECT_WITH
    rule = element.properties.get(name, "").strip() or RESULTS[name]
    value = env.evaluate(rule, {**variables, "assignee": assignee})
    if not isinstance(value, Mapping):
        raise StuckError(
            "ruling_without_result",
            mark("“{label}”的属性 {name} 应得出若干字段的值，如 {example}，实际不是。"),
            label=element.label,
            name=name,
            example=RESULTS[name],
        )
    return {str(key): feel.to_json(one) for key, one in value.items()}
