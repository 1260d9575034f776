"""Statements that PostgreSQL is sent without waiting for each one's answer.

A step writes five rows or so. To wait for every answer takes several times longer than to write them all; a pipeline
sends what is written as it comes, lets the server work while the step goes on, and waits once, at its end.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

_PIPELINE = "pipeline"
_IDLE = 0
"""What libpq calls a connection without a transaction: PQTRANS_IDLE."""
Otherwise = Callable[[], Exception]
"""Gives the error to raise where a statement has not changed one row."""
_Sent = tuple[Any, str, Any, Otherwise | None]
"""The cursor that gets the answer, the text, its values, and what there is to say."""


class Pipeline:
    """What one transaction has sent and not been answered yet. The answers come before any other statement."""

    def __init__(self, connection: Connection) -> None:
        """Begin with nothing sent. ``connection`` is in a transaction of PostgreSQL."""
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._error = connection.dialect.loaded_dbapi.Error
        self._sent: list[_Sent] = []
        self._open: Any = None
        self.is_sending = False
        """Whether what is about to be done with the connection is to send one more."""

    @property
    def waiting(self) -> int:
        """Give how many statements have no answer yet."""
        return len(self._sent)

    def ask(self, cursor: Any, text: str, values: Any) -> None:  # noqa: ANN401 - the driver's
        """Run a statement and wait for its answer; where it begins the transaction, both go in one message."""
        if self._driver.pgconn.transaction_status == _IDLE:
            with self._driver.pipeline():
                cursor.execute(text, values)
        else:
            cursor.execute(text, values)

    def send(self, text: str, values: Any, otherwise: Otherwise | None) -> None:  # noqa: ANN401 - the driver's
        """Send a statement. Raises DBAPIError where it can't be sent, or one that was sent before has failed."""
        self.is_sending = False
        if self._open is None:
            self._open = self._driver.pipeline()
            self._open.__enter__()
            self._connection.info[_PIPELINE] = self
        cursor = self._driver.cursor()
        self._sent.append((cursor, text, values, otherwise))
        try:
            cursor.execute(text, values)
        except self._error as error:
            told = self._told(error, self._sent)
            self.abandon()
            raise told from error

    def settle(self) -> None:
        """Wait for all answers. Raises DBAPIError, or what a statement has to say where it has not changed one row."""
        sent = self._sent
        try:
            self._leave()
        except self._error as error:
            raise self._told(error, sent) from error
        for cursor, _, _, otherwise in sent:
            if otherwise is not None and cursor.rowcount != 1:
                raise otherwise()

    def abandon(self) -> None:
        """Wait until the server is done with what was sent, whatever it says: all of it is rolled back."""
        try:
            self._leave()
        except self._error:
            return

    def _leave(self) -> None:
        open_now, self._open, self._sent = self._open, None, []
        self._connection.info.pop(_PIPELINE, None)
        open_now.__exit__(None, None, None)

    def _told(self, error: Exception, sent: Sequence[_Sent]) -> Exception:
        """Give an error of the driver as SQLAlchemy's. It is about the first statement that has no answer."""
        _, text, values, _ = next((one for one in sent if one[0].pgresult is None), sent[-1])
        return DBAPIError.instance(text, values, error, self._error, dialect=self._connection.dialect)


def settle(connection: Connection) -> None:
    """Wait for the answers to what was sent on a connection, if anything was; raises as ``Pipeline.settle`` does."""
    pipeline: Pipeline | None = connection.info.get(_PIPELINE)
    if pipeline is not None and not pipeline.is_sending:
        pipeline.settle()


def watch(engine: Engine) -> None:
    """Let whatever else is done with a connection of PostgreSQL wait for the answers first."""
    event.listen(engine, "before_cursor_execute", _before_statement)
    event.listen(engine, "commit", settle)
    event.listen(engine, "rollback", _abandon)


def _before_statement(connection: Connection, _cursor: object, text: str, *_: object) -> None:
    if text.startswith("ROLLBACK TO"):
        _abandon(connection)
    else:
        settle(connection)


def _abandon(connection: Connection) -> None:
    pipeline: Pipeline | None = connection.info.get(_PIPELINE)
    if pipeline is not None:
        pipeline.abandon()
