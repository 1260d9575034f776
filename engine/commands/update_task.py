"""Change an open task: its candidates, its dates, its priority."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.acting import Acting
from engine.execution.listened_task import described
from engine.execution.listening import ask_listeners
from engine.execution.locked import lock_task
from engine.execution.write import write_outcome
from engine.interpreter import CORRECTABLE, ChangedTask
from engine.model import UserTask

UPDATABLE = CORRECTABLE - {"assignee"}
"""What may be changed, by the names of the published API; who has the task is changed by assigning it."""


def update_task(
    session: Session, task_id: int, changes: Mapping[str, object], actor: str, *, action: str = "update"
) -> bool:
    """Give a task new values of ``UPDATABLE``; tell False while its listeners are asked.

    Moments are ISO 8601 text, None takes a value away. A task that is left to nobody goes to the administrators,
    with an Incident. Raises NotFoundError, ForbiddenError for anybody but an administrator, ConflictError,
    InvalidError for what a task does not have and where nothing changes.
    """
    locked = lock_task(session, task_id)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以修改任务。"))
    unknown = set(changes) - UPDATABLE
    if unknown or not changes:
        raise InvalidError(
            mark("请写明要修改任务的什么；可以修改的有：{allowed}。"),
            where="changeset",
            allowed="、".join(sorted(UPDATABLE)),
        )
    if ask_listeners(locked, "updating", {"action": action, "changes": dict(changes)}, Acting(actor=actor)):
        return False
    before = described(session, session.get_one(UserTask, task_id))
    element = locked.definition.process.elements[locked.work.element_id]
    change = ChangedTask(token=locked.work.token, element=element, event="updating", denied=None, changes=dict(changes))
    event = NewEvent(
        kind="task.updated",
        actor=actor,
        element_id=locked.work.element_id,
        token=locked.work.token,
        body={"task": task_id, "before": {name: before[name] for name in changes}, "after": dict(changes)},
    )
    write_outcome(locked, replace(locked.wake().outcome(), changed=(change,)), event)
    return True
