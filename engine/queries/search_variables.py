"""Variables of cases, as programs search them."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import json_text
from engine.errors import NotFoundError, mark
from engine.interpreter import load_variables
from engine.model import ProcessInstance
from engine.queries.access import may_read_cases, require_case_reader
from engine.queries.people import Person


@dataclass(frozen=True, kw_only=True)
class VariableRecord:
    """One variable of a case. Variables inside sub-processes and tasks are not among them."""

    id: int
    """The case's number in the upper bits, a hash of the name in the lower 32."""
    instance_id: int
    name: str
    value: str
    """As JSON."""


def variables_of(session: Session, person: Person, instance_ids: Iterable[int]) -> list[VariableRecord]:
    """Give all variables of those cases that the person may see, by case and name."""
    visible = may_read_cases(session, person, instance_ids)
    rows = session.execute(
        select(ProcessInstance.id, ProcessInstance.body)
        .where(ProcessInstance.id.in_(sorted(visible)))
        .order_by(ProcessInstance.id)
    )
    return [record for row in rows for record in _records(row.id, row.body)]


def find_variable(session: Session, person: Person, variable_id: int) -> VariableRecord:
    """Give one variable to somebody who may see its case. Raises NotFoundError for all others."""
    instance_id = variable_id >> 32
    require_case_reader(session, person, instance_id)
    body = session.scalar(select(ProcessInstance.body).where(ProcessInstance.id == instance_id))
    for record in _records(instance_id, body) if body is not None else ():
        if record.id == variable_id:
            return record
    raise NotFoundError(mark("没有编号为 {id} 的变量。"), id=variable_id)


def _records(instance_id: int, body: bytes) -> Sequence[VariableRecord]:
    return [
        VariableRecord(
            id=_number(instance_id, name), instance_id=instance_id, name=name, value=json_text.dump_text(value)
        )
        for name, value in sorted(load_variables(body).items())
    ]


def _number(instance_id: int, name: str) -> int:
    """Give a number to a variable: it has no row of its own, but its case and name stay."""
    return instance_id << 32 | int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
