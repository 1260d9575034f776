"""What somebody who leaves has open or is going to get in a sequence, and that given to somebody else."""

from collections.abc import Iterator

from sqlalchemy import Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from engine.execution.acting import Acting
from engine.execution.immutable import Definition, definition
from engine.execution.locked import busy, environment, lock_task
from engine.execution.readers import add_readers
from engine.execution.signing import refuse_initiator, refuse_twice
from engine.execution.write import write_event, write_outcome
from engine.interpreter import Case
from engine.model import Handover, ProcessInstance, UserTask, UserTaskCandidate
from engine.organisation import organisation


def open_tasks_of(username: str) -> Select[int]:
    """Select the ids of open tasks that a person has, has delegated, or is named for as a candidate."""
    named = exists().where(
        UserTaskCandidate.task_id == UserTask.id,
        UserTaskCandidate.kind == "user",
        UserTaskCandidate.principal == username,
    )
    return select(UserTask.id).where(
        UserTask.state.in_(("CREATING", "CREATED")),
        or_(UserTask.assignee == username, UserTask.owner == username, and_(UserTask.assignee.is_(None), named)),
    )


def turns_of(session: Session, username: str) -> Iterator[int]:
    """Give the ids of open tasks of sequences in which a person's turn comes later: it reads each such case."""
    known = organisation(session)
    for of, waiting in _in_sequences(session):
        for row in session.execute(waiting.execution_options(yield_per=100)):
            case = Case.wake(row.body, of.specification, environment(session, known, of, row.case))
            if username in case.turns(row.token):
                yield row.id


def are_few_in_sequences(session: Session, most: int) -> bool:
    """Tell whether ``turns_of`` would read no more cases than that."""
    counts = (select(func.count()).select_from(waiting.subquery()) for _of, waiting in _in_sequences(session))
    return sum(session.scalars(count).one() for count in counts) <= most


def _in_sequences(session: Session) -> Iterator[tuple[Definition, Select[int, int, int, bytes]]]:
    """Give the versions that running cases have and that ask one after the other, and whom they ask now."""
    running = select(ProcessInstance.definition_id).where(ProcessInstance.state == "ACTIVE").distinct()
    for number in session.scalars(running).all():
        of = definition(session, number)
        sequences = [one.id for one in of.process.elements.values() if one.loop is not None and one.loop.sequential]
        if sequences:
            yield (
                of,
                (
                    select(UserTask.id, UserTask.token, ProcessInstance.id.label("case"), ProcessInstance.body)
                    .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
                    .where(ProcessInstance.definition_id == number, ProcessInstance.state == "ACTIVE")
                    .where(UserTask.element_id.in_(sequences), UserTask.parent_task_id.is_(None))
                    .where(UserTask.state.in_(("CREATING", "CREATED")))
                ),
            )


def hand_over_turns(session: Session, task_id: int, handover: Handover) -> None:
    """Let the successor be asked instead of the leaver where his turn comes after a task in a sequence."""
    locked = lock_task(session, task_id, not_yet_too=True, suspended_too=True, busy_too=True)
    case, token = locked.wake(), locked.work.token
    places = [place for place, person in enumerate(case.turns(token)) if person == handover.leaver]
    case.give_turns(token, places, handover.successor)
    body = {
        "task": task_id,
        "places": places,
        "handover": handover.id,
        "from": handover.leaver,
        "to": handover.successor,
        "reason": handover.reason,
    }
    write_outcome(locked, case.outcome(), Acting(actor=handover.made_by).event(locked, "task.handed_over", body))


def hand_over(session: Session, task_id: int, handover: Handover) -> None:
    """Give one task to the successor, with an event of its case.

    Also one that is handed in and waits for signatures or listeners: where those say no, it is the successor's.
    Raises ConflictError where listeners are asked whether the leaver may have it, InvalidError where the successor has
    started the case and may not decide on it, or signs what they would have, or has what they would sign.
    """
    locked = lock_task(session, task_id, not_yet_too=True, suspended_too=True, busy_too=True)
    leaver, successor = handover.leaver, handover.successor
    if (locked.work.pending or {}).get("assignee") == leaver:
        raise busy(locked)
    task = session.get_one(UserTask, task_id, populate_existing=True)
    if leaver in {task.assignee, task.owner}:
        refuse_initiator(locked, successor, "successor")
        if successor not in {task.assignee, task.owner}:
            refuse_twice(locked, [successor], "successor")
    before = task.assignee, task.owner
    _give(task, leaver, successor)
    session.flush()
    _replace_candidate(session, task_id, leaver, successor)
    add_readers(locked, "took_part", [leaver], by=handover.made_by)
    body = {
        "task": task_id,
        "assignee": [before[0], task.assignee],
        **({"owner": [before[1], task.owner]} if before[1] != task.owner else {}),
        "handover": handover.id,
        "from": leaver,
        "to": successor,
        "reason": handover.reason,
    }
    write_event(locked, Acting(actor=handover.made_by).event(locked, "task.handed_over", body))


def _give(task: UserTask, leaver: str, successor: str) -> None:
    """Let the successor take the leaver's place. A draft is its writer's: who comes after begins anew."""
    if task.assignee == leaver:
        task.assignee, task.draft = successor, None
    if task.owner == leaver:
        task.owner, task.delegation = successor, {**(task.delegation or {}), "draft": None}
    if task.owner is not None and task.owner == task.assignee:
        # One of the two had asked the other. Nobody answers themselves: what the successor has typed is theirs again.
        task.draft = task.draft or (task.delegation or {}).get("draft")
        task.owner, task.delegation = None, None
    if task.pending is not None and "delegation" in task.pending:
        task.pending = {**task.pending, "delegation": {**task.pending["delegation"], "draft": None}}


def _replace_candidate(session: Session, task_id: int, leaver: str, successor: str) -> None:
    of_task = UserTaskCandidate.task_id == task_id, UserTaskCandidate.kind == "user"
    names = set(session.scalars(select(UserTaskCandidate.principal).where(*of_task)))
    if leaver not in names:
        return
    session.execute(delete(UserTaskCandidate).where(*of_task, UserTaskCandidate.principal == leaver))
    if successor not in names:
        session.add(UserTaskCandidate(task_id=task_id, kind="user", principal=successor))
        session.flush()
