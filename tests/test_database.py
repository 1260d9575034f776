"""Transactions: all or nothing, readers never wait, writers take turns."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from engine.database import Database, FairLock
from engine.model import Group


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Group.name).order_by(Group.name)))


def test_a_transaction_commits_at_its_end_and_rolls_back_on_any_exception(database: Database) -> None:
    with database.transaction() as session:
        session.add(Group(name="kept", grants=None))

    def fail() -> None:
        with database.transaction() as session:
            session.add(Group(name="lost", grants=None))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert names(database) == ["kept"]


def test_whoever_rolls_back_keeps_nothing_and_the_next_one_writes_as_ever(database: Database) -> None:
    with database.transaction() as session:
        session.add(Group(name="lost", grants=None))
        session.flush()
        session.rollback()
    with database.transaction() as session:
        session.add(Group(name="kept", grants=None))
    assert names(database) == ["kept"]


def test_after_a_commit_that_failed_others_write_as_ever(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    with database.transaction() as session:
        session.execute(text("CREATE TABLE above (id INTEGER PRIMARY KEY)"))
        session.execute(text("CREATE TABLE below (id INTEGER REFERENCES above (id) DEFERRABLE INITIALLY DEFERRED)"))
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(text("INSERT INTO below VALUES (1)"))
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM below")) == 0
        session.execute(text("INSERT INTO above VALUES (1)"))
    database.dispose()


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_connection_that_died_while_nobody_used_it_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.database.IDLE", 0.0)
    with database.transaction() as session:
        mine = session.scalar(text("SELECT pg_backend_pid()"))
    other = Database(database.url.render_as_string(hide_password=False))
    with other.transaction() as session:
        assert session.scalar(text(f"SELECT pg_terminate_backend({mine})")) is True
    other.dispose()
    with database.transaction() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != mine


def test_a_reader_sees_one_consistent_state_while_somebody_writes(database: Database) -> None:
    with database.transaction() as session:
        session.add(Group(name="first", grants=None))
        session.flush()
        assert names(database) == []
    assert names(database) == ["first"]


def test_reading_never_writes(database: Database) -> None:
    with database.reading() as session:
        session.add(Group(name="sneaked in", grants=None))
        session.flush()
    assert names(database) == []


def test_listeners_hear_of_commits_only(database: Database) -> None:
    heard: list[str] = []
    database.after_commit(lambda: heard.append("commit"))
    with pytest.raises(RuntimeError), database.transaction():
        raise RuntimeError
    with database.reading():
        assert heard == []
    with database.transaction():
        assert heard == []
    assert heard == ["commit"]


def test_the_write_lock_is_granted_in_the_order_of_asking() -> None:
    lock, order = FairLock(), list[int]()
    lock.acquire()

    def wait(number: int) -> None:
        lock.acquire()
        order.append(number)
        lock.release()

    threads = []
    for number in range(8):
        thread = threading.Thread(target=wait, args=(number,))
        thread.start()
        threads.append(thread)
        while len(lock._waiting) <= number:
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join(10)
    assert order == list(range(8))


def test_concurrent_writers_all_get_through(database: Database) -> None:
    def write(number: int) -> None:
        for part in range(5):
            with database.transaction() as session:
                session.add(Group(name=f"{number}-{part}", grants=None))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(names(database)) == 30
