"""Executing a case again from its events: the same interpreter, no database, no clock, no network."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine import json_text
from engine.audit.caused import caused
from engine.audit.discrepancy import Discrepancy, discrepancy
from engine.audit.recorded import RecordedWorld
from engine.audit.standing import pairs
from engine.audit.verbs import apply
from engine.errors import ConflictError, mark
from engine.interpreter import Case, Outcome, Specification, load_variables

_LISTS = frozenset({"passed", "jobs", "subscriptions", "signals", "copies", "decisions"})
_MAY_MOVE_NO_TOKEN = frozenset(
    {
        "incident.resolved", "incident.skipped", "task.handed_over", "task.sign_added", "task.signed",
        "task.sign_removed", "task.taken_back",
    }
)  # fmt: skip
_MOVES_NO_TOKEN = frozenset(
    {
        "task.claimed", "task.unclaimed", "task.assigned", "job.failed", "call.started", "case.suspended",
        "case.resumed", "task.reassigned", "task.delegated", "task.resolved", "task.recalled", "task.held",
        "task.urged", "task.copied", "case.commented", "job.updated",
        "task.reminded", "task.escalated",
    }
)  # fmt: skip
_STANDS = frozenset({"waiting", "moved"})
"""What an event says of where the case stands, see ``standing``."""


@dataclass(frozen=True, kw_only=True)
class RecordedEvent:
    """What a replay needs of a history event."""

    sequence: int
    at: dt.datetime
    kind: str
    actor: str
    token: int | None
    definition_hash: str
    text: str
    """The body as it is stored."""

    @cached_property
    def body(self) -> Mapping[str, Any]:
        """Read the body. Raises ValueError where it was made unreadable."""
        body: Mapping[str, Any] = json_text.loads(self.text)
        return body


@dataclass(frozen=True, kw_only=True)
class Replay:
    """How far a replay came."""

    steps: int
    """Events that agree."""
    difference: Discrepancy | None
    """The first one that doesn't; its facts ``recorded`` and ``replayed`` hold both values."""
    variables: Mapping[str, object]
    """The case's variables after the last step that was executed."""

    @property
    def identical(self) -> bool:
        """Tell whether every event came out as recorded."""
        return self.difference is None


@dataclass(frozen=True, kw_only=True)
class Versions:
    """The versions a case ran on."""

    present: Specification
    others: Mapping[str, Specification] = field(default_factory=dict)
    """By hash: all of them, where the case was migrated."""

    def of(self, definition_hash: str) -> Specification:
        """Give a version by its hash; there is only one to a case that was not migrated."""
        return self.others.get(definition_hash, self.present)


def replay(
    case: int,
    specification: Specification | Versions,
    events: Iterable[RecordedEvent],
    *,
    stored: bytes | None = None,
) -> Replay:
    """Execute a case again and compare each step's marking, passages, variables and tasks with its event.

    ``stored`` is the state the case has now, compared with the last step's. A pure function of its arguments.
    """
    versions = specification if isinstance(specification, Versions) else Versions(present=specification)
    state: bytes | None = None
    steps = 0
    for event in events:
        try:
            state, difference = _step(case, versions, state, event)
        except Exception as error:  # noqa: BLE001 - altered history may lead the interpreter anywhere; that is the finding
            difference = _impossible(case, event, error)
        if difference is not None:
            return Replay(steps=steps, difference=difference, variables=_variables(state))
        steps += 1
    difference = _compare_state(case, steps, state, stored)
    return Replay(steps=steps, difference=difference, variables=_variables(state))


def _step(
    case: int, versions: Versions, state: bytes | None, event: RecordedEvent
) -> tuple[bytes | None, Discrepancy | None]:
    if event.kind in _MOVES_NO_TOKEN or (event.kind in _MAY_MOVE_NO_TOKEN and not _STANDS & event.body.keys()):
        return state, None
    body = event.body
    world = RecordedWorld(event.at, body.get("reads") or {}, body.get("decisions") or (), body.get("stuck") or ())
    awake = _awake(versions, world, state, event)
    outcome = awake.outcome()
    # First what a rule asked and nobody had recorded: it explains whatever else then differs.
    compared = {"unanswered": world.unanswered, **_caused(outcome, event)}
    for name, replayed in compared.items():
        recorded = _recorded(event.body, name)
        if _plain(replayed) != _plain(recorded):
            return outcome.body, _difference(case, event, name, recorded, replayed)
    return outcome.body, None


