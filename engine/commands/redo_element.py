"""Run an element of a case again that was done, or is being done: the administrator's way."""

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.going_back import begun_at, go_back
from engine.execution.locked import lock_instance
from engine.execution.ways import mark_returned, values_missing, way_of
from engine.execution.words import required_reason


def redo_element(session: Session, instance_id: int, token: int, reason: str, actor: str) -> None:
    """Take away what a passage through an element has caused, and begin the element anew by its rules.

    Other branches stay as they are, data too, and what was done outside is not undone: a service task does its work
    once more. Raises NotFoundError, ForbiddenError for anybody but an administrator, InvalidError without a reason
    or for a passage that can't be repeated, ConflictError where the case has ended.
    """
    locked = lock_instance(session, instance_id, suspended_too=True)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以让一步重新执行。"))
    reason = required_reason(reason)
    case = locked.wake()
    way = way_of(session, locked.definition.process, instance_id, case.arrivals())
    found = next((one for one in way.repeatable() if one.token == token), None)
    if found is None:
        raise InvalidError(mark("这一步不能重新执行：它没有做过，或已经重做过。请刷新后再选。"), where="token")
    event = NewEvent(
        kind="element.redone",
        actor=actor,
        element_id=found.element_id,
        token=token,
        body={"reason": reason, "target": {"element": found.element_id, "token": token}},
    )
    outcome = go_back(locked, case, way.plan(token), None, event)
    why = {"act": "redo", "by": actor, "reason": reason, "at": locked.environment.now.isoformat()}
    draft = values_missing(locked, found, outcome.variables) if found.is_single else None
    mark_returned(session, instance_id, begun_at(outcome, found.element_id), why, draft)
