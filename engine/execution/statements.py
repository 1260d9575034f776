"""Statements that are written for a database once and then handed straight to its driver.

What is run at every step is always the same text with other values: asking SQLAlchemy for it anew, and wrapping what
the driver says, takes several times longer than the database needs to run it. Values are bound and read by the
columns' own types, errors are SQLAlchemy's, and whoever listens to the engine hears of these statements, as ever.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import UpdateBase
from sqlalchemy.types import TypeEngine

from engine import pipelining
from engine.database import CONNECTION
from engine.pipelining import Otherwise, Pipeline

Convert = Callable[[Any], Any]
_DRIVER = "driver"
_Row = Mapping[str, object] | list[object]
"""Values by name, or in the order of the statement's text."""


@dataclass(frozen=True)
class _Written:
    """A statement in the language of one database."""

    text: str
    names: Sequence[str]
    """Of its values, in the order of the text."""
    defaults: Mapping[str, object]
    """Values of the statement itself, where none is given."""
    converts: Sequence[tuple[int, Convert]]
    """Which values are turned into the driver's."""
    by_name: bool
    """Whether the driver takes values by name."""

    def values(self, given: _Row) -> Any:  # noqa: ANN401 - a list or a dict
        """Give the driver's values; those in the order of the text need not be looked for."""
        found: list[Any]
        defaults = self.defaults
        if isinstance(given, list):
            found = list(given)
        elif defaults:
            found = [given[name] if name in given else defaults.get(name) for name in self.names]
        else:
            found = list(map(given.get, self.names))
        for place, convert in self.converts:
            found[place] = convert(found[place])
        return dict(zip(self.names, found, strict=True)) if self.by_name else found


class _Driver:
    """The driver's own connection under a session, for as long as its transaction lasts."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.dialect = connection, connection.dialect
        self.cursor: Any = connection.connection.cursor()
        self._before = connection.dispatch.before_cursor_execute
        self._after = connection.dispatch.after_cursor_execute
        self._is_heard = bool(self._before or self._after)
        self.pipeline = Pipeline(connection) if self.dialect.name == "postgresql" else None

    def send(self, pipeline: Pipeline, text: str, values: Any, otherwise: Otherwise | None) -> None:  # noqa: ANN401 - the driver's
        """Send a text to PostgreSQL without waiting for its answer."""
        heard = self.connection, self.cursor, text, values, None, False
        pipeline.is_sending = True
        self._before(*heard)
        pipeline.send(text, values, otherwise)
        self._after(*heard)

    def run(self, text: str, values: Any, *, many: bool) -> None:  # noqa: ANN401 - of either driver
        """Run a text, with its values or a list of them."""
        connection, cursor = self.connection, self.cursor
        if self._is_heard:
            self._before(connection, cursor, text, values, None, many)
        try:
            if many:
                cursor.executemany(text, values)
            elif self.pipeline is not None:
                self.pipeline.ask(cursor, text, values)
            else:
                cursor.execute(text, values)
        except connection.dialect.loaded_dbapi.Error as error:
            base = connection.dialect.loaded_dbapi.Error
            raise DBAPIError.instance(text, values, error, base, dialect=connection.dialect, ismulti=many) from error
        if self._is_heard:
            self._after(connection, cursor, text, values, None, many)


def _driver(session: Session) -> _Driver:
    if session.in_nested_transaction():
        # A session begins a savepoint only when it is asked for the connection itself.
        session.connection()
    known: _Driver | None = session.info.get(_DRIVER)
    if known is None or not known.connection.in_transaction():
        # The session would look for its connection again, which takes longer than a statement.
        known = session.info[_DRIVER] = _Driver(session.info.get(CONNECTION) or session.connection())
    return known


def settle(session: Session) -> None:
    """Wait until all that was sent is done. Raises what went wrong with it."""
    known: _Driver | None = session.info.get(_DRIVER)
    if known is not None and known.pipeline is not None:
        pipelining.settle(known.connection)


def dialect_of(session: Session) -> str:
    """Give the name of the database's kind."""
    return _driver(session).dialect.name


