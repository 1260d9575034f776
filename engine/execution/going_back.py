"""What going back to an earlier task shares, whoever wants it."""

from dataclasses import replace
from typing import Any

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, mark
from engine.execution.locked import LockedCase
from engine.execution.people import hand_to_administrators
from engine.execution.ways import forget_undone
from engine.execution.write import write_outcome
from engine.interpreter import Case, Outcome, Plan
from engine.model import UserTask


def go_back(locked: LockedCase, case: Case, plan: Plan, assignee: str | None, event: NewEvent) -> Outcome:
    """Go back as planned and write it: the case, its history, and that what was undone does not hold any more.

    The plan and the assignee are added to the event, so that a replay asks nobody.
    """
    renamed = case.go_back(plan, assignee)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    told = replace(event, body={**event.body, "assignee": assignee, "plan": plan.as_json()})
    write_outcome(locked, outcome, told)
    forget_undone(locked.session, locked.instance.id, plan.undone, renamed)
    return outcome


def ask_again(locked: LockedCase, case: Case, done: tuple[UserTask, dict[str, Any]], event: NewEvent) -> Outcome:
    """Let a task that was done again for another one be asked for once more, by the other that waits again."""
    task, detour = done
    case.send_back(int(detour["asking"]), detour, task.assignee)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    told = replace(event, body={**event.body, "assignee": task.assignee, "detour": detour})
    write_outcome(locked, outcome, told)
    forget_undone(locked.session, locked.instance.id, [task.token], {})
    return outcome


def begun_at(outcome: Outcome, element_id: str) -> list[int]:
    """Give the tokens of the tasks of an element that were opened."""
    return [task.token for task in outcome.tasks if task.element.id == element_id]


def require_main(locked: LockedCase) -> None:
    """Refuse whoever only signs a task of somebody else. Raises ForbiddenError."""
    if locked.work.parent_task_id is not None:
        raise ForbiddenError(mark("您只是签署“{name}”，退回和驳回由它的办理人决定。"), name=locked.work.task_name)
