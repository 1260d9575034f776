"""Procrastinate's queue: filled in the caller's transaction, never by what waits, taken over from the dead."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from engine import migrations
from engine.commands.complete_task import complete_task
from engine.commands.deploy import File, deploy
from engine.commands.resume_instance import resume_instance
from engine.commands.retry_start import retry_start
from engine.commands.suspend_instance import suspend_instance
from engine.database import Database
from engine.model import Job, ProcessInstance, RegisterEntry
from engine.worker.due import hand_out_due
from engine.worker.queue_worker import QueueWorker
from tests.interpreter.build import END
from tests.interpreter.test_elements import written
from tests.support.company import Company

CHILD = Path(__file__).with_name("busy_child.py")
ROOT = Path(__file__).resolve().parents[2]
DAILY = (
    '<bpmn:startEvent id="start"><bpmn:timerEventDefinition><bpmn:timeCycle>R/P1D</bpmn:timeCycle>'
    "</bpmn:timerEventDefinition></bpmn:startEvent>"
)
LAST = {"filing_date": "2026-03-02"}


@pytest.fixture(params=["queue"])
def backend(request: pytest.FixtureRequest) -> str:
    """Run on PostgreSQL alone: SQLite has no queue."""
    return str(request.param)


def entries(database: Database) -> list[tuple[str, str | None]]:
    with database.reading() as session:
        rows = session.execute(text("SELECT task_name, lock FROM procrastinate_jobs ORDER BY id"))
        return [(row.task_name, row.lock) for row in rows]


def filed(company: Company) -> int:
    case = company.start()
    company.approve(case)
    company.complete(case, "wu.tao", LAST)
    return case


def test_a_job_is_in_the_queue_exactly_when_its_transaction_was_committed(company: Company) -> None:
    case = company.start()
    company.approve(case)
    task = company.task(case).id
    with company.database.engine.connect() as connection, Session(connection, info={"hands_out": True}) as session:
        complete_task(session, task, LAST, "wu.tao")
        assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 1
    assert entries(company.database) == []
    company.complete(case, "wu.tao", LAST)
    assert entries(company.database) == [("do", f"case:{case}")]


def test_a_timer_that_waits_is_not_in_the_queue_and_holds_nothing_back(company: Company) -> None:
    case = company.start()
    company.approve(case)
    with company.database.reading() as session:
        waiting = select(func.count()).where(Job.kind == "timer", Job.state == "CREATED")
        assert session.scalar(waiting)
    assert entries(company.database) == []
    company.record(case)
    assert company.instance(case).outcome == "已备案"
    assert entries(company.database) == []


def test_handing_a_job_out_costs_one_statement(company: Company) -> None:
    case = company.start()
    company.approve(case)
    company.statements.clear()
    company.complete(case, "wu.tao", LAST)
    assert len([one for one in company.statements if "procrastinate" in one]) == 1


def test_a_second_entry_of_a_job_does_nothing(company: Company) -> None:
    case = filed(company)
    with company.database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)"
                " SELECT queue_name, task_name, lock, args FROM procrastinate_jobs"
            )
        )
    company.work()
    with company.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 1
    assert company.instance(case).outcome == "已备案"
    assert entries(company.database) == []


def test_an_entry_that_was_lost_is_made_again_when_the_lease_has_run_out(company: Company) -> None:
    case = filed(company)
    with company.database.transaction() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
    assert company.work() == 0
    company.clock.advance(minutes=2, seconds=1)
    company.work()
    assert company.instance(case).outcome == "已备案"


def test_a_job_that_still_waits_in_the_queue_when_its_lease_has_run_out_gets_no_second_entry(company: Company) -> None:
    case = filed(company)
    for _ in range(3):
        company.clock.advance(minutes=2, seconds=1)
        assert hand_out_due(company.database) == 1
        assert hand_out_due(company.database) == 0
        assert entries(company.database) == [("do", f"case:{case}")]
    company.work()
    assert company.instance(case).outcome == "已备案"
    assert entries(company.database) == []


def test_a_case_that_goes_on_after_its_rest_is_handed_out_at_once(company: Company) -> None:
    case = filed(company)
    with company.database.transaction() as session:
        suspend_instance(session, case, "查一查", "admin")
    assert company.work() == 0
    assert entries(company.database) == []
    with company.database.transaction() as session:
        resume_instance(session, case, "admin")
    assert entries(company.database) == [("do", f"case:{case}")]
    company.work()
    assert company.instance(case).outcome == "已备案"


def test_a_start_that_is_tried_again_is_handed_out_at_once(company: Company) -> None:
    content = written(DAILY + END, {"start->end": "f1"})
    with company.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=content)], "zeng.rui")
        job = session.scalars(select(Job).where(Job.kind == "start")).one()
        job.state, job.retries, job.error = "FAILED", 0, "没有成功"
        number = job.id
    assert entries(company.database) == []
    with company.database.transaction() as session:
        retry_start(session, number, "admin")
    assert entries(company.database) == [("do", "start:process")]
    assert company.work() == 1
    with company.database.reading() as session:
        assert session.scalars(select(ProcessInstance.state)).all() == ["COMPLETED"]


def test_what_a_killed_worker_was_doing_is_taken_over_and_done_once(company: Company) -> None:
    case = filed(company)
    with busy(company.database) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"busy\n"
        os.kill(child.pid, signal.SIGKILL)
    # Its lock stays in the queue, as after a power cut.
    assert set(entries(company.database)) == {("do", f"case:{case}")}
    other = QueueWorker(company.database, "other", dead_after=2)
    other.start()
    try:
        deadline = time.monotonic() + 40
        while company.instance(case).state == "ACTIVE" and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        other.stop()
    assert company.instance(case).outcome == "已备案"
    with company.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 1


def test_the_queues_tables_are_made_once_and_grow_with_the_library(company: Company) -> None:
    with company.database.transaction() as session:
        # As if the newest of the library's own migrations had come after this installation was made.
        newest = session.scalar(text("SELECT max(name) FROM procrastinate_schema_seen"))
        session.execute(text("DELETE FROM procrastinate_schema_seen WHERE name = :name"), {"name": newest})
    migrations.upgrade(company.database)
    with company.database.reading() as session:
        assert session.scalar(text("SELECT max(name) FROM procrastinate_schema_seen")) == newest
    case = filed(company)
    company.work()
    assert company.instance(case).outcome == "已备案"


@contextmanager
def busy(database: Database) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the worker that hangs in its job, and see to it that it does not outlive the block."""
    url = database.url.render_as_string(hide_password=False)
    command = ["setpriv", "--pdeathsig", "KILL", sys.executable, str(CHILD), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) as child:
        try:
            yield child
        finally:
            child.kill()
