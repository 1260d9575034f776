"""What became of the orders of a run, read from the database and nowhere else."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.bench.model import Fate
from engine.interpreter import load_variables
from engine.model import (
    HistoryEvent,
    Job,
    Notification,
    ProcessInstance,
    RegisterEntry,
)

TOLD = ("task.completed", "job.completed", "timer.fired", "call.started", "call.returned", "event.received")
"""Kinds of events that are counted: what may happen once and not twice."""


def observed_fates(session: Session) -> Mapping[str, Fate]:
    """Give what became of each order that started something, by its key."""
    keys = cases_of_orders(session)
    states, called, totals = _states(session, keys)
    entries, notices, done = _entries(session), _notices(session), _done(session, keys)
    return {
        key: Fate(
            states=tuple(sorted(found)),
            called=tuple(sorted(called[key])),
            entries=tuple(sorted(entries[key])),
            notices=tuple(sorted(notices[key])),
            done=tuple(sorted(done[key])),
            total=totals.get(key, ""),
        )
        for key, found in states.items()
    }


def cases_of_orders(session: Session, known: Mapping[int, str] | None = None) -> Mapping[int, str]:
    """Give the order of each case, by the case's number; ``known`` ones are not read again."""
    before = known or {}
    rows = session.execute(select(ProcessInstance.id, ProcessInstance.body).where(ProcessInstance.id.not_in(before)))
    return {**before, **{case: str(load_variables(body).get("order", f"case {case}")) for case, body in rows}}


def settled(session: Session) -> int:
    """Count the cases that ended, called ones aside."""
    ended = select(func.count()).where(ProcessInstance.parent_id.is_(None), ProcessInstance.state != "ACTIVE")
    return session.scalar(ended) or 0


def events(session: Session) -> int:
    """Count all that has happened."""
    return session.scalar(select(func.count()).select_from(HistoryEvent)) or 0


def open_jobs(session: Session) -> list[str]:
    """Name the jobs that are still to do, or were given up."""
    rows = session.execute(
        select(Job.id, Job.kind, Job.element_id, Job.state, Job.instance_id, Job.leased_by).where(
            Job.state.in_(("CREATED", "FAILED"))
        )
    )
    return [" ".join(map(str, row)) for row in rows]


def double_numbers(session: Session) -> list[str]:
    """Name the numbers of the register that were given twice, and the ones that were left out."""
    numbers = Counter(session.scalars(select(RegisterEntry.number)))
    drawn = sorted(int(number.rsplit("-", 1)[1]) for number in numbers)
    missing = set(range(1, len(drawn) + 1)) - set(drawn)
    return [number for number, times in numbers.items() if times > 1] + [f"no {number}" for number in sorted(missing)]


def _states(
    session: Session, keys: Mapping[int, str]
) -> tuple[dict[str, list[str]], defaultdict[str, list[str]], dict[str, str]]:
    states: dict[str, list[str]] = {}
    called: defaultdict[str, list[str]] = defaultdict(list)
    totals: dict[str, str] = {}
    for case in session.scalars(select(ProcessInstance)):
        key = keys[case.id]
        into = states.setdefault(key, []) if case.parent_id is None else called[key]
        into.append(f"{case.state} {case.outcome}")
        total = load_variables(case.body).get("total")
        if total is not None:
            totals[key] = str(total)
    return states, called, totals


def _entries(session: Session) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for entry in session.scalars(select(RegisterEntry)):
        found[str(entry.fields.get("order"))].append(f"{entry.status} {entry.fields.get('line')}")
    return found


def _notices(session: Session) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, title in session.execute(select(Notification.text, Notification.title)):
        found[key].append(title)
    return found


def _done(session: Session, keys: Mapping[int, str]) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = session.execute(
        select(HistoryEvent.instance_id, HistoryEvent.kind, HistoryEvent.element_id).where(HistoryEvent.kind.in_(TOLD))
    )
    for case, kind, element in rows:
        found[keys.get(case, "")].append(f"{kind} {element}")
    return found
