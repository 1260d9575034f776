"""How a task that several people do stands while it goes on: who has done it, with what, and who has not."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.execution.immutable import Definition
from engine.execution.locked import environment
from engine.forms import Described
from engine.interpreter import Case
from engine.model import ElementInstance, ProcessInstance, UserTask
from engine.organisation import Organisation
from engine.queries.timeline import Happening

HANDED_IN = frozenset({"task.completed", "task.held", "task.timed_out"})
"""The events that say what somebody has entered."""


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One person's part."""

    person: str
    """A display name; empty while nobody has claimed it."""
    state: str
    """``done``, ``open``, or ``later`` where it is not their turn yet."""
    at: dt.datetime | None
    """When it was done."""
    entered: tuple[Described, ...]
    """What they entered, by label."""
    task_id: int | None = None
    """Their task; empty where it is not their turn yet."""
    token: int | None = None
    username: str | None = None
    """Of a later turn what the collection holds; empty while nobody has claimed it."""


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """One task that several people do."""

    element: str
    """Its name."""
    sequential: bool
    votes: tuple[Vote, ...]

    @property
    def done(self) -> int:
        """Give how many have done it."""
        return sum(vote.state == "done" for vote in self.votes)


def ballots(
    session: Session, case: ProcessInstance, of: Definition, happenings: Sequence[Happening], known: Organisation
) -> tuple[Ballot, ...]:
    """Give the ballots that are open in a case; a process without such tasks costs no statement."""
    repeated = repeated_tasks(of)
    if not repeated or case.state != "ACTIVE":
        return ()
    bodies = session.execute(
        select(ElementInstance.element_id, ElementInstance.token)
        .where(ElementInstance.instance_id == case.id, ElementInstance.kind == "multiInstanceBody")
        .where(ElementInstance.state == "ACTIVE", ElementInstance.element_id.in_(repeated))
        .order_by(ElementInstance.token)
    ).all()
    entered = {one.token: one.entered for one in happenings if one.kind in HANDED_IN}
    found = []
    for body in bodies:
        element = of.process.elements[body.element_id]
        rows = _tasks(session, case.id, body.token)
        votes = [_vote(row, entered.get(row.token, ()), known) for row in rows]
        later = _later(session, case, of, known, rows) if element.loop is not None and element.loop.sequential else ()
        found.append(
            Ballot(
                element=element.label,
                sequential=element.loop is not None and element.loop.sequential,
                votes=(*votes, *later),
            )
        )
    return tuple(found)


def repeated_tasks(of: Definition) -> frozenset[str]:
    """Give the ids of the user tasks of a version that several people do."""
    return frozenset(e.id for e in of.process.elements.values() if e.kind == "userTask" and e.loop is not None)


def opinions_besides(found: Sequence[Ballot], happenings: Sequence[Happening]) -> tuple[Happening, ...]:
    """Give what people have done in a case, oldest first, apart from what its ballots tell and what they took back."""
    told = {vote.at for one in found for vote in one.votes}
    # Several people may say something at one token: who signs, and who has the task.
    taken_back = {_part(one): one.sequence for one in happenings if one.kind == "task.taken_back"}
    done = (one for one in happenings if one.kind in {"task.completed", "task.held", "task.signed"})
    holds = (one for one in done if one.sequence > taken_back.get(_part(one), 0))
    # A vote does not say who gave it for somebody else.
    return tuple(one for one in holds if one.on_behalf_of or one.at not in told)


def _part(one: Happening) -> tuple[int | None, str]:
    return one.token, one.on_behalf_of or one.actor


def _tasks(session: Session, instance_id: int, body: int) -> Sequence[UserTask]:
    """Give the parts of one repeated task; one that was taken back is not among them."""
    parts = select(ElementInstance.token).where(
        ElementInstance.instance_id == instance_id, ElementInstance.scope == body, ElementInstance.undone.is_(False)
    )
    return session.scalars(
        select(UserTask)
        .where(UserTask.instance_id == instance_id, UserTask.token.in_(parts))
        .where(UserTask.parent_task_id.is_(None), UserTask.state != "CANCELED")
        .order_by(UserTask.id)
    ).all()


def _vote(row: UserTask, entered: tuple[Described, ...], known: Organisation) -> Vote:
    return Vote(
        person=known.display_name(row.assignee) if row.assignee is not None else "",
        state="done" if row.state == "COMPLETED" else "open",
        at=row.completed_at,
        entered=entered,
        task_id=row.id,
        token=row.token,
        username=row.assignee,
    )


def _later(
    session: Session, case: ProcessInstance, of: Definition, known: Organisation, rows: Sequence[UserTask]
) -> Iterator[Vote]:
    """Give those whose turn has not come; items that are no usernames are shown as they are."""
    present = next((row for row in rows if row.state == "CREATED"), None)
    if present is None:
        return
    awake = Case.wake(case.body, of.specification, environment(session, known, of))
    for item in awake.queue(present.token):
        person = known.display_name(str(item))
        yield Vote(person=person, state="later", at=None, entered=(), username=str(item))
