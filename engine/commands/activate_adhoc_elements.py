"""Begin elements of an ad-hoc sub-process that somebody has chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, mark
from engine.execution.choosing import may_choose
from engine.execution.locked import lock_instance
from engine.execution.people import hand_to_administrators
from engine.execution.write import write_outcome


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """An element to begin."""

    element_id: str
    variables: Mapping[str, object] = field(default_factory=dict)
    """What only the path that begins there sees."""


def activate_adhoc_elements(
    session: Session,
    instance_id: int,
    token: int,
    chosen: Sequence[Chosen],
    actor: str,
    *,
    cancel_remaining: bool = False,
) -> None:
    """Begin the chosen elements of the ad-hoc sub-process at a token, and run the case on.

    ``cancel_remaining`` takes away what has been begun before and is not done. Raises NotFoundError,
    ForbiddenError for anybody but the initiator, process owners and administrators, InvalidError where an element
    can't be begun there, GoneError where the sub-process or its case has ended or is about to.
    """
    locked = lock_instance(session, instance_id)
    if not may_choose(actor, locked.organisation.grants_of(actor), locked.instance.started_by):
        raise ForbiddenError(mark("只有发起人、流程负责人和管理员可以选择接下来办什么。"))
    case = locked.wake()
    element_id = case.element_id(token)
    case.choose(token, [(one.element_id, one.variables) for one in chosen], cancel_remaining=cancel_remaining)
    event = NewEvent(
        kind="adhoc.activated",
        actor=actor,
        element_id=element_id,
        token=token,
        body={
            "elements": [{"id": one.element_id, "variables": dict(one.variables)} for one in chosen],
            "cancel_remaining": cancel_remaining,
        },
    )
    write_outcome(locked, hand_to_administrators(case.outcome(), locked.organisation), event)
