"""The way a case has come, read from its passages; and what is written of it when somebody goes back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.execution.completions import completion_of
from engine.execution.locked import LockedCase
from engine.interpreter import Arrival, Process, Walked, Way
from engine.model import ElementInstance, UserTask


def way_of(session: Session, process: Process, instance_id: int, arrivals: Sequence[Arrival] = ()) -> Way:
    """Give the passages of a case that hold, in the order in which they began."""
    rows = session.scalars(
        select(ElementInstance)
        .where(ElementInstance.instance_id == instance_id, ElementInstance.undone.is_(False), ElementInstance.token > 0)
        .order_by(ElementInstance.started_at, ElementInstance.token)
    )
    return Way(process, map(_walked, rows), arrivals)


def _walked(row: ElementInstance) -> Walked:
    return Walked(
        token=row.token,
        element_id=row.element_id,
        kind=row.kind,
        state=row.state,
        causes=tuple(row.causes or ()),
        scope=row.scope,
    )


def forget_undone(session: Session, instance_id: int, undone: Iterable[int], renamed: Mapping[int, int]) -> None:
    """Write that passages do not hold any more, and in which sub-process those inside a reopened one stand now."""
    of_case = ElementInstance.instance_id == instance_id
    session.execute(
        update(ElementInstance).where(of_case, ElementInstance.token.in_(sorted(undone))).values(undone=True)
    )
    for before, now in renamed.items():
        session.execute(
            update(ElementInstance)
            .where(of_case, ElementInstance.scope == before, ElementInstance.undone.is_(False))
            .values(scope=now)
        )


def person_again(locked: LockedCase, target: Walked) -> str | None:
    """Give who gets an earlier task again: whose it was, the initiator the start; None where its rule says.

    Where somebody stood in for them, it is theirs again and not the other's: standing in may be over by now.
    """
    known = locked.organisation.people
    whose: str | None = locked.instance.started_by
    if target.kind != "startEvent":
        of_task = UserTask.instance_id == locked.instance.id, UserTask.token == target.token
        by_somebody = UserTask.parent_task_id.is_(None), UserTask.completed_by.is_not(None)
        whose = locked.session.scalar(select(UserTask.assignee).where(*of_task, *by_somebody))
    return whose if whose is not None and whose in known and known[whose].active else None


def values_missing(locked: LockedCase, target: Walked, variables: Mapping[str, object]) -> dict[str, Any] | None:
    """Give what was handed in at an earlier task and is no variable of the case: its form would begin without it."""
    done = completion_of(locked.session, locked.instance.id, target.token)
    submitted = done.body.get("input") or {} if done is not None else {}
    missing = {name: value for name, value in submitted.items() if name not in variables}
    return missing or None


def mark_returned(
    session: Session, instance_id: int, tokens: Iterable[int], returned: Mapping[str, Any], draft: object = None
) -> None:
    """Tell on tasks why they are there again; ``draft`` is what their form begins with, beside the case's data."""
    session.execute(
        update(UserTask)
        .where(UserTask.instance_id == instance_id, UserTask.token.in_(list(tokens)))
        .values(returned=dict(returned), draft=draft)
    )
