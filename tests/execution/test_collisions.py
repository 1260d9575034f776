"""Two transactions on PostgreSQL that wait for each other: one is given up, and does the same again by itself.

Each takes turns in two rotations, in another order: nobody can know before a step which ones it will ask.
"""

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.orm import Session

from engine.commands.start_instance import start_instance
from engine.database import Database, again
from engine.errors import CollidedError
from engine.model import HistoryEvent, Job, Rotation, UserTask
from engine.organisation.rotation import Turns
from engine.worker import do_job
from tests.execution.test_events import World
from tests.execution.test_races import SAVE
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import written

pytestmark = pytest.mark.parametrize("backend", ["postgresql"])
SECONDS = 60
PATIENCE = 4
CONSULTANTS = ["feng.yi", "han.mei", "song.jia", "tang.wei"]


def by_turn(element: str, rotation: str) -> str:
    """Draw a task of whoever has the turn."""
    return user_task(element).replace('"tester"', f'"=rotate(&quot;咨询师&quot;, &quot;{rotation}&quot;)"')


BOTH = (
    SAVE + '<bpmn:parallelGateway id="fork"/>' + by_turn("first", "一") + by_turn("second", "二") + START
    + '<bpmn:parallelGateway id="join"/>' + END
)  # fmt: skip
FLOWS = {"tell->fork": "f2", "fork->first": "f3", "fork->second": "f4", "first->join": "f5", "second->join": "f6"}
AT_ONCE = written(BOTH.replace(SAVE, ""), {"start->fork": "f1", **dict(list(FLOWS.items())[1:]), "join->end": "f7"})
AFTER_A_JOB = written(BOTH, {"start->tell": "f1", **FLOWS, "join->end": "f7"})


def take(session: Session, world: World, rotation: str) -> None:
    Turns(session, world.clock.moment).take(rotation, CONSULTANTS)


def be_patient(connection: Connection) -> None:
    """Let a transaction look out for a deadlock after some seconds, and only then: it does so but once."""
    connection.exec_driver_sql(f"SET LOCAL deadlock_timeout = '{PATIENCE}s'")


def collide(world: World, act: Callable[[], object]) -> None:
    """Take turns the other way round while somebody acts, who is the one to look out and is given up."""
    thread = threading.Thread(target=act)
    event.listen(world.database.engine, "begin", be_patient)
    with world.database.transaction() as session:
        session.execute(text(f"SET LOCAL deadlock_timeout = '{SECONDS}s'"))
        take(session, world, "二")
        thread.start()
        end = time.monotonic() + SECONDS
        while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            assert time.monotonic() < end, "nobody waits"
            time.sleep(0.01)
        take(session, world, "一")
    thread.join(SECONDS)
    assert not thread.is_alive(), "it waits for ever"
    # Not while somebody begins a transaction: the listeners are walked through then.
    event.remove(world.database.engine, "begin", be_patient)


def assignees(world: World) -> list[str | None]:
    with world.database.reading() as session:
        return list(session.scalars(select(UserTask.assignee).order_by(UserTask.id)))


def turns(world: World) -> dict[str, int]:
    with world.database.reading() as session:
        return {row.key: row.turns for row in session.scalars(select(Rotation))}


def _start(database: Database, tries: list[type[BaseException] | None]) -> None:
    try:
        with database.transaction() as session:
            start_instance(session, "process", {}, "zhang.wei")
    except BaseException as error:
        tries.append(type(error))
        raise
    tries.append(None)


def test_whoever_is_given_up_does_the_same_again(world: World) -> None:
    world.publish(AT_ONCE)
    tries: list[type[BaseException] | None] = []
    collide(world, lambda: again(partial(_start, world.database, tries)))
    assert tries == [CollidedError, None]
    # The turns of the first try were given back with it.
    assert turns(world) == {"一": 2, "二": 2}
    assert assignees(world) == ["han.mei", "han.mei"]


def test_a_job_that_is_given_up_has_not_failed(world: World) -> None:
    world.publish(AFTER_A_JOB)
    world.start()
    with world.database.reading() as session:
        job = session.scalars(select(Job)).one()
    collide(world, lambda: do_job(world.database, job.id))
    assert assignees(world) == ["han.mei", "han.mei"]
    with world.database.reading() as session:
        assert session.get_one(Job, job.id).retries == job.retries
        assert "job.failed" not in set(session.scalars(select(HistoryEvent.kind)))


def test_nobody_does_the_same_again_for_ever(world: World) -> None:
    tries = []

    def act() -> None:
        tries.append(1)
        raise CollidedError("again")

    with pytest.raises(CollidedError):
        again(act)
    assert len(tries) == 3
