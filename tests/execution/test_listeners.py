"""Listeners through commands, on a real database of each kind: in order, with retries, never lost, in history."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.commands.activate_jobs import ActivatedJob, activate_jobs
from engine.commands.cancel_instance import cancel_instance
from engine.commands.complete_job import complete_job
from engine.commands.report_failure import report_failure
from engine.commands.resolve_incident import resolve_incident
from engine.errors import GoneError
from engine.model import HistoryEvent, Incident, Job, Notification
from tests.execution.test_events import World

LISTENED = (Path(__file__).parent / "listened.bpmn").read_bytes()


def take(world: World, type_: str) -> ActivatedJob:
    """Lease the one job of a type."""
    with world.database.transaction() as session:
        (job,) = activate_jobs(session, type_, "w", most=5, timeout=dt.timedelta(minutes=1))
    return job


def hear(world: World, type_: str, **brought: object) -> None:
    """Do the one job of a type, and what the program does after it."""
    job = take(world, type_)
    with world.database.transaction() as session:
        complete_job(session, job.id, brought, "admin")
    world.work()


def started(world: World) -> int:
    world.publish(LISTENED)
    case = world.start()
    world.work()
    return case


def test_a_listened_case_goes_its_way_step_by_step(world: World) -> None:
    case = started(world)
    assert world.open_tasks() == []
    hear(world, "open_file", file="A-7")
    assert world.open_tasks() == []
    job = take(world, "find_hints")
    assert (job.listener, job.retries, job.element_id, job.variables["file"]) == ("start", 2, "decide", "A-7")
    assert job.headers["to"] == "wu.tao"
    with world.database.transaction() as session:
        complete_job(session, job.id, {"hint": "查重"}, "admin")
    assert world.open_tasks() == ["decide"]
    world.complete("decide", decision="同意")
    assert world.state(case) == "ACTIVE"
    hear(world, "archive", shelf=3)
    assert world.state(case) == "COMPLETED"
    found = world.variables(case)
    assert (found["file"], found["result"], found["shelf"]) == ("A-7", "同意", 3)
    assert not {"hint", "notified", "decision"} & found.keys()
    with world.database.reading() as session:
        notes = session.execute(select(Notification.username, Notification.title).order_by(Notification.id)).all()
        kinds = session.scalars(select(HistoryEvent.kind).order_by(HistoryEvent.sequence)).all()
    assert [tuple(note) for note in notes] == [("wu.tao", "开始审批 A-7"), ("zhang.wei", "办完了：同意")]
    assert kinds == ["case.started", *["listener.completed"] * 3, "task.completed", *["listener.completed"] * 2]


def test_a_listener_that_fails_is_tried_again_and_becomes_an_incident_that_can_be_resolved(world: World) -> None:
    started(world)
    hear(world, "open_file", file="A-7")
    for left in (1, 0):
        job = take(world, "find_hints")
        with world.database.transaction() as session:
            report_failure(session, job.id, "检索系统没有应答", "admin", retries=left)
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident)).all()
    assert (incident.element_id, incident.code) == ("decide", "job_failed")
    assert world.open_tasks() == []
    with world.database.transaction() as session:
        resolve_incident(session, incident.id, "admin")
    hear(world, "find_hints")
    assert world.open_tasks() == ["decide"]


def test_a_built_in_listener_without_its_input_is_an_incident_that_says_what_is_missing(world: World) -> None:
    world.publish(LISTENED.replace(b'<zeebe:header key="to" value="wu.tao" />', b""))
    world.start()
    hear(world, "open_file", file="A-7")
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident)).all()
    assert "收件人" in incident.message.format(**incident.facts)


def test_a_listener_ends_with_its_case_and_is_done_only_once(world: World) -> None:
    case = started(world)
    job = take(world, "open_file")
    with world.database.transaction() as session:
        complete_job(session, job.id, {"file": "A-7"}, "admin")
    with pytest.raises(GoneError), world.database.transaction() as session:
        complete_job(session, job.id, {"file": "A-8"}, "admin")
    world.work()
    hints = take(world, "find_hints")
    with world.database.transaction() as session:
        cancel_instance(session, case, "不做了", "admin")
    with pytest.raises(GoneError), world.database.transaction() as session:
        complete_job(session, hints.id, {}, "admin")
    with world.database.reading() as session:
        assert session.scalar(select(Job.state).where(Job.id == hints.id)) == "CANCELED"
