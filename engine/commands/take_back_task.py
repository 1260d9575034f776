"""Take back a task one has just completed: 撤回."""

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ConflictError, ForbiddenError, NotFoundError, mark
from engine.execution.going_back import begun_at, go_back
from engine.execution.locked import LockedCase, lock_instance
from engine.execution.offered import offered
from engine.execution.taking_back import Act, act_of, why_not
from engine.execution.ways import mark_returned
from engine.interpreter import Case
from engine.model import UserTask


def take_back_task(session: Session, task_id: int, actor: str) -> None:
    """Open a task again that a person has completed, with what was handed in as its draft.

    Possible while nobody and nothing has touched what came of it: no task claimed, begun or done, no job run, no
    message or signal sent. Raises NotFoundError, ForbiddenError for anybody else, ConflictError where it is too late.
    """
    task = session.get(UserTask, task_id)
    if task is None:
        raise NotFoundError(mark("没有编号为 {number} 的记录。"), number=task_id)
    locked = lock_instance(session, task.instance_id)
    _require_own(locked, task, actor)
    case = locked.wake()
    act = act_of(session, locked.definition.process, task, case.arrivals())
    refused = why_not(session, task, act)
    if act is None or refused is not None:
        raise ConflictError(refused or mark("“{name}”已不能撤回。"), name=task.name)
    _again(locked, case, (task, act), actor)


def _require_own(locked: LockedCase, task: UserTask, actor: str) -> None:
    # Read again: whoever waited for the lock may have seen the row as it was before.
    locked.session.refresh(task)
    if actor not in {task.completed_by, task.assignee} or task.state != "COMPLETED":
        raise ForbiddenError(mark("只有办理人可以撤回“{name}”。"), name=task.name)
    element = locked.definition.process.elements.get(task.element_id)
    if "takeBack" not in offered(element):
        raise ForbiddenError(mark("“{name}”这一步不提供撤回。"), name=task.name)


def _again(locked: LockedCase, case: Case, done: tuple[UserTask, Act], actor: str) -> None:
    task, act = done
    event = NewEvent(
        kind="task.taken_back",
        actor=actor,
        on_behalf_of=task.assignee if task.assignee != actor else None,
        element_id=task.element_id,
        token=task.token,
        body={"task": task.id, "target": {"element": task.element_id, "token": task.token}},
    )
    outcome = go_back(locked, case, act.plan, task.assignee, event)
    returned = {"act": "takeBack", "by": actor, "at": locked.environment.now.isoformat()}
    mark_returned(locked.session, task.instance_id, begun_at(outcome, task.element_id), returned, act.submitted)
