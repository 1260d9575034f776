"""The comparison of workers does what it says: real workers, real jobs, both kinds, in turn."""

import sys
from pathlib import Path

from sqlalchemy import func, select

from engine.bench import Trial, compare_workers
from engine.database import Database
from engine.model import Notification, ProcessInstance

PROGRAM = (sys.executable, "-c", "from web.cli import main; main()")


def test_each_kind_of_jobs_is_done_by_one_worker_and_by_two(postgresql_url: str, tmp_path: Path) -> None:
    told: list[None] = []
    trial = Trial(database_url=postgresql_url, folder=tmp_path, program=PROGRAM, jobs=6, rounds=1)
    found = compare_workers(trial, lambda: told.append(None))
    assert [one.kind for one in found] == ["bench_outside", "bench_inside"]
    assert all(len(one.one) == len(one.two) == 1 for one in found)
    assert all(one.ratio > 0 for one in found)
    assert len(told) == 4
    database = Database(postgresql_url)
    with database.reading() as session:
        assert set(session.scalars(select(ProcessInstance.state))) == {"COMPLETED"}
        # Two and four jobs to warm up, six and six to measure; only those inside leave a notification.
        assert session.scalar(select(func.count()).select_from(Notification)) == 2 + 4 + 6 + 6
    database.dispose()
