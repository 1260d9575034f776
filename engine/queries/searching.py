"""Searches as programs ask for them: criteria, order, and pages by offset or by cursor."""

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import Row, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from engine import json_text
from engine.errors import InvalidError, mark

T = TypeVar("T")

Operator = Literal["eq", "neq", "exists", "in", "not_in", "like", "gt", "gte", "lt", "lte"]
COUNT_LIMIT = 10_000
"""Counting stops here: a count of a million rows would cost more than the page."""

FEW = 1_000
"""As many are sorted at no cost."""


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One thing that must hold of what is found."""

    field: str
    operator: Operator
    value: Any


@dataclass(frozen=True, kw_only=True)
class Sort:
    """One field to sort by. What has no value comes last."""

    field: str
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is asked for, and which part of it."""

    criteria: tuple[Criterion, ...] = ()
    """All of them hold."""
    sort: tuple[Sort, ...] = ()
    limit: int = 100
    offset: int = 0
    after: str | None = None
    """The cursor of the last item before the page; excludes an offset."""
    before: str | None = None
    """The cursor of the first item behind the page; excludes an offset."""

    def concerns(self, field: str) -> bool:
        """Tell whether what is found, or its order, depends on a field."""
        return any(one.field == field for one in self.criteria) or any(one.field == field for one in self.sort)


def narrowed(search: Search, **equal: object) -> Search:
    """Give the same search of fewer things: each field equals the value."""
    fixed = (Criterion(field=field, operator="eq", value=value) for field, value in equal.items())
    return replace(search, criteria=(*fixed, *search.criteria))


@dataclass(frozen=True, kw_only=True)
class Found(Generic[T]):
    """One page of what was found."""

    items: list[T]
    total: int
    """Items in all, at most COUNT_LIMIT."""
    total_is_exact: bool
    start_cursor: str | None = None
    end_cursor: str | None = None
    looked_at: tuple[int, ...] = ()
    """Cases whose personal data the page shows as they are: a look that is to be noted."""


@dataclass(frozen=True)
class _Key:
    """One expression of the order; together they are different for every row."""

    expression: Any
    descending: bool


def fetch(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    columns: Mapping[str, Any],
    unique: Any,  # noqa: ANN401 - SQLAlchemy's types for expressions don't unify
    search: Search,
    build: Callable[[Row[*tuple[Any, ...]]], T],
) -> Found[T]:
    """Fetch one page of a statement that has its conditions: a count and the rows, two statements.

    ``columns`` are what may be sorted by; ``unique``, one column or several, ends every order. Raises InvalidError
    for a field that can't be sorted by and for a cursor of another search.
    """
    uniques = unique if isinstance(unique, tuple) else (unique,)
    counted = statement.order_by(None).with_only_columns(*uniques).limit(COUNT_LIMIT + 1).subquery()
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    keys, signature = _keys(columns, uniques, search.sort), repr([(one.field, one.descending) for one in search.sort])
    cursor = search.after if search.after is not None else search.before
    backwards = search.after is None and search.before is not None
    if cursor is not None:
        statement = statement.where(_beyond(keys, _read_cursor(cursor, signature, keys), backwards=backwards))
    statement = statement.add_columns(*(key.expression.label(f"key_{n}") for n, key in enumerate(keys)))
    order = [key.expression for key in keys]
    if total <= FEW and session.get_bind().dialect.name == "postgresql":
        # Behind the fence of an offset PostgreSQL finds them as the count did. Where it believes that there are many,
        # it reads the whole table in the order asked for, since a page of them would soon be full.
        few = statement.order_by(None).offset(0).subquery()
        statement, order = select(few), [few.c[f"key_{n}"] for n, _key in enumerate(keys)]
    ordered = statement.order_by(
        *(by.desc() if key.descending != backwards else by.asc() for by, key in zip(order, keys, strict=True))
    )
    rows: Sequence[Row[Any]] = session.execute(ordered.limit(search.limit).offset(search.offset)).all()
    rows = rows[::-1] if backwards else rows
    return Found(
        items=[build(row) for row in rows],
        total=min(total, COUNT_LIMIT),
        total_is_exact=total <= COUNT_LIMIT,
        start_cursor=_write_cursor(rows[0], signature, len(keys)) if rows else None,
        end_cursor=_write_cursor(rows[-1], signature, len(keys)) if rows else None,
    )


