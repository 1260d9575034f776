"""The ways a case has taken: its sequence flows, and the cases that called it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from engine import json_text
from engine.model import HistoryEvent, ProcessDefinition, ProcessInstance
from engine.queries.access import may_read_case, require_case_reader
from engine.queries.people import Person

DEPTH = 100
"""Cases that may call each other in a row, as far as they are shown."""


@dataclass(frozen=True, kw_only=True)
class CallingCase:
    """A case on the way from the first caller to the one that was asked for."""

    instance_id: int
    definition_id: int
    process_name: str


def taken_flows(session: Session, person: Person, instance_id: int) -> list[str]:
    """Give the ids of the sequence flows a case took, in the order of the first time.

    Raises NotFoundError for whoever may not see the case.
    """
    require_case_reader(session, person, instance_id)
    bodies = session.scalars(
        select(HistoryEvent.body).where(HistoryEvent.instance_id == instance_id).order_by(HistoryEvent.sequence)
    )
    flows = [flow for body in bodies for *_, flow in json_text.loads(body).get("passages", ()) if flow]
    return list(dict.fromkeys(flows))


def calling_cases(session: Session, person: Person, instance_id: int) -> list[CallingCase]:
    """Give the cases that led to a case by calling, the first caller first, itself last.

    Raises NotFoundError for whoever may not see the case; callers that they may not see are left out.
    """
    require_case_reader(session, person, instance_id)
    steps = (
        select(ProcessInstance.id, ProcessInstance.parent_id, ProcessInstance.definition_id)
        .where(ProcessInstance.id == instance_id)
        .cte("steps", recursive=True)
    )
    caller = aliased(ProcessInstance)
    steps = steps.union_all(
        select(caller.id, caller.parent_id, caller.definition_id).join(steps, caller.id == steps.c.parent_id)
    )
    rows = session.execute(
        select(steps.c.id, steps.c.definition_id, ProcessDefinition.name)
        .join(ProcessDefinition, ProcessDefinition.id == steps.c.definition_id)
        # A caller began before whom it called.
        .order_by(steps.c.id.desc())
        .limit(DEPTH)
    ).all()
    return [
        CallingCase(instance_id=row.id, definition_id=row.definition_id, process_name=row.name)
        for row in reversed(rows)
        if row.id == instance_id or may_read_case(session, person, row.id)
    ]
