"""Variables of cases, as programs search them."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, json_text
from engine.errors import GoneError, NotFoundError, mark
from engine.execution.immutable import definition
from engine.interpreter import Case, Environment
from engine.model import ProcessInstance, UserTask
from engine.queries.access import may_read_cases, require_case_reader
from engine.queries.passages import ROOT_CASE, passage_number
from engine.queries.people import Person
from engine.queries.personal import Veils
from engine.queries.search_tasks import find_task
from engine.queries.searching import Criterion, Found, Operator, Search

WHOLE = 0
"""The scope of the whole case; all others have the number of the token that opened them."""


@dataclass(frozen=True, kw_only=True)
class VariableRecord:
    """One variable: of the whole case, or local to a sub-process, an instance or an element that is open."""

    id: int
    """The case's number in the upper bits, a hash of scope and name in the lower 32."""
    instance_id: int
    root_id: int
    scope: int
    name: str
    value: str
    """As JSON."""

    @property
    def scope_key(self) -> int:
        """Give the passage that the variable is local to; the case itself for one of the whole case."""
        return self.instance_id if self.scope == WHOLE else int(passage_number(self.instance_id, self.scope))


_FIELDS: dict[str, Callable[[VariableRecord], Any]] = {
    "name": lambda record: record.name,
    "value": lambda record: record.value,
    "variable_key": lambda record: record.id,
    "process_instance_key": lambda record: record.instance_id,
    "scope_key": lambda record: record.scope_key,
}
_TESTS: dict[Operator, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: bool(value == wanted),
    "neq": lambda value, wanted: bool(value != wanted),
    "in": lambda value, wanted: value in wanted,
    "not_in": lambda value, wanted: value not in wanted,
    "exists": lambda _value, wanted: bool(wanted),
}


def search_variables(
    session: Session, person: Person, instance_ids: Iterable[int], search: Search
) -> Found[VariableRecord]:
    """Find variables of some cases, as far as the person may see them; pages by offset only.

    They are not rows: the states of these cases are read, and searched in memory.
    """
    veils = Veils(session, person)
    visible = sorted(may_read_cases(session, person, instance_ids))
    return _page([record for instance_id in visible for record in _records(session, instance_id, veils)], search, veils)


def search_variables_of_task(
    session: Session, person: Person, search: Search, task_id: int, *, effective: bool = False
) -> Found[VariableRecord]:
    """Find the variables that a task sees, those of its own scope first; pages by offset only.

    ``effective`` leaves out what an inner scope hides. One that is done has no scope of its own any more: it sees
    the case's. Raises NotFoundError for whoever may not see the task.
    """
    task, veils = find_task(session, person, task_id), Veils(session, person)
    scopes = _scopes_at(session, task_id)
    known = [record for record in _records(session, task.instance_id, veils) if record.scope in scopes]
    records = sorted(known, key=lambda record: scopes.index(record.scope))
    if effective:
        nearest: dict[str, VariableRecord] = {}
        for record in records:
            nearest.setdefault(record.name, record)
        records = list(nearest.values())
    return _page(records, search, veils)


def find_variable(session: Session, person: Person, variable_id: int) -> tuple[VariableRecord, bool]:
    """Give one variable to somebody who may see its case, and whether its case has personal data they may read.

    Raises NotFoundError for all others.
    """
    instance_id = variable_id >> 32
    require_case_reader(session, person, instance_id)
    veils = Veils(session, person)
    for record in _records(session, instance_id, veils):
        if record.id == variable_id:
            return record, bool(veils.shown)
    raise NotFoundError(mark("没有编号为 {id} 的变量。"), id=variable_id)


def _scopes_at(session: Session, task_id: int) -> list[int]:
    """Give the scopes whose variables a task sees, its own first."""
    row = session.execute(
        select(UserTask.token, ProcessInstance.body, ProcessInstance.definition_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.id == task_id)
    ).one()
    of = definition(session, row.definition_id)
    try:
        return Case.wake(row.body, of.specification, Environment(now=clock.now())).scopes_at(row.token)
    except GoneError:
        return [WHOLE]


def _page(records: Sequence[VariableRecord], search: Search, veils: Veils) -> Found[VariableRecord]:
    # Masked first and searched then: what is kept from somebody can't be found by them.
    found = [record for record in records if _fits(record, search.criteria)]
    for one in reversed(search.sort):
        found.sort(key=_FIELDS[one.field], reverse=one.descending)
    items = found[search.offset : search.offset + search.limit]
    shown = tuple(one for one in veils.shown if any(record.instance_id == one for record in items))
    return Found(items=items, total=len(found), total_is_exact=True, looked_at=shown)


def _fits(record: VariableRecord, criteria: Iterable[Criterion]) -> bool:
    return all(_TESTS[one.operator](_FIELDS[one.field](record), one.value) for one in criteria)


def _records(session: Session, instance_id: int, veils: Veils) -> Sequence[VariableRecord]:
    root = session.scalars(select(ROOT_CASE).where(ProcessInstance.id == instance_id)).one()
    return [
        VariableRecord(
            id=_number(instance_id, scope, name),
            instance_id=instance_id,
            root_id=root,
            scope=scope,
            name=name,
            value=json_text.dump_text(value),
        )
        for scope, values in sorted(veils.scopes(instance_id).items())
        for name, value in sorted(values.items())
    ]


def _number(instance_id: int, scope: int, name: str) -> int:
    """Give a number to a variable: it has no row of its own, but its case, scope and name stay."""
    known = name if scope == WHOLE else f"{scope}\x1f{name}"
    return instance_id << 32 | int.from_bytes(hashlib.sha256(known.encode()).digest()[:4], "big")
