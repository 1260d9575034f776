"""Statements that are written for a database once and then handed to its driver.

What is run at every step is always the same text with other values: asking SQLAlchemy for it anew takes several times
longer than the database needs to run it. Values are bound and read by the columns' own types, as ever.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CursorResult, Dialect, Select
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import UpdateBase
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any] | None


@dataclass(frozen=True)
class _Written:
    """A statement in the language of one database."""

    text: str
    binds: Sequence[tuple[str, object, Convert]]
    """Name, value where none is given, and what turns a value into the driver's, in the order of the text."""
    by_name: bool
    """Whether the driver takes values by name."""

    def values(self, given: Mapping[str, object]) -> Any:  # noqa: ANN401 - a tuple or a dict
        """Give the driver's values."""
        found = [
            (name, value if convert is None else convert(value))
            for name, default, convert in self.binds
            for value in (given.get(name, default),)
        ]
        return dict(found) if self.by_name else tuple(value for _name, value in found)


@dataclass
class Statement:
    """A statement with named values. An INSERT names its ``columns``: those that Python fills in are among them."""

    written: Select[Any] | UpdateBase
    columns: Sequence[str] | None = None
    _known: dict[str, _Written] = field(default_factory=dict)

    def run(self, session: Session, *rows: Mapping[str, object]) -> "CursorResult[Any]":
        """Run it, once for each row of values."""
        connection = session.connection()
        found = self._for(connection.dialect)
        values = [found.values(row) for row in rows]
        return connection.exec_driver_sql(found.text, values if len(values) > 1 else values[0])

    def _for(self, dialect: Dialect) -> _Written:
        found = self._known.get(dialect.name)
        if found is None:
            found = self._known[dialect.name] = _write(self.written, dialect, self.columns)
        return found


@dataclass
class Query(Statement):
    """A SELECT that gives one row."""

    _read: dict[str, tuple[Callable[..., Any], list[tuple[int, Callable[[Any], Any]]]]] = field(default_factory=dict)

    def one_or_none(self, session: Session, **values: object) -> Any:  # noqa: ANN401 - a row
        """Give the row with its columns by name."""
        row = self.run(session, values).one_or_none()
        if row is None:
            return None
        make, converts = self._reader(session.connection().dialect)
        cells = list(row)
        for place, convert in converts:
            cells[place] = convert(cells[place])
        return make(cells)

    def _reader(self, dialect: Dialect) -> tuple[Callable[..., Any], list[tuple[int, Callable[[Any], Any]]]]:
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
    binds = [(name, values[name], _binding(named[name].type, dialect)) for name in compiled.positiontup or named]
    return _Written(str(compiled), binds, by_name=compiled.positiontup is None)


def _binding(type_: TypeEngine[Any], dialect: Dialect) -> Convert:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _reading(type_: TypeEngine[Any], dialect: Dialect) -> Convert:
    return type_.dialect_impl(dialect).result_processor(dialect, None)