@dataclass
class Statement:
    """A statement with named values. An INSERT names its ``columns``: those that Python fills in are among them."""

    written: Select[Any] | UpdateBase
    columns: Sequence[str] | None = None
    _known: dict[str, _Written] = field(default_factory=dict)

    def run(self, session: Session, *rows: Mapping[str, object]) -> int:
        """Run it, once for each row of values; give how many rows it has changed or added."""
        return int(self._run(session, rows).cursor.rowcount)

    def send(self, session: Session, row: _Row, otherwise: Otherwise | None = None) -> None:
        """Run it without waiting for PostgreSQL; ``otherwise`` gives the error to raise where it changes not one row.

        What goes wrong is raised here, by the transaction's next statement, by ``settle``, or by its commit.
        """
        driver = _driver(session)
        found = self._known.get(driver.dialect.name) or self._write(driver.dialect)
        if driver.pipeline is not None:
            driver.send(driver.pipeline, found.text, found.values(row), otherwise)
            return
        driver.run(found.text, found.values(row), many=False)
        if otherwise is not None and driver.cursor.rowcount != 1:
            raise otherwise()

    def number(self, session: Session, row: Mapping[str, object]) -> int:
        """Run it and give the one number that it returns."""
        ((number,),) = self._run(session, (row,)).cursor.fetchall()
        return int(number)

    def _run(self, session: Session, rows: Sequence[Mapping[str, object]]) -> _Driver:
        driver = _driver(session)
        found = self._known.get(driver.dialect.name) or self._write(driver.dialect)
        if len(rows) == 1:
            driver.run(found.text, found.values(rows[0]), many=False)
        else:
            driver.run(found.text, [found.values(row) for row in rows], many=True)
        return driver

    def _write(self, dialect: Dialect) -> _Written:
        found = self._known[dialect.name] = _write(self.written, dialect, self.columns)
        return found


@dataclass
class Query(Statement):
    """A SELECT that gives one row."""

    _read: dict[str, tuple[Callable[..., Any], list[tuple[int, Convert]]]] = field(default_factory=dict)

    def one_or_none(self, session: Session, **values: object) -> Any:  # noqa: ANN401 - a row
        """Give the row with its columns by name."""
        driver = self._run(session, (values,))
        rows = driver.cursor.fetchall()
        if not rows:
            return None
        (row,) = rows
        make, converts = self._reader(driver.dialect)
        cells = list(row)
        for place, convert in converts:
            cells[place] = convert(cells[place])
        return make(cells)

    def _reader(self, dialect: Dialect) -> tuple[Callable[..., Any], list[tuple[int, Convert]]]:
        found = self._read.get(dialect.name)
        if found is None:
            assert isinstance(self.written, Select)  # noqa: S101 - what a query is made of
            columns = list(self.written.selected_columns)
            names = [str(column.key) for column in columns]
            converts = [(place, _reading(column.type, dialect)) for place, column in enumerate(columns)]
            row: Any = namedtuple("Row", names)  # type: ignore[misc] # noqa: PYI024 - the names come from the statement
            found = row._make, [(place, one) for place, one in converts if one is not None]
            self._read[dialect.name] = found
        return found


def _write(statement: Select[Any] | UpdateBase, dialect: Dialect, columns: Sequence[str] | None) -> _Written:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) if columns is not None else None)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - of a statement
    if isinstance(statement, UpdateBase) and (compiled.insert_prefetch or compiled.update_prefetch):
        missing = [column.name for column in (*compiled.insert_prefetch, *compiled.update_prefetch)]
        raise ValueError(f"Python would fill in {', '.join(missing)}")
    values = compiled.construct_params(_check=False)
    named = {name: bind for bind, name in compiled.bind_names.items()}
    names = list(compiled.positiontup or named)
    converts = [(place, _binding(named[name].type, dialect)) for place, name in enumerate(names)]
    return _Written(
        text=str(compiled),
        names=names,
        defaults={name: value for name, value in values.items() if value is not None and not named[name].required},
        converts=[(place, convert) for place, convert in converts if convert is not None],
        by_name=compiled.positiontup is None,
    )


def _binding(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _reading(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)
