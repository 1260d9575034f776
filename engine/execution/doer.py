"""Who may act on a task as its doer, and why they do."""

from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.candidates import require_candidate
from engine.execution.locked import LockedCase


def require_doer(locked: LockedCase, actor: str) -> None:
    """Refuse anybody but the assignee, or where a task has none one who may claim it. Raises ForbiddenError."""
    if locked.work.assignee is None:
        require_candidate(locked, actor)
    elif locked.work.assignee != actor:
        raise ForbiddenError(
            mark("任务“{name}”由{who}办理。"),
            name=locked.work.task_name,
            who=locked.organisation.display_name(locked.work.assignee),
        )


def reason_of(reason: str) -> str:
    """Give a reason without the space around it. Raises InvalidError where nothing is left."""
    if not reason.strip():
        raise InvalidError(mark("请填写原因。"), where="reason")
    return reason.strip()
