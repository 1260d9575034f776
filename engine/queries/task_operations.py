"""What a reader may do with a task beside completing it: the buttons of its page."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.execution.immutable import Definition
from engine.execution.parts import beside
from engine.interpreter import Case
from engine.interpreter.offered import offered
from engine.model import UserTask
from engine.organisation import Organisation

OF_HOLDER = ("return", "reject", "reassign", "delegate")
"""What the person who has a task, or stands in for them, may do with it."""
ALWAYS = ("comment", "copy", "urge")
"""What everybody may do who may see an open task; who may urge is for the command to say."""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What a signer or delegate has said."""

    person: str
    """A display name."""
    by: str | None
    """The display name of who said it for them."""
    way: str
    """``delegate``, or where it was signed: ``before``, ``after``, ``parallel``."""
    agreed: bool | None
    opinion: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class AskedSigner:
    """Somebody who was asked to sign a task and has not."""

    task_id: int
    person: str
    """A display name."""
    username: str
    position: str
    place: int | None = None
    """In a sequence, of those whose turn comes later, from 0; ``task_id`` is then that of whose turn it is."""


@dataclass(frozen=True, kw_only=True)
class Signing:
    """How a task is signed by more people than the one who has it."""

    positions: tuple[str, ...]
    """Where somebody may be added; none where nobody may."""
    asked: tuple[AskedSigner, ...]
    """Who has not signed, and could be removed."""


def operations(of: Definition, task: Any, signing: Signing, *, is_mine: bool) -> Mapping[str, str]:  # noqa: ANN401 - a row
    """Give the operations the reader may begin now: name → what its button says."""
    labels = offered(of.process.elements.get(task.element_id)).labels
    may = set(ALWAYS) - ({"urge"} if is_mine or task.pending is not None else set())
    if is_mine and task.pending is None and task.owner is None:
        may |= set(OF_HOLDER)
    if task.parent_task_id is not None:
        may -= {"delegate", "return", "reject"}
    may |= {"addSign"} if signing.positions and "reassign" in may else set()
    may |= {"removeSign"} if is_mine and signing.asked else set()
    return {name: label for name, label in labels.items() if name in may}


def signing_of(session: Session, task: UserTask, awake: Case, of: Definition, known: Organisation) -> Signing:
    """Give how an open task is signed."""
    if task.parent_task_id is not None:
        return Signing(positions=(), asked=())
    element = of.process.elements.get(task.element_id)
    rows = session.execute(_same_place(task) if awake.is_instance(task.token) else _of_task(task)).all()
    asked = [
        AskedSigner(
            task_id=row.id,
            person=known.display_name(row.assignee),
            username=row.assignee,
            position=row.position or "",
        )
        for row in rows
        if row.assignee is not None
    ]
    if not awake.is_instance(task.token):
        listens = element is not None and element.listeners_at("completing")
        positions = ("before",) if listens else ("before", "after", "parallel")
        return Signing(positions=positions, asked=tuple(asked))
    later = [
        AskedSigner(task_id=task.id, person=known.display_name(str(item)), username=str(item), position="", place=place)
        for place, item in enumerate(awake.queue(task.token))
    ]
    sequential = element is not None and element.loop is not None and element.loop.sequential
    return Signing(positions=("after", "before") if sequential else ("parallel",), asked=(*asked, *later))


def _of_task(task: UserTask) -> Select[int, str | None, str | None]:
    return (
        select(UserTask.id, UserTask.assignee, UserTask.position)
        .where(UserTask.parent_task_id == task.id, UserTask.state.in_(("CREATING", "CREATED")))
        .order_by(UserTask.id)
    )


def _same_place(task: UserTask) -> Select[int, str | None, str | None]:
    return (
        select(UserTask.id, UserTask.assignee, UserTask.position)
        .where(UserTask.instance_id == task.instance_id)
        .where(UserTask.token.in_(beside(task.instance_id, task.token)))
        .where(UserTask.state == "CREATED", UserTask.parent_task_id.is_(None))
        .order_by(UserTask.id)
    )


def signatures(task: Any, known: Organisation) -> tuple[Signature, ...]:  # noqa: ANN401 - a row
    """Give what was said of a task, oldest first."""
    return tuple(
        Signature(
            person=known.display_name(one["person"]),
            by=known.display_name(one["on_behalf_by"]) if one.get("on_behalf_by") else None,
            way=one["way"],
            agreed=one["agreed"],
            opinion=one["opinion"],
            at=dt.datetime.fromisoformat(one["at"]),
        )
        for one in task.signatures or ()
    )
