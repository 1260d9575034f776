"""The database, and the only commit of the program."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any, TypeVar

from sqlalchemy import Dialect, Engine, create_engine, event
from sqlalchemy.engine import Connection, Transaction, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from engine import json_text, pipelining
from engine.errors import CollidedError, mark

__all__ = ["Database", "FairLock", "Session", "again", "run_after_commit"]
_AFTER_COMMIT = "after_commit"
IDLE = 1.0
"""Seconds after which a connection to PostgreSQL is asked whether it lives before it is used again."""
_USED = "used"
TRIES = 3
"""Times that a transaction is tried which the database has given up for another one."""
_COLLIDED = frozenset({"40P01", "40001"})
"""What PostgreSQL calls that: a deadlock, or a serialization failure."""
CONNECTION = "connection"
"""Under what the session of a transaction that writes knows the connection it stands on."""


Result = TypeVar("Result")


def again(act: Callable[[], Result]) -> Result:
    """Do something that is one transaction; the same again where the database has given it up for another one."""
    for _try in range(TRIES - 1):
        with contextlib.suppress(CollidedError):
            return act()
    return act()


def run_after_commit(session: Session, action: Callable[[], object]) -> None:
    """Do something when the transaction of a session is committed; nothing where it never is."""
    session.info.setdefault(_AFTER_COMMIT, []).append(action)


class FairLock:
    """A lock that is granted in the order in which it was asked for.

    SQLite lets one writer in at a time and makes the others poll: without a queue of our own a writer
    can wait for seconds while later ones overtake it.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    def acquire(self) -> None:
        """Wait for the turn of the calling thread."""
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()

    def release(self) -> None:
        """Hand the lock to the thread that has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False


class Database:
    """One database and its transactions: ``with database.transaction() as session``."""

    def __init__(self, url: str, *, hands_out: bool = False) -> None:
        """Open a database by its SQLAlchemy URL.

        ``hands_out`` says that jobs that are due go to Procrastinate's queue in the transaction that writes them,
        which PostgreSQL alone has; else a worker looks for them.
        """
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = FairLock()
        self._writer: Connection | None = None
        """The one connection that writes to SQLite, kept: to take one and give it back costs as much as a statement."""
        self._listeners: list[Callable[[], object]] = []
        self.hands_out = hands_out and not self.is_sqlite
        options: dict[str, Any] = {"json_serializer": json_text.dump_text, "json_deserializer": json_text.loads}
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            options["connect_args"] = {"timeout": 30, "check_same_thread": False}
        else:
            options |= {"pool_size": 10, "max_overflow": 10}
        self.engine: Engine = create_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _configure_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "connect", _configure_postgresql)
            pipelining.watch(self.engine)
            event.listen(self.engine, "checkin", _note_use)
            event.listen(self.engine, "checkout", partial(_ask_whether_it_lives, self.engine.dialect))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a transaction that may write: commits at the end, rolls back on any exception.

        Raises CollidedError where it and another one waited for each other, see ``again``.
        """
        if self.is_sqlite:
            self._writing.acquire()
        try:
            connection = self._writing_connection()
            # Begun and ended by hand: each ``with`` of its own takes as long as a statement.
            begun = connection.begin()
            info = {"hands_out": self.hands_out, CONNECTION: connection}
            session = Session(bind=connection, expire_on_commit=False, info=info)
            try:
                try:
                    yield session
                    session.flush()
                finally:
                    # One that was never used has nothing to close, and to close it takes as long as a statement.
                    if session.in_transaction():
                        session.close()
                # Whoever has rolled the session back wants nothing of it to stay.
                if begun.is_active:
                    begun.commit()
            except BaseException as error:
                self._give_up(connection, begun, error)
                raise
            if not self.is_sqlite:
                connection.close()
            for act in (*session.info.get(_AFTER_COMMIT, ()), *self._listeners):
                act()
        finally:
            if self.is_sqlite:
                self._writing.release()

    def _writing_connection(self) -> Connection:
        """Give a connection for a transaction that writes; for SQLite always the same, as long as it is sound."""
        if not self.is_sqlite:
            return self.engine.connect()
        if self._writer is None or self._writer.closed or self._writer.invalidated:
            self._writer = self.engine.connect().execution_options(writing=True)
        return self._writer

    def _give_up(self, connection: Connection, begun: Transaction, error: BaseException) -> None:
        """Roll back. A commit that failed leaves the driver in its transaction until the connection is given back."""
        try:
            begun.rollback()
        finally:
            connection.close()
        if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _COLLIDED:
            raise CollidedError(mark("刚才有人同时在办有关的事项，您这次操作没有生效，请再试一次。")) from error

    def after_commit(self, listener: Callable[[], object]) -> None:
        """Call a function after each commit of this process: the worker wakes up by it."""
        self._listeners.append(listener)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads: one consistent view, never waits for a writer."""
        with self.engine.connect() as connection, Session(bind=connection) as session:
            yield session

    def dispose(self) -> None:
        """Close all connections."""
        if self._writer is not None:
            self._writer.close()
        self.engine.dispose()


def _configure_sqlite(connection: SQLiteConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN comes too late (before the first write) and takes no write lock.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _configure_postgresql(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 - the driver is not there for SQLite
    # A page of a list is found by an index in less time than it takes to start a process or a compiler for it; of a
    # table with a million rows PostgreSQL believes otherwise.
    for setting in ("max_parallel_workers_per_gather = 0", "jit = off"):
        connection.execute(f"SET {setting}")
    connection.commit()


def _note_use(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.info[_USED] = time.monotonic()


def _ask_whether_it_lives(dialect: Dialect, connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 - the driver is not there for SQLite
    """Let the pool open another connection for one that was idle and has died meanwhile.

    SQLAlchemy's ``pool_pre_ping`` asks each time: under load that is one question more in eight.
    """
    if time.monotonic() - entry.info.get(_USED, 0.0) < IDLE:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    driver = connection.connection.driver_connection
    assert isinstance(driver, SQLiteConnection)  # noqa: S101 - narrows the type; only registered for SQLite
    # IMMEDIATE: a transaction that reads first and writes later would otherwise fail when another wrote between.
    driver.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
