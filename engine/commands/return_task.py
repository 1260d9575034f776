"""Return a task to an earlier one: 退回."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import InvalidError, mark
from engine.execution.acting import acting_doer, require_undelegated
from engine.execution.going_back import begun_at, go_back, require_main
from engine.execution.locked import LockedCase, lock_task
from engine.execution.offered import require_offered
from engine.execution.people import hand_to_administrators
from engine.execution.telling import tell
from engine.execution.ways import mark_returned, person_again, values_missing, way_of
from engine.execution.words import required_reason
from engine.execution.write import write_outcome
from engine.interpreter import Case, Outcome, Walked, Way

TITLE = "{who}退回了“{task}”，请重新办理"


def return_task(
    session: Session, task_id: int, target: int, reason: str, actor: str, *, straight_back: bool = False
) -> None:
    """Give a case back to an earlier user task, or to its initiator at the start; whoever did it gets it again.

    ``target`` is the token of that task's passage, see ``engine.queries.returnable``. All that came of it since is
    taken away, and the case goes on from there; with ``straight_back`` nothing else is touched, and the task that
    is returned opens anew for the same person when the earlier one is done. Data stay as they are.
    Raises NotFoundError, ForbiddenError, ConflictError, or InvalidError for what one can't go back to.
    """
    locked = lock_task(session, task_id)
    acting = acting_doer(locked, actor)
    require_offered(locked, "return")
    require_undelegated(locked)
    require_main(locked)
    reason = required_reason(reason)
    case = locked.wake()
    way = way_of(session, locked.definition.process, locked.instance.id, case.arrivals())
    found = _target(locked, way, target)
    body = {
        "task": task_id,
        "reason": reason,
        "target": {"element": found.element_id, "token": target},
        "straight_back": straight_back,
    }
    give = _send_back if straight_back else _go_back
    outcome = give(locked, case, (way, found), acting.event(locked, "task.returned", body))
    why = {"act": "return", "by": actor, "reason": reason, "straight_back": straight_back}
    _mark(locked, outcome, found, why)


def _target(locked: LockedCase, way: Way, target: int) -> Walked:
    found = next((one for one in way.targets(locked.work.token) if one.token == target), None)
    if found is None:
        raise InvalidError(
            mark("不能退回到这一步：事项不是从那里来到“{name}”的，或者那里已经退回过。请刷新后再选。"),
            where="target",
            name=locked.work.task_name,
        )
    return found


def _go_back(locked: LockedCase, case: Case, to: tuple[Way, Walked], event: NewEvent) -> Outcome:
    way, target = to
    return go_back(locked, case, way.plan(target.token), person_again(locked, target), event)


def _send_back(locked: LockedCase, case: Case, to: tuple[Way, Walked], event: NewEvent) -> Outcome:
    way, target = to
    if not target.is_single:
        raise InvalidError(mark("多人办理的任务退回后要重新走流程，不能办完直接回到您这里。"), where="straight_back")
    assignee = person_again(locked, target)
    person = locked.work.assignee or event.on_behalf_of or event.actor
    detour = {**way.detour(locked.work.token, target.token), "person": person}
    case.send_back(locked.work.token, detour, assignee)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    told = replace(event, body={**event.body, "assignee": assignee, "detour": detour})
    write_outcome(locked, outcome, told)
    return outcome


def _mark(locked: LockedCase, outcome: Outcome, target: Walked, why: dict[str, Any]) -> None:
    """Write on the tasks that are there again who returned them and why, and tell whoever has them."""
    returned = {**why, "from": locked.work.task_name, "at": locked.environment.now.isoformat()}
    draft = values_missing(locked, target, outcome.variables) if target.is_single else None
    begun = begun_at(outcome, target.element_id)
    mark_returned(locked.session, locked.instance.id, begun, returned, draft)
    who = locked.organisation.display_name(why["by"])
    for task in outcome.tasks:
        if task.token in begun and task.assignee not in {None, why["by"]}:
            tell(locked, [str(task.assignee)], TITLE.format(who=who, task=task.element.label), why["reason"])
