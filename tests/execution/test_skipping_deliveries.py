"""Messages and signals that could not be delivered, skipped by an administrator: what else waits goes on waiting."""

import pytest
from sqlalchemy import select

from engine.commands.broadcast_signal import broadcast_signal
from engine.commands.fail_job import fail_job
from engine.connectors import RefusedError
from engine.model import EventSubscription, HistoryEvent, Job
from tests.execution.test_events import MINE, World
from tests.execution.test_incidents import count_on_row, incidents, skip
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import event, written

FLOWS = {"start->a": "f1", "a->end": "f2", "border->late": "f3", "late->end": "f4"}


def bordered(kind: str, reference: str, *, interrupting: bool = False) -> bytes:
    border = (
        f'<bpmn:boundaryEvent id="border" attachedToRef="a" cancelActivity="{str(interrupting).lower()}">'
        + event(kind, reference)
        + "</bpmn:boundaryEvent>"
    )
    nodes = START + user_task("a").replace(*MINE) + user_task("late").replace(*MINE) + END + border
    return written(nodes, FLOWS)


def signal(world: World, **variables: object) -> None:
    with world.database.transaction() as session:
        broadcast_signal(session, "stop", variables, "zhang.wei")


def fail(world: World) -> None:
    """Let the only delivery that is under way fail for good."""
    with world.database.transaction() as session:
        job = session.scalars(select(Job.id).where(Job.state == "CREATED")).one()
        fail_job(session, job, RefusedError("送不到"))


def test_only_the_signal_that_failed_is_dropped(world: World) -> None:
    world.publish(bordered("signal", 'signalRef="s_stop"'))
    case = world.start()
    signal(world, number=1)
    fail(world)
    signal(world, number=2)
    (incident,) = incidents(world)
    skip(world, incident)
    assert (incidents(world), count_on_row(world, case)) == ([], 0)
    world.work()
    assert (world.open_tasks(), world.variables(case)["number"]) == (["a", "late"], 2)
    signal(world, number=3)
    world.work()
    assert world.open_tasks() == ["a", "late", "late"]
    with world.database.reading() as session:
        assert session.scalars(select(Job.state).order_by(Job.id)).all() == ["CANCELED", "COMPLETED", "COMPLETED"]
        kinds = session.scalars(select(HistoryEvent.kind).order_by(HistoryEvent.sequence)).all()
    assert kinds == ["case.started", "job.failed", "incident.skipped", "event.received", "event.received"]


def test_the_next_message_comes_after_the_one_that_failed_is_dropped(world: World) -> None:
    world.publish(bordered("message", 'messageRef="m_paid"'))
    case = world.start(order="7")
    world.message("7", number=1)
    fail(world)
    assert world.message("7", ttl=60, number=2).delivered == 0
    skip(world, incidents(world)[0])
    world.work()
    assert (world.open_tasks(), world.variables(case)["number"]) == (["a", "late"], 2)


@pytest.mark.parametrize(("kind", "reference"), [("message", 'messageRef="m_paid"'), ("signal", 'signalRef="s_stop"')])
def test_an_event_that_would_take_the_task_away_does_not_come_any_more(world: World, kind: str, reference: str) -> None:
    world.publish(bordered(kind, reference, interrupting=True))
    case = world.start(order="7")
    if kind == "message":
        world.message("7")
    else:
        signal(world)
    fail(world)
    skip(world, incidents(world)[0])
    assert world.open_tasks() == ["a"]
    with world.database.reading() as session:
        assert session.scalars(select(EventSubscription.id)).all() == []
    world.complete("a")
    assert world.state(case) == "COMPLETED"
