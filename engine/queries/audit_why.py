"""Why a task went to these people: the rule, its result, and what it asked of the organisation."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.clock import SHANGHAI
from engine.errors import mark
from engine.execution.immutable import Definition
from engine.organisation import Organisation

RULES = {
    "assignee": mark("办理人"),
    "candidateUsers": mark("可领取的人"),
    "candidateGroups": mark("可领取的组"),
    "dueDate": mark("期限"),
    "followUpDate": mark("跟进日期"),
    "priority": mark("优先级"),
}
_QUESTIONS = {
    "superior of": mark("{0}的上级是谁？"),
    "head of": mark("{0}的负责人是谁？"),
    "department of": mark("{0}在哪个部门？"),
    "name of": mark("{0}叫什么名字？"),
    "members of": mark("{0}有哪些成员？"),
    "holders of": mark("谁担任{0}？"),
    "rotate": mark("按顺序轮到{0}里的谁？（{1}）"),
    "working days after": mark("{0} 之后第 {1} 个工作日是哪天？"),
    "working hours after": mark("{0} 之后过满 {1} 个工作小时是什么时候？"),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question that a rule asked, and the answer it got at that moment."""

    question: str
    """A template for ``arguments`` by position, to be translated; the call itself where none is known."""
    arguments: tuple[str, ...]
    answer: str


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """One rule of a task."""

    name: str
    """What it decides, to be translated."""
    rule: str
    """Its FEEL text as it stands in the diagram."""
    result: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A task that was opened and who was found for it."""

    name: str
    people: str
    rules: tuple[Ruled, ...]
    nobody: bool
    """The rule found nobody, and the administrators got it."""


def chosen_people(body: Mapping[str, Any], of: Definition, known: Organisation) -> Iterator[Chosen]:
    """Explain the tasks that an event opened."""
    orphans = {one.get("token") for one in body.get("stuck", ()) if one.get("code") == "nobody_found"}
    for task in body.get("tasks", ()):
        element = of.process.elements.get(task["element"])
        people = [task["assignee"]] if task["assignee"] else [*task["candidate_users"], *task["candidate_groups"]]
        facts = task.get("facts") or {}
        yield Chosen(
            name=element.label if element is not None else task["element"],
            people=_say(people, known),
            rules=tuple(_ruled(name, facts[name], known) for name in RULES if name in facts),
            nobody=task["token"] in orphans,
        )


def _ruled(name: str, fact: Mapping[str, Any], known: Organisation) -> Ruled:
    return Ruled(
        name=RULES[name],
        rule=str(fact["rule"]),
        result=_say(fact["result"], known),
        asked=tuple(_asked(one, known) for one in fact["read"]),
    )


def _asked(read: Mapping[str, Any], known: Organisation) -> Asked:
    function, _, rest = str(read["call"]).partition("(")
    arguments = tuple(_say(one, known) for one in rest.removesuffix(")").split(", "))
    question = _QUESTIONS.get(function)
    if question is None or ("{1}" in question and len(arguments) < 2):
        return Asked(question="{0}", arguments=(str(read["call"]),), answer=_say(read["answer"], known))
    return Asked(question=question, arguments=arguments, answer=_say(read["answer"], known))


def _say(value: object, known: Organisation) -> str:
    """Write usernames as names and moments as people in Shanghai read them."""
    if value is None or value == []:
        return "—"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(_say(one, known) for one in value)
    text = str(value)
    if text[:4].isdecimal() and ("T" in text or " " in text):
        try:
            return f"{dt.datetime.fromisoformat(text.partition('[')[0]).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        except ValueError:
            return text
    return known.display_name(text)
