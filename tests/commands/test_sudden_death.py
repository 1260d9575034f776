"""A process killed in the middle of a completion leaves the state before or the state after, never between."""

import json
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from engine.database import Database
from engine.model import HistoryEvent, Job, ProcessInstance, UserTask, UserTaskCandidate
from tests.support.company import Company

CHILD = Path(__file__).with_name("dying_child.py")


def picture(database: Database, case: int) -> list[object]:
    """Give everything the database says of a case."""
    with database.reading() as session:
        instance = session.get_one(ProcessInstance, case)
        columns = (UserTask.element_id, UserTask.state, UserTask.assignee, UserTask.completed_by)
        tasks = session.execute(select(*columns).where(UserTask.instance_id == case).order_by(UserTask.token))
        jobs = session.execute(select(Job.element_id, Job.state).where(Job.instance_id == case).order_by(Job.token))
        events = session.execute(
            select(HistoryEvent.kind, HistoryEvent.element_id)
            .where(HistoryEvent.instance_id == case)
            .order_by(HistoryEvent.sequence)
        )
        candidates = session.scalars(
            select(UserTaskCandidate.principal).join(UserTask).where(UserTask.instance_id == case)
        )
        return [
            instance.state,
            instance.revision,
            instance.event_count,
            [list(row) for row in tasks],
            [list(row) for row in jobs],
            [list(row) for row in events],
            sorted(candidates),
        ]


def die_at(url: str, task_id: int, statement: int) -> int:
    """Complete the task in a process that kills itself right after a statement; give how many it ran, or -9."""
    environment = {**os.environ, "PYTHONPATH": str(CHILD.parents[2])}
    done = subprocess.run(
        [sys.executable, CHILD, url, str(task_id), str(statement)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode == 0:
        return int(json.loads(done.stdout))
    assert done.returncode == -9, done.stderr
    return -9


def test_killed_at_any_statement_a_completion_has_happened_whole_or_not_at_all(company: Company) -> None:
    url = company.database.url.render_as_string(hide_password=False)
    case = company.start()
    task = company.task(case)
    before = picture(company.database, case)

    statement = 1
    while (ran := die_at(url, task.id, statement)) == -9:
        assert picture(company.database, case) == before, f"half done after statement {statement}"
        statement += 1
    assert statement > 5
    assert ran == statement - 1

    after = picture(company.database, case)
    assert after != before
    assert ["record_filing", "CREATED", None, None] in after[3]  # type: ignore[operator] # a list of rows
    company.record(case)
    assert company.instance(case).outcome == "已备案"


def test_killed_right_after_the_commit_the_completion_stands(company: Company) -> None:
    url = company.database.url.render_as_string(hide_password=False)
    case = company.start()
    assert die_at(url, company.task(case).id, 0) == -9
    assert company.task(case).element_id == "record_filing"
