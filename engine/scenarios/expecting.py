"""Comparing what is there with what a scenario expects, and telling the differences."""

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import SHANGHAI
from engine.execution.immutable import definition
from engine.execution.locked import environment
from engine.interpreter import Case, load_variables
from engine.model import (
    HistoryEvent,
    Incident,
    Notification,
    ProcessInstance,
    RegisterEntry,
    UserTask,
    UserTaskCandidate,
)
from engine.organisation import organisation
from engine.scenarios.reading import MAIN
from engine.scenarios.world import World


@dataclass(frozen=True)
class Difference:
    """Something that came otherwise than a scenario expects."""

    place: str
    """The step, or the end, and what of it."""
    expected: object
    actual: object


def compare(world: World, expected: Mapping[str, Any], place: str, case: str = MAIN) -> list[Difference]:
    """Give what of the world differs from an expectation."""
    with world.database.reading() as session:
        seen = _Seen(world, session, world.case(case))
        return list(_differences(seen, expected, place))


def _differences(seen: "_Seen", expected: Mapping[str, Any], place: str) -> Iterator[Difference]:
    for name, wanted in expected.items():
        if name == "cases":
            for case, inner in wanted.items():
                yield from compare(seen.world, inner, f"{place} {case}", case)
            continue
        actual = _SEEN[name](seen, wanted)
        if not matches(wanted if name != "open" else _as_lists(wanted), actual):
            yield Difference(f"{place} {name}", wanted, actual)


@dataclass
class _Seen:
    """One case, and what is in the company, read when it is asked for."""

    world: World
    session: Session
    number: int | None

    @property
    def row(self) -> ProcessInstance | None:
        return self.session.get(ProcessInstance, self.number) if self.number is not None else None

    def bodies(self) -> list[dict[str, Any]]:
        statement = (
            select(HistoryEvent.body).where(HistoryEvent.instance_id == self.number).order_by(HistoryEvent.sequence)
        )
        return [json.loads(body, parse_float=Decimal) for body in self.session.scalars(statement)]

    def passed(self) -> list[str]:
        return [
            element
            for body in self.bodies()
            for what, element, _token, _flow in body.get("passages", ())
            if what == "completed"
        ]


def _state(seen: _Seen, _wanted: object) -> object:
    return seen.row.state if seen.row is not None else None


def _outcome(seen: _Seen, _wanted: object) -> object:
    return seen.row.outcome if seen.row is not None else None


def _ends(seen: _Seen, _wanted: object) -> object:
    if seen.row is None:
        return []
    elements = definition(seen.session, seen.row.definition_id).process.elements
    return _Unordered(one for one in dict.fromkeys(seen.passed()) if elements[one].kind == "endEvent")


def _passed(seen: _Seen, wanted: Sequence[str]) -> object:
    """Give the wanted elements as far as they were passed in that order."""
    way = iter(seen.passed())
    return [one for one in wanted if one in way]


def _not_passed(seen: _Seen, wanted: Sequence[str]) -> object:
    passed = set(seen.passed())
    return [one for one in wanted if one not in passed]


def _open(seen: _Seen, wanted: Mapping[str, Any]) -> object:
    statement = select(UserTask).where(UserTask.instance_id == seen.number, UserTask.state == "CREATED")
    found: dict[str, list[dict[str, object]]] = {}
    for task in seen.session.scalars(statement.order_by(UserTask.id)):
        with_form = "form" in json.dumps(wanted.get(task.element_id, {}), default=str)
        found.setdefault(task.element_id, []).append(_task(seen, task, with_form=with_form))
    return {element: _Unordered(tasks) for element, tasks in found.items()}


def _task(seen: _Seen, task: UserTask, *, with_form: bool) -> dict[str, object]:
    candidates = seen.session.execute(
        select(UserTaskCandidate.kind, UserTaskCandidate.principal).where(UserTaskCandidate.task_id == task.id)
    ).all()
    return {
        "assignee": task.assignee,
        "users": _Unordered(row.principal for row in candidates if row.kind == "user"),
        "groups": _Unordered(row.principal for row in candidates if row.kind == "group"),
        "due": _local(task.due_at),
        "overdue": task.due_at is not None and task.due_at < seen.world.now,
        **({"form": _form(seen, task)} if with_form else {}),
    }


def _form(seen: _Seen, task: UserTask) -> Mapping[str, object]:
    row = seen.session.get_one(ProcessInstance, task.instance_id)
    of = definition(seen.session, row.definition_id)
    env = environment(seen.session, organisation(seen.session), of)
    return Case.wake(row.body, of.specification, env).visible(task.token)


def _variables(seen: _Seen, _wanted: object) -> object:
    return load_variables(seen.row.body) if seen.row is not None else {}


def _incidents(seen: _Seen, _wanted: object) -> object:
    statement = select(Incident.element_id).where(Incident.instance_id == seen.number, Incident.resolved_at.is_(None))
    return _Unordered(seen.session.scalars(statement))


def _registers(seen: _Seen, wanted: Mapping[str, Any]) -> object:
    return {
        register: [
            {"number": row.number, "status": row.status, "version": row.version, "values": row.fields}
            for row in seen.session.scalars(
                select(RegisterEntry).where(RegisterEntry.register == register).order_by(RegisterEntry.id)
            )
        ]
        for register in wanted
    }


def _notified(seen: _Seen, _wanted: object) -> object:
    rows = seen.session.scalars(select(Notification).order_by(Notification.id)).all()
    told = itertools.groupby(rows, key=lambda row: (row.title, row.created_at, row.instance_id))
    return _Unordered({"to": _Unordered(row.username for row in group), "title": title} for (title, *_), group in told)


_SEEN: Mapping[str, Callable[[_Seen, Any], object]] = {
    "state": _state,
    "outcome": _outcome,
    "ends": _ends,
    "passed": _passed,
    "not_passed": _not_passed,
    "open": _open,
    "variables": _variables,
    "incidents": _incidents,
    "registers": _registers,
    "notified": _notified,
}


class _Unordered(list[Any]):
    """A list whose order says nothing."""


def matches(wanted: object, actual: object) -> bool:
    """Tell whether a value is as expected: contexts may have more, numbers and their texts are the same."""
    if isinstance(wanted, dict) and isinstance(actual, dict):
        closed = all(isinstance(one, _Unordered) for one in actual.values()) and bool(actual)
        names_agree = not closed or set(wanted) == set(actual)
        return names_agree and all(matches(one, actual.get(name)) for name, one in wanted.items())
    if isinstance(wanted, list) and isinstance(actual, _Unordered):
        return len(wanted) == len(actual) and _pairs(wanted, list(actual))
    if isinstance(wanted, list) and isinstance(actual, (list, tuple)):
        return len(wanted) == len(actual) and all(map(matches, wanted, actual))
    if isinstance(actual, (int, Decimal)) and not isinstance(actual, bool):
        return _number(wanted) == actual
    return wanted == actual


def _pairs(wanted: list[Any], actual: list[Any]) -> bool:
    """Tell whether each expectation can be met by a value of its own."""
    if not wanted:
        return True
    first, rest = wanted[0], wanted[1:]
    return any(matches(first, one) and _pairs(rest, actual[:at] + actual[at + 1 :]) for at, one in enumerate(actual))


def _as_lists(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {element: tasks if isinstance(tasks, list) else [tasks] for element, tasks in wanted.items()}


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value)) if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) else None
    except InvalidOperation:
        return None


def _local(moment: dt.datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
