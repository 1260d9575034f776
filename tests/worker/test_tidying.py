"""Messages whose time is over are removed, in small batches, and history keeps which case got them."""

import datetime as dt
import time

import pytest
from sqlalchemy import event, insert, select

from engine.model import HistoryEvent, Message, MessageDelivery
from engine.worker import Worker, tidying
from tests.execution.test_events import WAITING, World


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Run the test once for each kind of database: tidying is the same in whatever way jobs are done."""
    return str(request.param)


def messages(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Message.correlation_key).order_by(Message.id)))


def deliveries(world: World) -> int:
    with world.database.reading() as session:
        return len(session.scalars(select(MessageDelivery.message_id)).all())


def test_an_expired_message_goes_with_the_notes_of_its_delivery_and_history_stays(world: World) -> None:
    world.publish(WAITING)
    case = world.start(order="7")
    number = world.message("7", ttl=10, message_id="pay-1", amount=5).id
    world.message("8", ttl=60)
    world.message("9", ttl=10)
    world.work()
    world.clock.advance(minutes=16)
    assert deliveries(world) == 1
    assert tidying.tidy(world.database) == 2
    assert messages(world) == ["8"]
    assert deliveries(world) == 0
    with world.database.reading() as session:
        kept = select(HistoryEvent.body).where(HistoryEvent.instance_id == case, HistoryEvent.kind == "event.received")
        body = session.scalars(kept).one()
    assert f'"told_by":{{"id":"pay-1","key":"7","message":{number},"name":"paid"}}' in body


def test_a_message_that_has_just_expired_stays_for_deliveries_under_way(world: World) -> None:
    world.message("7", ttl=10)
    world.clock.advance(minutes=11)
    assert tidying.tidy(world.database) == 0
    assert messages(world) == ["7"]


def test_an_id_is_unique_while_its_message_is_kept_and_free_again_afterwards(world: World) -> None:
    assert world.message("7", ttl=10, message_id="A").is_new
    assert not world.message("7", ttl=10, message_id="A").is_new
    world.clock.advance(minutes=20)
    tidying.tidy(world.database)
    assert messages(world) == []
    assert world.message("7", ttl=10, message_id="A").is_new
    assert not world.message("7", ttl=10, message_id="A").is_new


def test_a_message_that_was_removed_is_delivered_to_nobody_any_more(world: World) -> None:
    world.publish(WAITING)
    world.message("7", ttl=10)
    world.clock.advance(minutes=20)
    tidying.tidy(world.database)
    case = world.start(order="7")
    world.work()
    assert world.state(case) == "ACTIVE"


def test_a_transaction_removes_one_batch_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "BATCH", 10)
    row = {
        "name": "paid",
        "variables": {},
        "published_at": world.clock(),
        "expires_at": world.clock() - dt.timedelta(hours=1),
        "published_by": "zhang.wei",
    }
    with world.database.transaction() as session:
        session.execute(insert(Message), [{"correlation_key": str(number), **row} for number in range(25)])
    commits: list[object] = []
    deleted: list[int] = []

    def note(_connection: object, cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("DELETE FROM messages"):
            deleted.append(cursor.rowcount)  # type: ignore[attr-defined] # the driver's own cursor

    event.listen(world.database.engine, "commit", commits.append)
    event.listen(world.database.engine, "after_cursor_execute", note)
    assert tidying.tidy(world.database) == 25
    assert (deleted, len(commits)) == ([10, 10, 5], 3)
    assert tidying.tidy(world.database) == 0
    assert len(commits) == 3
    assert messages(world) == []


@pytest.mark.parametrize("jump", [{"minutes": 20}, {"days": -30}])
def test_the_worker_tidies_by_itself_also_when_the_clock_was_set_back(world: World, jump: dict[str, float]) -> None:
    worker = Worker(world.database)
    worker.start()
    try:
        world.message("7")
        wait_for_tidying(worker)
        long_ago = world.clock() - dt.timedelta(days=60)
        row = {"name": "old", "correlation_key": "8", "variables": {}, "published_by": "zhang.wei"}
        with world.database.transaction() as session:
            session.execute(insert(Message), [{**row, "published_at": long_ago, "expires_at": long_ago}])
        # Not before: a worker that looks between the jump and the message would tidy once too early.
        world.clock.advance(**jump)
        world.message("9")
        deadline = time.monotonic() + 20
        while "8" in messages(world) and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        worker.stop()
    assert "8" not in messages(world)


def wait_for_tidying(worker: Worker) -> None:
    """Wait until a worker has tidied up for the first time."""
    deadline = time.monotonic() + 20
    while worker._housekeeping.tidy_at is None and time.monotonic() < deadline:
        time.sleep(0.02)
