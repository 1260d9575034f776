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
REASONED = frozenset(
    {
        "task.reassigned",
        "task.delegated",
        "task.sign_added",
        "task.sign_removed",
        "task.returned",
        "task.rejected",
        "task.handed_over",
    }
)
"""What nobody does without saying why."""


class Told:
    """What an auditor knows of the tasks of a case who reads its history from the beginning."""

    def __init__(self, rows: list[UserTask]) -> None:
        self._main = {row.token: row.id for row in rows if row.parent_task_id is None}
        self._rows = {row.id: row for row in rows}
        self.wrong: list[str] = []
        self._holders: dict[int, str | None] = {}
        self._owners: dict[int, str | None] = {}
        self._positions: dict[int, str] = {}
        self._removed: set[int] = set()
        self._held: dict[int, str] = {}
        """By whom what waits for signatures was handed in."""
        self._doers: dict[int, str | None] = {}
        """Who did what is done."""
        self._said: dict[int, list[dict[str, Any]]] = {}
        """What was said of a task, or by a signature."""
        self._wanted: dict[int, tuple[str, str | None]] = {}
        """What listeners are asked about: the action, and who shall have the task then."""

    # -- what happens ----------------------------------------------------------------------------------

    def follow(self, event: HistoryEvent) -> None:
        """Go on to the next event."""
        body = json_text.loads(event.body)
        if event.kind.startswith("task."):
            self._check(event, body)
        acts = {
            **dict.fromkeys(PASSED | ENTRUSTED | {"task.handed_over"}, self._pass),
            **dict.fromkeys(("task.completed", "task.held"), self._hand_in),
            "task.assigning": self._want,
            "listener.completed": self._agree,
            "task.sign_added": self._ask,
            "task.sign_removed": self._remove,
            "task.taken_back": self._take_back,
        }
        if event.kind in acts:
            acts[event.kind](event, body)
        self._say(event, body)
        orphans = {one["token"] for one in body.get("stuck", ()) if one["code"] == "nobody_found"}
        for opened in body.get("tasks", ()):
            self._holders[self._main[opened["token"]]] = None if opened["token"] in orphans else opened["assignee"]

    def _check(self, event: HistoryEvent, body: dict[str, Any]) -> None:
        row = self._rows.get(body.get("task", 0))
        if row is None or (row.token, row.element_id) != (event.token, event.element_id):
            self.wrong.append(f"{event.kind} is not about a task at its token: {body}")
        if event.kind in REASONED and not body.get("reason"):
            self.wrong.append(f"{event.kind} says not why: {body}")

    def _pass(self, event: HistoryEvent, body: dict[str, Any]) -> None:
        if "assignee" not in body:  # a turn was handed over, and no task
            return
        number, (before, after) = body["task"], body["assignee"]
        if self._holders[number] != before:
            self.wrong.append(f"{event.kind} of {number}: from {before}, but {self._holders[number]} had it")
        self._holders[number] = after
        if "owner" in body:
            self._owners[number] = body["owner"][1]
        elif event.kind != "task.handed_over":
            self._owners[number] = before if event.kind == "task.delegated" else None

    def _want(self, _event: HistoryEvent, body: dict[str, Any]) -> None:
        self._wanted[body["task"]] = body["action"], body["assignee"][1]

    def _agree(self, event: HistoryEvent, body: dict[str, Any]) -> None:
        """Let what was wanted happen as the listeners have corrected it; the last of several says so last."""
        if body["listener"] not in TASK_EVENTS or body["denied"] is not None:
            return
        number = self._main.get(event.token or 0)
        if number is None:  # a rule let it pass once its creating listeners had agreed: nobody ever got it
            return
        action, wanted = self._wanted.get(number, ("", self._holders.get(number)))
        if action in {"reassign", "delegate", "assign"}:
            self._owners[number] = self._holders[number] if action == "delegate" else None
        self._holders[number] = body["corrections"].get("assignee", wanted)

    def _ask(self, event: HistoryEvent, body: dict[str, Any]) -> None:
        if "signs" not in body:  # one more part of what several do, and no signature
            return
        facts = {"sign": {"by": event.on_behalf_of or event.actor, "reason": body["reason"]}}
        for sign, person in zip(body["signs"], body["people"], strict=True):
            self._holders[sign], self._positions[sign] = person, body["position"]
            if (self._rows[sign].parent_task_id, self._rows[sign].facts) != (body["task"], facts):
                self.wrong.append(f"task {sign} was asked for otherwise: {body}")

    def _remove(self, _event: HistoryEvent, body: dict[str, Any]) -> None:
        if "of_task" in body:
            self._removed.add(body["task"])
            if body["person"] != self._holders[body["task"]]:
                self.wrong.append(f"somebody else was removed: {body}")

    def _hand_in(self, event: HistoryEvent, body: dict[str, Any]) -> None:
        number = body["task"]
        self._holders[number] = event.on_behalf_of or event.actor
        done = self._held if event.kind == "task.held" else self._doers
        done[number] = event.actor
        if "input" not in body or (event.kind == "task.held" and not body["waits"]):
            self.wrong.append(f"{event.kind} says not what was handed in, or what it waits for: {body}")

    def _take_back(self, event: HistoryEvent, body: dict[str, Any]) -> None:
        number = body["task"]
        self._held.pop(number, None)
        again = [one for one in body.get("tasks", ()) if "signatures" in body and one["element"] == event.element_id]
        self._said |= {self._main[one["token"]]: list(body["signatures"]) for one in again}
        if number in self._positions:
            (before,) = self._said.pop(number)
            self._doers.pop(number)
            self._said[self._rows[number].parent_task_id or 0].remove(before)

    def _say(self, event: HistoryEvent, body: dict[str, Any]) -> None:
        if event.kind in {"task.signed", "task.resolved"}:
            about = body["of_task"] if event.kind == "task.signed" else body["task"]
            self._said.setdefault(about, []).append(body["signature"])
        if event.kind == "task.signed":
            self._said[body["task"]], self._doers[body["task"]] = [body["signature"]], event.actor
        if event.kind == "task.timed_out" and "completed_by" in body:
            self._doers[body["task"]] = self._held.pop(body["task"])
            if body["completed_by"] != self._doers[body["task"]]:
                self.wrong.append(f"somebody else had handed it in: {body}")
        if "completes" in body:
            self._doers[body["completes"]] = body["completed_by"]
            self._held.pop(body["completes"])

    # -- what is there ---------------------------------------------------------------------------------

    def differences(self) -> Iterator[str]:
        """Say where the rows differ."""
        yield from self.wrong
        for row in self._rows.values():
            told = "CANCELED" if row.id in self._removed else self._state(row)
            if row.state == "CANCELED" or told == "CANCELED":
                if row.state != told and row.id in self._removed:
                    yield f"task {row.id} was removed and is {row.state}"
                continue
            open_signs = sum(
                one.parent_task_id == row.id and one.state in {"CREATING", "CREATED"} for one in self._rows.values()
            )
            by_row = row.assignee, row.owner, row.position, row.signatures or [], row.completed_by, row.open_signs
            by_history = (
                self._holders.get(row.id),
                self._owners.get(row.id),
                self._positions.get(row.id),
                self._said.get(row.id) or [],
                self._doers.get(row.id),
                open_signs,
            )
            if (row.state, *by_row) != (told, *by_history):
                yield f"task {row.id}: {(told, *by_history)} by its history, {(row.state, *by_row)} by its row"
            if (row.completed_at is None) != (row.state != "COMPLETED"):
                yield f"task {row.id}: {row.state} at {row.completed_at}"

    def _state(self, row: UserTask) -> str:
        if row.parent_task_id is None:
            held = bool((row.pending or {}).get("signing"))
            if held != (row.id in self._held and row.state == "CREATED"):
                return "held" if row.id in self._held else "not held"
            return row.state
        if row.id in self._doers:
            return "COMPLETED"
        return "CREATED" if row.position != "after" or row.parent_task_id in self._held else "CREATING"


def untold(session: Session, case: int) -> list[str]:
    """Say what the tasks of a case are that its history does not tell."""
    rows = list(session.scalars(select(UserTask).where(UserTask.instance_id == case).order_by(UserTask.id)))
    told = Told(rows)
    events = select(HistoryEvent).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)
    for event in session.scalars(events):
        told.follow(event)
    return list(told.differences())
