"""Complete a user task."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.execution.acting import Acting, acting_doer, require_undelegated
from engine.execution.files import bind, genuine
from engine.execution.listening import ask_listeners
from engine.execution.locked import LockedCase, lock_task
from engine.execution.offered import is_offered
from engine.execution.people import hand_to_administrators
from engine.execution.prepared import COMPLETE_TASK
from engine.execution.rows import overtaken
from engine.execution.signing import require_signed_before, wait_for_signatures, with_signatures
from engine.execution.submitting import accepted, given, handed_in, hold
from engine.execution.write import write_outcome
from engine.forms import Rights
from engine.model import UserTask


def complete_task(session: Session, task_id: int, submitted: Mapping[str, object], actor: str) -> bool:
    """Complete a task with what its form submits, and run the case on; give False while others are asked first.

    Those are its listeners, or signers it was given; when they have agreed or signed it is complete by itself.

    The assignee completes it; while it has none, anybody who may claim it may complete it at once. A task
    without a form takes any variables. Raises NotFoundError, ForbiddenError, ConflictError (somebody was
    first) or FormInvalidError.
    """
    locked = lock_task(session, task_id)
    acting = acting_doer(locked, actor)
    require_undelegated(locked)
    require_signed_before(locked)
    can_be_signed = is_offered(locked, "addSign")
    case = locked.wake()
    stored = with_signatures(locked, case.visible(locked.work.token), offered=can_be_signed)
    rights = _rights(locked)
    values = _values(locked, submitted, stored, rights)
    files = handed_in(session, locked.work.form_definition_id, values)
    values = genuine(session, values, files, stored, actor)
    bind(session, locked.instance.id, files, stored, actor)
    hold(session, locked.work.form_definition_id, values, locked.instance.id)
    values = with_signatures(locked, values, offered=can_be_signed)
    later = given(session, locked.work.form_definition_id, values, rights)
    if wait_for_signatures(locked, acting, later):
        return False
    if ask_listeners(locked, "completing", {"action": "complete", "result": later, "by": actor}, acting, case=case):
        # Whatever they say, nothing that was typed is lost; but nobody else is to find it who claims the task later.
        mine = UserTask.id == task_id, UserTask.assignee == acting.holder
        session.execute(update(UserTask).where(*mine).values(draft=dict(submitted)))
        return False
    _close(locked, acting)
    case.complete(locked.work.token, values, by=actor)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    body = {"task": task_id, "input": values, "completed_by": actor}
    write_outcome(locked, outcome, acting.event(locked, "task.completed", body))
    return True


def _values(
    locked: LockedCase, submitted: Mapping[str, object], stored: Mapping[str, object], rights: Rights
) -> dict[str, object]:
    if locked.work.form_definition_id is None:
        return dict(submitted)
    return accepted(locked.session, locked.work.form_definition_id, submitted, stored, locked.instance.id, rights)


def _rights(locked: LockedCase) -> Rights:
    return Rights.of(locked.definition.process.elements[locked.work.element_id].properties)


def _close(locked: LockedCase, acting: Acting) -> None:
    values = {
        "task": locked.work.task_id,
        "seen_assignee": locked.work.assignee,
        "seen_signs": locked.work.open_signs,
        "holder": acting.holder,
        "actor": acting.actor,
        "at": locked.environment.now,
    }
    COMPLETE_TASK.send(locked.session, values, partial(overtaken, locked.work.task_name))
