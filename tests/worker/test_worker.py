"""Due jobs: done once, tried again, given up with an Incident; a dead worker's job is taken over."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine.commands.resolve_incident import resolve_incident
from engine.connectors import CONNECTORS, Call, RefusedError
from engine.errors import ConflictError, ForbiddenError
from engine.model import Checkpoint, Incident, Job, Notification, ProcessInstance, RegisterEntry
from engine.worker import next_due
from tests.support.company import Company
from tests.support.working import worker_of


def filed(company: Company) -> int:
    """Bring a case to the point where only machines have something to do."""
    case = company.start()
    company.approve(case)
    company.complete(case, "wu.tao", {"filing_date": "2026-03-02"})
    return case


def job(company: Company, type_: str = "register.save") -> Job:
    with company.database.reading() as session:
        found = session.scalars(select(Job).where(Job.type == type_)).one()
        session.expunge(found)
        return found


def replace(monkeypatch: pytest.MonkeyPatch, type_: str, failure: Exception) -> None:
    def fail(_call: Call) -> dict[str, object]:
        raise failure

    monkeypatch.setitem(CONNECTORS, type_, fail)


def test_a_job_that_fails_is_tried_again_later_and_then_becomes_an_incident(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = filed(company)
    with monkeypatch.context() as patch:
        replace(patch, "register.save", RuntimeError("disk on fire"))
        company.work()
        assert (job(company).retries, job(company).state) == (2, "CREATED")
        assert company.work() == 0
        for _ in range(2):
            company.clock.advance(minutes=11)
            company.work()
    assert (job(company).retries, job(company).state) == (0, "FAILED")
    with company.database.reading() as session:
        incident = session.scalars(select(Incident)).one()
        assert session.get_one(ProcessInstance, case).incident_count == 1
        assert "disk on fire" not in incident.message.format(**incident.facts)
        assert incident.facts["log_id"]

    with pytest.raises(ForbiddenError), company.database.transaction() as session:
        resolve_incident(session, incident.id, "zhang.wei")
    with company.database.transaction() as session:
        resolve_incident(session, incident.id, "admin")
    with pytest.raises(ConflictError), company.database.transaction() as session:
        resolve_incident(session, incident.id, "admin")
    company.work()
    assert company.instance(case).outcome == "已备案"
    assert company.instance(case).incident_count == 0
    kinds = [event.kind for event in company.events(case)]
    assert kinds.count("job.failed") == 3
    assert "incident.resolved" in kinds


def test_a_refusal_is_an_incident_at_once(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(company)
    replace(monkeypatch, "register.save", RefusedError("没有名为 {name} 的台账。", name="x"))
    company.work()
    with company.database.reading() as session:
        incident = session.scalars(select(Incident)).one()
    assert incident.message.format(**incident.facts) == "没有名为 x 的台账。"
    assert job(company).state == "FAILED"


def test_a_connector_that_fails_leaves_nothing_half_done(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(company)
    original = CONNECTORS["register.save"]

    def save_and_die(call: Call) -> dict[str, object]:
        original(call)
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setitem(CONNECTORS, "register.save", save_and_die)
        company.work()
    with company.database.reading() as session:
        assert session.scalars(select(RegisterEntry)).all() == []
    company.clock.advance(minutes=11)
    company.work()
    with company.database.reading() as session:
        assert session.scalars(select(RegisterEntry.number)).all() == ["QD-2026-0001"]


def test_a_dead_workers_job_is_taken_over_when_its_lease_ends(company: Company) -> None:
    case = filed(company)
    until = company.clock() + dt.timedelta(minutes=2)
    with company.database.transaction() as session:
        session.execute(update(Job).where(Job.type == "register.save").values(leased_by="dead", leased_until=until))
    assert company.work() == 0
    assert next_due(company.database) == until
    company.clock.advance(minutes=2, seconds=1)
    company.work()
    assert company.instance(case).outcome == "已备案"


def test_many_workers_do_each_job_once(company: Company) -> None:
    cases = [filed(company) for _ in range(4)]
    workers = [threading.Thread(target=company.work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    company.work()
    with company.database.reading() as session:
        assert len(session.scalars(select(RegisterEntry)).all()) == len(cases)
        assert len(session.scalars(select(Notification)).all()) == len(cases)
    assert {company.instance(case).outcome for case in cases} == {"已备案"}


def test_the_embedded_worker_wakes_at_a_commit_and_not_by_polling(company: Company) -> None:
    worker = worker_of(company.database)
    worker.start()
    try:
        case = filed(company)
        deadline = time.monotonic() + 20
        while company.instance(case).state == "ACTIVE" and time.monotonic() < deadline:
            time.sleep(0.02)
        assert company.instance(case).outcome == "已备案"
    finally:
        worker.stop()
    company.statements.clear()
    time.sleep(0.5)
    assert company.statements == []


def test_a_job_of_a_case_that_has_ended_meanwhile_is_dropped(company: Company) -> None:
    case = company.start()
    company.approve(case)
    company.record(case)
    with company.database.transaction() as session:
        # As a worker sees it that read the job just before the case took it away.
        session.execute(update(Job).where(Job.kind == "timer").values(state="CREATED"))
    company.clock.advance(days=3)
    events = len(company.events(case))
    assert company.work() == 2
    assert company.work() == 0
    assert len(company.events(case)) == events
    with company.database.reading() as session:
        assert set(session.scalars(select(Job.state).where(Job.kind == "timer"))) == {"CANCELED"}


def test_the_worker_seals_history_by_the_hour(company: Company, tmp_path: Path) -> None:
    company.start()
    worker = worker_of(company.database, signing_key=tmp_path / "seal.key")

    def seals() -> int:
        with company.database.reading() as session:
            return len(session.scalars(select(Checkpoint.id)).all())

    worker.start()
    try:
        wait_for(lambda: seals() == 1)
        company.start()
        time.sleep(0.3)
        assert seals() == 1
        company.clock.advance(hours=1, minutes=1)
        company.start()
        wait_for(lambda: seals() == 2)
    finally:
        worker.stop()
    assert seals() == 2


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