def condition(column: Any, criterion: Criterion) -> Any:  # noqa: ANN401 - SQLAlchemy's types don't unify
    """Give the SQL condition that one criterion puts on a column."""
    value = criterion.value
    tests: dict[Operator, Callable[[], Any]] = {
        "eq": lambda: column == value,
        "neq": lambda: column != value,
        "exists": lambda: column.is_not(None) if value else column.is_(None),
        "in": lambda: column.in_(value),
        "not_in": lambda: column.not_in(value),
        "like": lambda: column.like(wildcard_pattern(value), escape="\\"),
        "gt": lambda: column > value,
        "gte": lambda: column >= value,
        "lt": lambda: column < value,
        "lte": lambda: column <= value,
    }
    return tests[criterion.operator]()


def wildcard_pattern(text: str) -> str:
    r"""Turn ``*`` and ``?`` into LIKE's wildcards, for a backslash as its escape character.

    ``\*``, ``\?`` and ``\\`` stand for the character itself.
    """
    pattern: list[str] = []
    characters = iter(text)
    for character in characters:
        if character == "\\":
            pattern.append(_literal(next(characters, "\\")))
        else:
            pattern.append({"*": "%", "?": "_"}.get(character) or _literal(character))
    return "".join(pattern)


def _literal(character: str) -> str:
    return "\\" + character if character in "%_\\" else character


def _keys(columns: Mapping[str, Any], uniques: Sequence[Any], sort: Sequence[Sort]) -> list[_Key]:
    keys: list[_Key] = []
    for one in sort:
        column = columns.get(one.field)
        if column is None:
            raise InvalidError(mark("不能按 {field} 排序。"), where="sort", field=one.field)
        if getattr(column, "nullable", True):
            # The databases don't agree on where null stands, and null compares with nothing.
            keys.append(_Key(case((column.is_(None), 1), else_=0), descending=False))
        keys.append(_Key(column, one.descending))
    return [*keys, *(_Key(unique, descending=False) for unique in uniques)]


def _beyond(keys: Sequence[_Key], values: Sequence[Any], *, backwards: bool) -> Any:  # noqa: ANN401 - see fetch
    """Give the condition of all rows behind a row in the order; ``backwards``: before it."""
    alternatives = []
    for number, (key, value) in enumerate(zip(keys, values, strict=True)):
        equal = [_same(before.expression, values[n]) for n, before in enumerate(keys[:number])]
        alternatives.append(and_(*equal, _further(key, value, backwards=backwards)))
    return or_(*alternatives)


def _same(expression: Any, value: Any) -> Any:  # noqa: ANN401 - see fetch
    return expression.is_(None) if value is None else expression == value


def _further(key: _Key, value: Any, *, backwards: bool) -> Any:  # noqa: ANN401 - see fetch
    if value is None:
        return false()
    return key.expression < value if key.descending != backwards else key.expression > value


def _write_cursor(row: Row[Any], signature: str, count: int) -> str:
    values = [getattr(row, f"key_{n}") for n in range(count)]
    return base64.b64encode(json_text.dumps([signature, values])).decode()


def _read_cursor(text: str, signature: str, keys: Sequence[_Key]) -> list[Any]:
    foreign = InvalidError(mark("这个游标不属于这个查询。请从第一页重新开始。"), where="page")
    try:
        stored, values = json_text.loads(base64.b64decode(text.encode(), validate=True))
        read = [_typed(key, value) for key, value in zip(keys, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, ArithmeticError, RecursionError):
        raise foreign from None
    if stored != signature:
        raise foreign
    return read


def _typed(key: _Key, value: Any) -> Any:  # noqa: ANN401 - JSON is any value
    """Read a value of a cursor as the type that its expression has; raises ValueError or TypeError."""
    declared = key.expression.type
    kind = (declared.impl_instance if isinstance(declared, TypeDecorator) else declared).python_type
    if value is None or type(value) is kind:
        return value
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(value)
    number = int(value)
    if kind is not int or abs(number) >= 2**63:
        raise ValueError(value)
    return number