def _awake(versions: Versions, world: RecordedWorld, state: bytes | None, event: RecordedEvent) -> Case:
    """Apply the command of an event."""
    specification = versions.of(event.definition_hash)
    if event.kind == "case.started":
        variables = {**event.body["input"], "initiator": event.body.get("initiator", event.actor)}
        return Case.start(specification, world.environment, variables, start_event=event.body.get("start"))
    if state is None:
        raise ConflictError(mark("这个事项的历史不是从发起开始的。"))
    if event.kind == "case.migrated":
        before = Case.wake(state, versions.of(event.body["from"]["hash"]), world.environment)
        return Case.migrate(before, specification, event.body["mapping"])
    awake = Case.wake(state, specification, world.environment)
    apply(awake, event.kind, event.token if event.token is not None else 0, event.body)
    return awake


def _caused(outcome: Outcome, event: RecordedEvent) -> dict[str, object]:
    """Give what a step caused; events of before there was ``moved`` always list all that waits."""
    found = caused(outcome)
    if "moved" in found and "waiting" in event.body:
        found["waiting"] = pairs(outcome.waiting)
        del found["moved"]
    return found


def _recorded(body: Mapping[str, Any], name: str) -> object:
    """Give what the event says; where nobody was found the administrators took the rule's place afterwards."""
    if name == "unanswered":
        return []
    if name != "tasks":
        return body.get(name, [] if name in _LISTS else None)
    orphans = {one["token"] for one in body.get("stuck", ()) if one.get("code") == "nobody_found"}
    return [_as_ruled(task) if task["token"] in orphans else task for task in body.get("tasks", ())]


def _as_ruled(task: Mapping[str, Any]) -> dict[str, object]:
    facts = dict(task["facts"])
    ruled = facts.pop("ruled", {})
    return {**task, **ruled, "facts": facts}


def _compare_state(case: int, steps: int, state: bytes | None, stored: bytes | None) -> Discrepancy | None:
    if stored is None or state is None or _plain(load_variables(stored)) == _plain(load_variables(state)):
        return None
    recorded, replayed = load_variables(stored), load_variables(state)
    names = [name for name in {**recorded, **replayed} if _plain(recorded.get(name)) != _plain(replayed.get(name))]
    return discrepancy(
        "state_differs",
        mark("事项 #{case} 现在的数据（{names}）与它的历史不符：登记为 {recorded}，按历史应为 {replayed}。"),
        case=case,
        sequence=steps,
        names="、".join(names),
        recorded=_plain({name: recorded.get(name) for name in names}),
        replayed=_plain({name: replayed.get(name) for name in names}),
    )


_WHAT = {
    "passages": mark("经过的元素"),
    "waiting": mark("停在哪里"),
    "moved": mark("停在哪里"),
    "changes": mark("变量的变化"),
    "tasks": mark("产生的任务和办理人"),
    "jobs": mark("产生的作业"),
    "copies": mark("抄送给谁"),
    "ended_at": mark("结束的位置"),
    "unanswered": mark("对组织架构的查询"),
}


def _difference(case: int, event: RecordedEvent, name: str, recorded: object, replayed: object) -> Discrepancy:
    return discrepancy(
        "replay_differs",
        mark(
            "事项 #{case} 重新执行到第 {sequence} 步时不一致（{what}）：记录的是 {recorded}，重新执行得到 {replayed}。"
        ),
        case=case,
        sequence=event.sequence,
        column=name,
        what=discrepancy("part", _WHAT[name]),
        recorded=_plain(recorded),
        replayed=_plain(replayed),
    )


def _impossible(case: int, event: RecordedEvent, error: Exception) -> Discrepancy:
    return discrepancy(
        "replay_impossible",
        mark("事项 #{case} 重新执行到第 {sequence} 步时走不下去：{detail}"),
        case=case,
        sequence=event.sequence,
        detail=str(error),
    )


def _plain(value: object) -> str:
    """Write a value the way history stores it, so that both sides are compared alike."""
    return json_text.dump_text(value)


def _variables(state: bytes | None) -> Mapping[str, object]:
    return load_variables(state) if state is not None else {}


def recorded_events(rows: Iterable[Mapping[str, Any]]) -> Iterator[RecordedEvent]:
    """Read the events of a case as ``engine.audit.rows`` gives them."""
    for row in rows:
        yield RecordedEvent(
            sequence=row["sequence"],
            at=row["at"],
            kind=row["kind"],
            actor=row["actor"],
            token=row["token"],
            definition_hash=row["definition_hash"],
            text=row["body"],
        )
