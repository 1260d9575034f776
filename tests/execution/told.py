"""Who has each task and what others said of it, as the history of its case tells it: the rows must say the same."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import json_text
from engine.interpreter import TASK_EVENTS
from engine.model import HistoryEvent, UserTask

PASSED = frozenset({"task.assigned", "task.claimed", "task.unclaimed", "task.reassigned", "task.escalated"})
ENTRUSTED = frozenset({"task.delegated", "task.resolved", "task.recalled"})
DONE = frozenset({"task.completed", "task.held"})


class Told:
    """What an auditor knows of the tasks of a case who reads its history from the beginning."""

    def __init__(self, rows: list[UserTask]) -> None:
        self._main = {row.token: row.id for row in rows if row.parent_task_id is None}
        self._rows = {row.id: row for row in rows}
        self.holders: dict[int, str | None] = {}
        self.owners: dict[int, str | None] = {}
        self.positions: dict[int, str] = {}
        self.signed: dict[int, list[dict[str, Any]]] = {}
        """What was said of a task, or by a signature."""
        self._wanted: dict[int, tuple[str, str | None]] = {}
        """What listeners are asked about: the action, and who shall have the task then."""
        self.wrong: list[str] = []

    def follow(self, event: HistoryEvent) -> None:
        """Go on to the next event."""
        body = json_text.loads(event.body)
        orphans = {one["token"] for one in body.get("stuck", ()) if one["code"] == "nobody_found"}
        number = body.get("task")
        if event.kind in PASSED | ENTRUSTED or (event.kind == "task.handed_over" and "assignee" in body):
            self._pass(event.kind, number, body)
        elif event.kind == "task.assigning":
            self._wanted[number] = body["action"], body["assignee"][1]
        elif event.kind == "listener.completed" and body["listener"] in TASK_EVENTS and body["denied"] is None:
            self._agree(self._main[event.token or 0], body["corrections"])
        elif event.kind == "task.sign_added" and "signs" in body:
            for sign, person in zip(body["signs"], body["people"], strict=True):
                self.holders[sign], self.positions[sign] = person, body["position"]
        elif event.kind in DONE:
            self.holders[number] = event.on_behalf_of or event.actor
        self._say(event, number, body)
        for opened in body.get("tasks", ()):
            self.holders[self._main[opened["token"]]] = None if opened["token"] in orphans else opened["assignee"]

    def _pass(self, kind: str, number: int, body: dict[str, Any]) -> None:
        before, after = body["assignee"]
        if self.holders[number] != before:
            self.wrong.append(f"{kind} of {number}: from {before}, but {self.holders[number]} had it")
        self.holders[number] = after
        if "owner" in body:
            self.owners[number] = body["owner"][1]
        elif kind != "task.handed_over":
            self.owners[number] = before if kind == "task.delegated" else None

    def _agree(self, number: int, corrections: dict[str, Any]) -> None:
        """Let what was wanted happen as the listeners have corrected it; the last of several says so last."""
        action, wanted = self._wanted.get(number, ("", self.holders.get(number)))
        if action in {"reassign", "delegate"}:
            self.owners[number] = self.holders[number] if action == "delegate" else None
        self.holders[number] = corrections.get("assignee", wanted)

    def _say(self, event: HistoryEvent, number: int, body: dict[str, Any]) -> None:
        if "signature" in body:
            self.signed.setdefault(body.get("of_task", number), []).append(body["signature"])
            if "of_task" in body:
                self.signed[number] = [body["signature"]]
        elif event.kind == "task.taken_back" and number in self.positions:
            (before,) = self.signed.pop(number)
            self.signed[self._rows[number].parent_task_id or 0].remove(before)

    def differences(self) -> Iterator[str]:
        """Say where the rows differ."""
        yield from self.wrong
        for row in self._rows.values():
            if row.state == "CANCELED":
                continue
            said = self.holders.get(row.id), self.owners.get(row.id), self.positions.get(row.id)
            if said != (row.assignee, row.owner, row.position):
                yield f"task {row.id}: {said} by its history, {(row.assignee, row.owner, row.position)} by its row"
            if (self.signed.get(row.id) or []) != (row.signatures or []):
                yield f"task {row.id}: {self.signed.get(row.id)} was said, {row.signatures} is written"


def untold(session: Session, case: int) -> list[str]:
    """Say what the tasks of a case are that its history does not tell."""
    rows = list(session.scalars(select(UserTask).where(UserTask.instance_id == case).order_by(UserTask.id)))
    told = Told(rows)
    events = select(HistoryEvent).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)
    for event in session.scalars(events):
        told.follow(event)
    return list(told.differences())
