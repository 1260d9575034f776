"""``qucheng worker`` as a process: told to end it finishes what it does, and leaves the rest to others."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.model import Job, RegisterEntry
from tests.support.company import Company
from tests.worker.test_worker import filed

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("slow_child.py")


@pytest.fixture(params=["sqlite", "queue"])
def backend(request: pytest.FixtureRequest) -> str:
    """Run on both ways in which a worker of its own comes by its jobs."""
    return str(request.param)


@contextmanager
def worker(company: Company, folder: Path, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker whose jobs wait for a byte, and see to it that it does not outlive the block."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "QUCHENG_DATA": str(folder),
        "QUCHENG_DATABASE_URL": company.database.url.render_as_string(hide_password=False),
    }
    command = ["setpriv", "--pdeathsig", "KILL", sys.executable, str(CHILD), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as child:
        try:
            yield child
        finally:
            child.kill()


def until_busy(child: "subprocess.Popen[bytes]") -> None:
    assert child.stdout is not None
    while (line := child.stdout.readline()) != b"busy\n":
        assert line, "the worker ended by itself"


def let_go(child: "subprocess.Popen[bytes]", jobs: int) -> None:
    assert child.stdin is not None
    child.stdin.write(b"x" * jobs)
    child.stdin.flush()


def saves(company: Company) -> Counter[str]:
    with company.database.reading() as session:
        return Counter(session.scalars(select(Job.state).where(Job.type == "register.save")))


def test_told_to_end_it_finishes_its_job_and_leaves_the_rest_to_others(company: Company, tmp_path: Path) -> None:
    cases = [filed(company), filed(company)]
    with worker(company, tmp_path) as child:
        until_busy(child)
        child.send_signal(signal.SIGTERM)
        let_go(child, 1)
        assert child.wait(timeout=60) == 0
    assert saves(company) == {"COMPLETED": 1, "CREATED": 1}
    # The clock of the tests stands in March; what the process has leased is free long after its own time.
    company.clock.advance(days=4000)
    while company.work():
        pass
    assert saves(company) == {"COMPLETED": 2}
    assert [company.instance(case).outcome for case in cases] == ["已备案", "已备案"]
    with company.database.reading() as session:
        assert len(session.scalars(select(RegisterEntry)).all()) == 2


@pytest.mark.parametrize("backend", ["queue"])
def test_a_worker_does_as_many_jobs_at_once_as_it_is_told_to(company: Company, tmp_path: Path) -> None:
    cases = [filed(company) for _ in range(3)]
    with worker(company, tmp_path, "--concurrency", "2") as child:
        until_busy(child)
        until_busy(child)
        assert saves(company) == {"CREATED": 3}
        let_go(child, 3)
        until_busy(child)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0
    assert saves(company) == {"COMPLETED": 3}
    company.clock.advance(days=4000)
    while company.work():
        pass
    assert [company.instance(case).outcome for case in cases] == ["已备案"] * 3


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("text", ["bald", "0", "-5", "999999999999"])
def test_a_lease_that_is_no_number_of_seconds_is_told_in_one_sentence(
    company: Company, tmp_path: Path, text: str
) -> None:
    code = "from web.cli import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QUCHENG_DATA": str(tmp_path), "QUCHENG_LEASE_SECONDS": text}
    done = subprocess.run(
        [sys.executable, "-c", code, "worker"], env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("✗")
    assert "QUCHENG_LEASE_SECONDS" in done.stderr
    assert "Traceback" not in done.stderr
    assert company.database.is_sqlite
