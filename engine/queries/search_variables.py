"""Variables of cases, as programs search them."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine import json_text
from engine.errors import NotFoundError, mark
from engine.queries.access import may_read_cases, require_case_reader
from engine.queries.people import Person
from engine.queries.personal import Veils
from engine.queries.searching import Criterion, Found, Operator, Search


@dataclass(frozen=True, kw_only=True)
class VariableRecord:
    """One variable of a case. Variables inside sub-processes and tasks are not among them."""

    id: int
    """The case's number in the upper bits, a hash of the name in the lower 32."""
    instance_id: int
    name: str
    value: str
    """As JSON."""


_FIELDS: dict[str, Callable[[VariableRecord], Any]] = {
    "name": lambda record: record.name,
    "value": lambda record: record.value,
    "variable_key": lambda record: record.id,
    "process_instance_key": lambda record: record.instance_id,
    "scope_key": lambda record: record.instance_id,
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
    visible = may_read_cases(session, person, instance_ids)
    known = [record for instance_id in sorted(visible) for record in _records(instance_id, veils)]
    # Masked first and searched then: what is kept from somebody can't be found by them.
    records = [record for record in known if _fits(record, search.criteria)]
    for one in reversed(search.sort):
        records.sort(key=_FIELDS[one.field], reverse=one.descending)
    items = records[search.offset : search.offset + search.limit]
    shown = tuple(one for one in veils.shown if any(record.instance_id == one for record in items))
    return Found(items=items, total=len(records), total_is_exact=True, looked_at=shown)


def find_variable(session: Session, person: Person, variable_id: int) -> tuple[VariableRecord, bool]:
    """Give one variable to somebody who may see its case, and whether its case has personal data they may read.

    Raises NotFoundError for all others.
    """
    instance_id = variable_id >> 32
    require_case_reader(session, person, instance_id)
    veils = Veils(session, person)
    for record in _records(instance_id, veils):
        if record.id == variable_id:
            return record, bool(veils.shown)
    raise NotFoundError(mark("没有编号为 {id} 的变量。"), id=variable_id)


def _fits(record: VariableRecord, criteria: Iterable[Criterion]) -> bool:
    return all(_TESTS[one.operator](_FIELDS[one.field](record), one.value) for one in criteria)


def _records(instance_id: int, veils: Veils) -> Sequence[VariableRecord]:
    return [
        VariableRecord(
            id=_number(instance_id, name), instance_id=instance_id, name=name, value=json_text.dump_text(value)
        )
        for name, value in sorted(veils.variables(instance_id).items())
    ]


def _number(instance_id: int, name: str) -> int:
    """Give a number to a variable: it has no row of its own, but its case and name stay."""
    return instance_id << 32 | int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
