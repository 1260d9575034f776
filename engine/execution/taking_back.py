"""Whether what a person has completed can still be taken back: nothing that came of it has been touched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import mark
from engine.execution.completions import completion_of
from engine.execution.ways import way_of
from engine.interpreter import Arrival, Plan, Process, Way
from engine.model import HistoryEvent, Job, UserTask

_CHANGES_ALL = ("case.modified", "case.migrated")
"""After these nobody can tell what came of what."""
_WORDS = ("task.urged", "task.reminded", "task.copied")
"""What only tells people of a task: nobody has touched it."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody's completion of a task, and what taking it back would do."""

    sequence: int
    """The step of the case in which it was done."""
    submitted: dict[str, Any]
    plan: Plan
    behind: tuple[int, ...]
    """The tokens that came of it."""
    detour: dict[str, Any] | None = None
    """Of a task that was done again for another one: how that asks for it once more."""


def act_of(session: Session, process: Process, task: UserTask, arrivals: Sequence[Arrival] = ()) -> Act | None:
    """Give what taking back a completed task would do; None where it can't be done at all.

    Of several who sign, one alone can't be undone: what the others have said is counted already.
    """
    way = way_of(session, process, task.instance_id, arrivals)
    if way.passage(task.token) is None or way.whole(task.token) != task.token:
        return None
    if way.is_instance(task.token) or way.is_counted(task.token) or way.is_cut_off(task.token):
        return None
    done = completion_of(session, task.instance_id, task.token)
    if done is None or done.body.get("signals"):
        return None
    submitted, plan = dict(done.body.get("input") or {}), way.plan(task.token)
    if not way.is_aside(task.token):
        behind = tuple(token for token in plan.undone if token != task.token)
        return Act(sequence=done.sequence, submitted=submitted, plan=plan, behind=behind)
    asking = way.asked_by(task.token)
    if asking is None:
        return None
    detour = _asked_again(session, task, way, asking)
    return Act(sequence=done.sequence, submitted=submitted, plan=plan, behind=(asking,), detour=detour)


def _asked_again(session: Session, task: UserTask, way: Way, asking: int) -> dict[str, Any]:
    waits = UserTask.instance_id == task.instance_id, UserTask.token == asking, UserTask.parent_task_id.is_(None)
    person = session.scalar(select(UserTask.assignee).where(*waits))
    return {**way.detour(asking, task.token), "asking": asking, "person": person}


def why_not(session: Session, task: UserTask, act: Act | None) -> str | None:
    """Say why it is too late to take a task back; None where it is not."""
    if act is None:
        return mark("“{name}”不能撤回：它是多人办理的，或已有信号发出，或已被退回，或已由事件接手。")
    if touched(session, task.instance_id, act.sequence, act.behind):
        return mark("“{name}”不能撤回：下一步已有人领取、填写或办理，或系统已经执行。可请办理人退回。")
    return None


def touched(
    session: Session, instance_id: int, sequence: int, behind: Sequence[int], given: Sequence[int] = ()
) -> bool:
    """Tell whether somebody or something has touched what came of a step, at the tokens behind it.

    ``given`` are those of them whose draft nobody has typed since.
    """
    return any(session.scalar(one) is not None for one in _touches(instance_id, sequence, behind, given))


def _touches(instance_id: int, sequence: int, behind: Sequence[int], given: Sequence[int]) -> Iterator[Any]:
    later = HistoryEvent.instance_id == instance_id, HistoryEvent.sequence > sequence
    there = and_(HistoryEvent.token.in_(behind), HistoryEvent.kind.not_in(_WORDS))
    about: ColumnElement[bool] = or_(there, HistoryEvent.kind.in_(_CHANGES_ALL))
    yield select(HistoryEvent.sequence).where(*later, about).limit(1)
    typed = and_(UserTask.draft.is_not(None), UserTask.token.not_in(given))
    yield (
        select(UserTask.id)
        .where(UserTask.instance_id == instance_id, UserTask.token.in_(behind))
        .where(or_(typed, UserTask.pending.is_not(None), UserTask.state == "COMPLETED"))
        .limit(1)
    )
    running = or_(Job.leased_until > clock.now(), Job.state == "COMPLETED")
    yield select(Job.id).where(Job.instance_id == instance_id, Job.token.in_(behind), running).limit(1)
