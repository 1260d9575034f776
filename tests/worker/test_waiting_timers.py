"""A hundred thousand waiting timers cost nothing until one is due: proved by plans and counts, not by time."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text

from engine.database import Database
from engine.model import Job
from engine.model.runtime import JOB_KINDS
from engine.queries.due_jobs import has_due_job
from engine.worker import due as lookups
from engine.worker import next_due, run_due
from tests.support.clock import FixedClock

FEW, MANY = 1_000, 100_000
OTHERS = 500
"""Jobs that are due, but for external workers: no look-up may read them either."""


def fill(database: Database, timers: int, now: dt.datetime) -> None:
    """Insert waiting timers, and due jobs of external workers."""
    common = {"token": 1, "element_id": "e", "name": "e", "retries": 3}
    waiting = [
        {"kind": "timer", "type": "timer", "due_at": now + dt.timedelta(hours=1, seconds=number), **common}
        for number in range(timers)
    ]
    waiting += [
        {"kind": "service", "type": "pay", "due_at": now - dt.timedelta(seconds=number), **common}
        for number in range(OTHERS)
    ]
    with database.transaction() as session:
        session.execute(insert(Job), [{"state": "CREATED", **row} for row in waiting])
    with database.transaction() as session:
        session.execute(text("ANALYZE"))


@contextmanager
def listening(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Note the statements that are executed, with their parameters."""
    heard: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        heard.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield heard
    event.remove(database.engine, "before_cursor_execute", note)


def rows_read(database: Database, statement: str, parameters: Any) -> int:  # noqa: ANN401 - whatever the driver takes
    """Count what a statement reads: rows on PostgreSQL, instructions of the virtual machine on SQLite."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        cursor = driver.cursor()
        if not database.is_sqlite:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters)
            plan = cursor.fetchone()[0]
            return _scanned((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        driver.set_progress_handler(count, 1)
        cursor.execute(statement, parameters).fetchall()
        driver.set_progress_handler(None, 1)
        return steps


def _scanned(node: dict[str, Any]) -> int:
    below = sum(_scanned(child) for child in node.get("Plans", ()))
    if "Scan" not in node["Node Type"]:
        return below
    return below + int(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)))


def without_index(database: Database, statement: str, parameters: Any) -> list[str]:  # noqa: ANN401 - whatever the driver takes
    """Give the parts of a plan that read the table of jobs, or sort it, by no index."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        if database.is_sqlite:
            lines = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            return [
                line for line in lines if line != "SCAN CONSTANT ROW" and "SUBQUERY" not in line and "INDEX" not in line
            ]
        lines = [row[0] for row in driver.execute(f"EXPLAIN {statement}", parameters)]
        return [line for line in lines if "Seq Scan" in line or "Bitmap" in line]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a look for work costs."""

    statements: int
    read: int
    without_index: list[str]


def cost(database: Database, look: Callable[[Database], object]) -> Cost:
    """Measure a look."""
    with listening(database) as heard:
        look(database)
    asked = [one for one in heard if one[0].startswith("SELECT") and "jobs" in one[0]]
    assert asked
    return Cost(
        statements=len(heard),
        read=sum(rows_read(database, *one) for one in asked),
        without_index=[line for one in asked for line in without_index(database, *one)],
    )


def find_external_work(database: Database) -> None:
    """Look as the REST interface does for its workers."""
    with database.reading() as session:
        assert has_due_job(session, "pay")
        assert not has_due_job(session, "ship")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Take jobs without doing them; give which."""
    ids: list[int] = []
    monkeypatch.setattr(lookups, "do_job", lambda _database, job_id, *_more: ids.append(job_id))
    return ids


def test_looking_for_work_costs_the_same_among_a_hundred_thousand_timers(
    database: Database, fixed_clock: FixedClock, taken: list[int]
) -> None:
    def take_the_due_one(opened: Database) -> None:
        fixed_clock.advance(hours=1)
        assert run_due(opened) == 1
        fixed_clock.advance(hours=-1)

    looks: dict[Callable[[Database], object], int]
    looks = {next_due: 1, run_due: 1, find_external_work: 2, take_the_due_one: 4}
    fill(database, FEW, fixed_clock())
    few = {look: cost(database, look) for look in looks}
    fill(database, MANY - FEW, fixed_clock())
    for look, statements in looks.items():
        many = cost(database, look)
        assert few[look].statements == many.statements == statements
        assert many.read <= few[look].read
        assert many.without_index == []
    assert len(taken) == 2
    with database.reading() as session:
        assert session.scalar(select(func.count(Job.id)).where(Job.state == "CREATED")) == MANY + 2 * OTHERS


def test_every_kind_of_job_is_done_by_the_program_or_by_type() -> None:
    assert {*lookups.OWN_KINDS, "service"} == set(JOB_KINDS)
