"""What listeners have decided about user tasks, written down: granted, corrected or refused."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select

from engine.execution.incidents import resolve_nobody_found
from engine.execution.locked import LockedCase
from engine.execution.people import NOBODY, administrators
from engine.execution.telling import tell
from engine.interpreter import ChangedTask, Outcome, Stuck, attributes
from engine.model import UserTask, UserTaskCandidate

PASSED_ON = frozenset({"reassign", "delegate"})
_LET_GO = frozenset({"assign", "unassign"})
_CANDIDATES = {"candidate_users": "user", "candidate_groups": "group"}
_NAMES_CANDIDATES = frozenset({"candidateUsers", "candidateGroups"})


def apply_changes(locked: LockedCase, outcome: Outcome, actor: str) -> Outcome:
    """Write what listeners decided; a task that is left to nobody goes to the administrators, with an Incident."""
    if not outcome.changed:
        return outcome
    orphans = tuple(stuck for change in outcome.changed for stuck in _apply(locked, change, actor))
    locked.session.flush()
    return replace(outcome, stuck=(*outcome.stuck, *orphans))


def _apply(locked: LockedCase, change: ChangedTask, actor: str) -> Iterable[Stuck]:
    task = locked.session.scalars(
        select(UserTask).where(
            UserTask.instance_id == locked.instance.id,
            UserTask.token == change.token,
            UserTask.parent_task_id.is_(None),
        )
    ).one()
    asked = task.pending or {}
    task.pending = None
    task.denied = {"event": change.event, "reason": change.denied} if change.denied is not None else None
    values = attributes(change.changes, locked.environment)
    for name, kind in _CANDIDATES.items():
        if name in values:
            _replace_candidates(locked, task.id, kind, values.pop(name))
    if change.denied is None:
        _let_go(task, asked, values.get("assignee"))
    for name, value in values.items():
        setattr(task, name, value)
    if change.event == "completing" and change.denied is None:
        task.state, task.draft = "COMPLETED", None
        task.completed_by = asked.get("by")
        task.assignee = asked.get("on_behalf_of") or task.completed_by
        task.completed_at = locked.environment.now
        return
    locked.session.flush()
    yield from _hand_over(locked, task, change, actor)
    if change.denied is None and "title" in asked and task.assignee is not None:
        tell(locked, [task.assignee], asked["title"])


def _let_go(task: UserTask, asked: Mapping[str, Any], to: object) -> None:
    """Let whoever has it now not be shown what another has typed; the owner of what is delegated gets that back."""
    action = asked.get("action")
    if action in PASSED_ON or (action in _LET_GO and task.assignee != to):
        task.draft = None
    if action in PASSED_ON or action == "assign":
        task.owner, task.delegation = (task.assignee, asked["delegation"]) if "delegation" in asked else (None, None)


def _replace_candidates(locked: LockedCase, task_id: int, kind: str, principals: Iterable[str]) -> None:
    known = UserTaskCandidate.task_id == task_id, UserTaskCandidate.kind == kind
    locked.session.execute(delete(UserTaskCandidate).where(*known))
    _add_candidates(locked, task_id, kind, principals)


def _add_candidates(locked: LockedCase, task_id: int, kind: str, principals: Iterable[str]) -> None:
    rows: list[dict[str, Any]] = [
        {"task_id": task_id, "kind": kind, "principal": one} for one in dict.fromkeys(principals)
    ]
    if rows:
        locked.session.execute(insert(UserTaskCandidate), rows)


def _hand_over(locked: LockedCase, task: UserTask, change: ChangedTask, actor: str) -> Iterable[Stuck]:
    """Never leave a task that no person can see."""
    known = locked.organisation
    if task.assignee is not None and task.assignee in known.people and known.people[task.assignee].active:
        resolve_nobody_found(locked, change.token, actor)
        return
    rows = locked.session.execute(
        select(UserTaskCandidate.kind, UserTaskCandidate.principal).where(UserTaskCandidate.task_id == task.id)
    ).all()
    if any(
        known.members_of(row.principal)
        if row.kind == "group"
        else row.principal in known.people and known.people[row.principal].active
        for row in rows
    ):
        if not _NAMES_CANDIDATES.isdisjoint(change.changes):
            resolve_nobody_found(locked, change.token, actor)
        return
    task.assignee = None
    _replace_candidates(locked, task.id, "group", administrators(known))
    # Still nobody: one Incident says so, not one for each try.
    resolve_nobody_found(locked, change.token, actor)
    yield Stuck(
        token=change.token,
        element=change.element,
        code="nobody_found",
        message=NOBODY,
        facts={"label": change.element.label, "rule": change.element.assignee or ""},
    )
