"""Servers and workers are killed while cases run: all end as predicted, and the check sees what would be wrong."""

import sys
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from engine import clock
from engine.bench import Crash, run_crash
from engine.bench.checking import differences
from engine.bench.model import allowed_fates
from engine.bench.orders import draw_orders
from engine.database import Database
from engine.model import Job, Notification, ProcessInstance

PROGRAM = (sys.executable, "-c", "from web.cli import main; main()")


@pytest.fixture
def crash(database_url: str, backend: str, tmp_path: Path) -> Crash:
    processes, kills = (4, 6) if backend == "postgresql" else (2, 4)
    return Crash(
        seed=20260401,
        cases=30,
        processes=processes,
        kills=kills,
        database_url=database_url,
        folder=tmp_path,
        program=PROGRAM,
    )


def test_every_case_ends_as_predicted_however_often_processes_are_killed(crash: Crash) -> None:
    ended: list[int] = []
    report = run_crash(crash, ended.append)
    assert report.differences == []
    assert (sum(report.kills.values()), ended[-1]) == (crash.kills, crash.cases)
    _spoil_and_look(crash)


def _spoil_and_look(crash: Crash) -> None:
    """Do what a crash must not do, and see that it would have been seen."""
    orders = draw_orders(crash.seed, crash.cases, crash.duration)
    database = Database(crash.database_url)
    with database.transaction() as session:
        twice = {"username": "bench", "title": "小额", "text": orders[0].key, "created_at": clock.now()}
        session.execute(insert(Notification), [twice])
        session.execute(update(Job).where(Job.id == 1).values(state="CREATED"))
        session.execute(update(ProcessInstance).where(ProcessInstance.id == 1).values(outcome="别的"))
    with database.reading() as session:
        found = differences(session, orders)
    database.dispose()
    assert any(orders[0].key in one and "notices" in one for one in found)
    assert any("job left over" in one for one in found)
    assert any("别的" in one for one in found)


def test_the_same_seed_asks_for_the_same_orders_and_another_one_for_others() -> None:
    assert draw_orders(1, 50, 10.0) == draw_orders(1, 50, 10.0)
    assert draw_orders(1, 50, 10.0) != draw_orders(2, 50, 10.0)


def test_only_a_race_has_two_right_ends() -> None:
    orders = draw_orders(1, 50, 10.0)
    assert {order.process for order in orders if len(allowed_fates(order)) > 1} == {"bench_deadline"}
