"""Publishers of messages and the cases that wait for them, at the same moment on PostgreSQL: nobody waits for ever.

A publisher has the turn of a message and then writes for the case that waits for it; a step of that case has the case
and may then need the turn of the message. SQLite lets one writer in at a time.
"""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine.commands.complete_task import complete_task
from engine.commands.publish_message import PublishedMessage, publish_message
from engine.commands.run_job import run_job
from engine.database import Database
from engine.execution.locked import lock_instance
from engine.execution.subscriptions import queue_up, turn_of
from engine.model import Job, UserTask
from tests.execution.test_events import MINE, WAITING, World
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import event, event_sub, written

pytestmark = pytest.mark.parametrize("backend", ["postgresql"])
SECONDS = 20
PAID = '<bpmn:boundaryEvent id="paid" attachedToRef="a">' + event("message", 'messageRef="m_paid"')
ROUND = '<bpmn:exclusiveGateway id="again" default="f4"/>'
IN_ROUNDS = written(
    START + user_task("a").replace(*MINE) + PAID + "</bpmn:boundaryEvent>" + ROUND + END,
    {"start->a": "f1", "a->again": "f2", "again->end": "f4", "paid->end": "f5", "again->a": ("f3", "=more")},
)
"""Whoever does the task once more waits for the same message again."""
REPEATING = written(
    START + user_task("a").replace(*MINE) + event_sub("message", 'messageRef="m_paid"', interrupting=False) + END,
    {"start->a": "f1", "a->end": "f2"},
)


@contextmanager
def beside(database: Database, act: Callable[[Session], object]) -> Iterator[Callable[[], BaseException | None]]:
    """Do something in a thread and transaction of its own; give what waits for its end, and gives what it has raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            with database.transaction() as session:
                act(session)
        except BaseException as error:  # noqa: BLE001 - compared by the test
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def ended() -> BaseException | None:
        thread.join(SECONDS)
        assert not thread.is_alive(), "it waits for ever"
        return raised[0] if raised else None

    yield ended
    thread.join(SECONDS)


def until_somebody_waits(session: Session) -> None:
    """Wait until a transaction waits for another one."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    end = time.monotonic() + SECONDS
    while session.scalar(waiting) == 0:
        assert time.monotonic() < end, "nobody waits"
        time.sleep(0.02)


def test_a_message_is_published_while_somebody_is_at_work_on_the_case_that_waits_for_it(world: World) -> None:
    world.publish(WAITING)
    case = world.start(order="7")
    with world.database.transaction() as session:
        lock_instance(session, case)
        with beside(world.database, lambda other: publish_message(other, "paid", "7", {}, "zhang.wei")) as ended:
            assert ended() is None
    world.work()
    assert world.state(case) == "COMPLETED"


def test_a_step_that_waits_for_the_same_message_again_lets_its_publisher_go_first(world: World) -> None:
    world.publish(IN_ROUNDS)
    case = world.start(order="7")
    with world.database.reading() as session:
        task = session.scalars(select(UserTask.id).where(UserTask.instance_id == case)).one()
    with ExitStack() as stack:
        with world.database.transaction() as session:
            queue_up(session, [turn_of("paid", "7")])
            again = beside(world.database, lambda other: complete_task(other, task, {"more": True}, "zhang.wei"))
            ended = stack.enter_context(again)
            until_somebody_waits(session)
            assert publish_message(session, "paid", "7", {}, "zhang.wei").delivered == 1
        assert ended() is None
    # The message was for the task before, which is done: it has come too late.
    world.work()
    assert world.open_tasks() == ["a"]


def test_an_event_that_may_come_again_misses_no_message_that_is_just_being_published(world: World) -> None:
    world.publish(REPEATING)
    world.start(order="7")
    world.message("7")
    with world.database.reading() as session:
        job = session.scalars(select(Job.id).where(Job.kind == "event")).one()
    with ExitStack() as stack:
        with world.database.transaction() as session:
            # The first message is under way, so that nobody waits for this one at the moment.
            later = publish_message(session, "paid", "7", {}, "zhang.wei", time_to_live=dt.timedelta(hours=1))
            assert later.delivered == 0
            ended = stack.enter_context(beside(world.database, lambda other: run_job(other, job)))
            until_somebody_waits(session)
        assert ended() is None
    world.work()
    assert world.open_tasks() == ["a", "handle", "handle"]


def test_a_message_for_a_case_that_is_just_ending_goes_to_the_next_one(world: World) -> None:
    world.publish(REPEATING)
    first = world.start(order="7")
    with world.database.reading() as session:
        task = session.scalars(select(UserTask.id).where(UserTask.instance_id == first)).one()
    published: list[PublishedMessage] = []
    hour = dt.timedelta(hours=1)

    def publish(session: Session) -> None:
        published.append(publish_message(session, "paid", "7", {}, "zhang.wei", time_to_live=hour))

    with ExitStack() as stack:
        with world.database.transaction() as session:
            complete_task(session, task, {}, "zhang.wei")
            ended = stack.enter_context(beside(world.database, publish))
            until_somebody_waits(session)
        assert ended() is None
    assert [one.delivered for one in published] == [0]
    world.start(order="7")
    world.work()
    assert world.open_tasks() == ["a", "handle"]
