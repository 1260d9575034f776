"""Give a task to a person: the administrator's way."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ConflictError, ForbiddenError, InvalidError, mark
from engine.execution.acting import Acting
from engine.execution.incidents import resolve_nobody_found
from engine.execution.listening import ask_listeners
from engine.execution.locked import lock_task
from engine.execution.signing import refuse_new_holder
from engine.execution.words import words
from engine.execution.write import write_event
from engine.model import UserTask


def assign_task(
    session: Session, task_id: int, assignee: str, actor: str, *, allow_override: bool = True, reason: str = ""
) -> None:
    """Make a person the assignee of a task, with history. An Incident that nobody was found is resolved by it.

    Only administrators may assign to others. ``allow_override`` False refuses a task that has an assignee. What was
    delegated is now to be done by whom it is assigned to. Raises NotFoundError, ForbiddenError, ConflictError,
    InvalidError for a person who can't sign in, has a voice in it already or started a case they may not decide on.
    """
    locked = lock_task(session, task_id)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以指定办理人。"))
    person = locked.organisation.people.get(assignee)
    if person is None or not person.active:
        raise InvalidError(mark("没有在职的用户 {username}。"), where="assignee", username=assignee)
    if locked.work.assignee is not None and not allow_override:
        raise ConflictError(
            mark("任务“{name}”已由{who}领取。"),
            name=locked.work.task_name,
            who=locked.organisation.display_name(locked.work.assignee),
        )
    refuse_new_holder(locked, assignee, "assignee")
    why = {"reason": words(reason)} if reason.strip() else {}
    wanted = {"action": "assign", "assignee": assignee, **why}
    if ask_listeners(locked, "assigning", wanted, Acting(actor=actor)):
        return
    # A draft is its writer's; who comes after begins anew.
    draft = {} if assignee == locked.work.assignee else {"draft": None}
    given = {"assignee": assignee, "owner": None, "delegation": None, **draft}
    session.execute(update(UserTask).where(UserTask.id == task_id).values(given))
    resolved = resolve_nobody_found(locked, locked.work.token, actor)
    event = NewEvent(
        kind="task.assigned",
        actor=actor,
        element_id=locked.work.element_id,
        token=locked.work.token,
        body={"task": task_id, "assignee": [locked.work.assignee, assignee], "resolved_incidents": resolved, **why},
    )
    write_event(locked, event)
