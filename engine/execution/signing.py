"""Further signatures on a plain task: extra tasks on the same token, and a completion that waits for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select, update

from engine.errors import ConflictError, InvalidError, mark
from engine.execution.acting import Acting
from engine.execution.completions import passed_for
from engine.execution.locked import LockedCase
from engine.execution.people import hand_to_administrators
from engine.execution.rows import changed, overtaken
from engine.execution.telling import tell
from engine.execution.ways import way_of
from engine.execution.write import write_event, write_outcome
from engine.interpreter import Case
from engine.interpreter.task_rules import asks_initiator
from engine.model import UserTask

SIGNATURES = "signatures"
"""The variable in which forms, mappings and gateways see what signers and delegates have said."""
TITLE = "{who}请您签署“{task}”"
ALL_SIGNED = "“{task}”的加签都签完了"


def with_signatures(locked: LockedCase, values: Mapping[str, object], *, offered: bool) -> dict[str, object]:
    """Give values with what was said of the locked task; an empty list where it could have been signed and was not."""
    said = locked.work.signatures
    return {**values, SIGNATURES: list(said or ())} if said or offered else dict(values)


def require_signed_before(locked: LockedCase) -> None:
    """Refuse to complete a task whose signatures ``before`` are missing, or that is a signature itself."""
    if locked.work.parent_task_id is not None:
        raise ConflictError(mark("“{name}”是请您加签的，请写好意见签署。"), name=locked.work.task_name)
    if not locked.work.open_signs:
        return
    names = [locked.organisation.display_name(row.assignee) for row in _open(locked, ("before",))]
    if names:
        raise ConflictError(
            mark("任务“{name}”还在等{people}前加签。"), name=locked.work.task_name, people="、".join(names)
        )


def refuse_initiator(locked: LockedCase, person: str, where: str) -> None:
    """Raise InvalidError where a task would go to whoever started its case, and may not decide on it."""
    element = locked.definition.process.elements.get(locked.work.element_id)
    if element is not None and person == locked.instance.started_by and not asks_initiator(element):
        raise InvalidError(
            mark("流程图规定“{name}”不由发起人办理，请选别人。"), where=where, name=locked.work.task_name
        )


def refuse_twice(locked: LockedCase, people: Sequence[str], where: str) -> None:
    """Refuse people who have the locked task, or sign it: nobody says twice what they think of it."""
    root = locked.work.parent_task_id or locked.work.task_id
    rows = locked.session.execute(
        select(UserTask.assignee, UserTask.owner)
        .where(or_(UserTask.id == root, UserTask.parent_task_id == root))
        .where(UserTask.state.in_(("CREATING", "CREATED")))
    ).all()
    busy = {name for row in rows for name in row}
    twice = [person for person in people if person in busy]
    if twice:
        raise InvalidError(
            mark("{people}已经在办理或加签这个任务。"),
            where=where,
            people="、".join(locked.organisation.display_name(person) for person in twice),
        )


def refuse_second_voice(locked: LockedCase, case: Case, people: Sequence[str], where: str) -> None:
    """Refuse people who do another part of the locked task already, have done one, or whose turn comes."""
    way = way_of(locked.session, locked.definition.process, locked.instance.id, case.arrivals())
    beside = way.beside(locked.work.token)
    rows = locked.session.execute(
        select(UserTask.token, UserTask.assignee, UserTask.state)
        .where(UserTask.instance_id == locked.instance.id, UserTask.token.in_(beside))
        .where(UserTask.parent_task_id.is_(None))
    ).all()
    parts = {row.assignee for row in rows if row.state in {"CREATED", "COMPLETED"}}
    unasked = passed_for(locked.session, locked.instance.id, {*beside} - {row.token for row in rows})
    twice = [one for one in people if one in {*parts, *unasked, *map(str, case.queue(locked.work.token))}]
    if twice:
        raise InvalidError(
            mark("{people}已经在这次会签里，每人只签一份。"),
            where=where,
            people="、".join(locked.organisation.display_name(person) for person in twice),
        )


def refuse_new_holder(locked: LockedCase, person: str, where: str) -> None:
    """Refuse to give the locked task to somebody who may not decide on it, or has a voice in it already."""
    refuse_initiator(locked, person, where)
    if person in {locked.work.assignee, locked.work.owner}:
        return
    refuse_twice(locked, [person], where)
    element = locked.definition.process.elements.get(locked.work.element_id)
    if element is not None and element.loop is not None and locked.work.parent_task_id is None:
        refuse_second_voice(locked, locked.wake(), [person], where)


def wait_for_signatures(locked: LockedCase, acting: Acting, values: Mapping[str, object]) -> bool:
    """Keep back a completion whose signatures are missing; give False where it waits for none."""
    if not locked.work.open_signs:
        return False
    pending = {
        "state": "COMPLETING",
        "signing": True,
        "by": acting.actor,
        "on_behalf_of": acting.on_behalf_of,
        "input": dict(values),
    }
    done = changed(
        locked.session,
        update(UserTask)
        .where(
            UserTask.id == locked.work.task_id,
            UserTask.state == "CREATED",
            UserTask.pending.is_(None),
            UserTask.open_signs == locked.work.open_signs,
            UserTask.assignee.is_not_distinct_from(locked.work.assignee),
        )
        .values(pending=pending, assignee=acting.holder, draft=None),
    )
    if done != 1:
        raise overtaken(locked.work.task_name)
    later = [row.assignee for row in _open(locked, ("after",))]
    locked.session.execute(
        update(UserTask)
        .where(UserTask.parent_task_id == locked.work.task_id, UserTask.state == "CREATING")
        .values(state="CREATED", created_at=locked.environment.now)
    )
    tell(locked, later, TITLE.format(who=locked.organisation.display_name(acting.actor), task=locked.work.task_name))
    body = {"task": locked.work.task_id, "input": dict(values), "waits": locked.work.open_signs}
    write_event(locked, acting.event(locked, "task.held", body))
    return True


def one_less(
    locked: LockedCase, acting: Acting, kind: str, body: Mapping[str, object], signature: Mapping[str, object] | None
) -> None:
    """Write that a signature of the locked task's parent is there or no longer wanted; the last lets it go on."""
    parent = locked.session.scalars(select(UserTask).where(UserTask.id == locked.work.parent_task_id)).one()
    parent.signatures = [*(parent.signatures or ()), *([dict(signature)] if signature is not None else [])]
    parent.open_signs -= 1
    held: Mapping[str, Any] = parent.pending or {}
    if parent.open_signs or not held.get("signing"):
        if not parent.open_signs and parent.assignee is not None:
            tell(locked, [parent.assignee], ALL_SIGNED.format(task=parent.name))
        locked.session.flush()
        write_event(locked, acting.event(locked, kind, body))
        return
    values = {**held["input"], SIGNATURES: parent.signatures}
    parent.state, parent.pending, parent.draft = "COMPLETED", None, None
    parent.completed_by, parent.completed_at = held["by"], locked.environment.now
    locked.session.flush()
    case = locked.wake()
    case.complete(parent.token, values, by=held["by"])
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    more = {"input": values, "completed_by": held["by"], "completes": parent.id}
    write_outcome(locked, outcome, acting.event(locked, kind, {**body, **more}))


def _open(locked: LockedCase, positions: Sequence[str]) -> Sequence[Any]:
    return locked.session.execute(
        select(UserTask.id, UserTask.assignee)
        .where(UserTask.parent_task_id == locked.work.task_id, UserTask.position.in_(positions))
        .where(UserTask.state.in_(("CREATING", "CREATED")))
        .order_by(UserTask.id)
    ).all()
