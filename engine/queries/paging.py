"""One page of a long list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

T = TypeVar("T")

PAGE_SIZE = 20
COUNT_LIMIT = 1000
"""Counting stops here: nobody pages further, and a count of a million rows would cost more than the page."""


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """Some rows of a list and where they stand in it."""

    rows: list[T]
    number: int
    """Counted from 1."""
    size: int
    total: int
    """Rows in all, at most COUNT_LIMIT."""

    @property
    def last(self) -> int:
        """Give the number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def total_is_exact(self) -> bool:
        """Tell whether the list is shorter than what is counted."""
        return self.total < COUNT_LIMIT


def fetch_page(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    number: int,
    build: Callable[[Row[*tuple[Any, ...]]], T],
    size: int = PAGE_SIZE,
) -> Page[T]:
    """Fetch one page of an ordered statement: a count and the rows, two statements."""
    counted = statement.order_by(None).limit(COUNT_LIMIT).subquery()
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    number = min(max(number, 1), max(1, -(-total // size)))
    rows: Sequence[Row[Any]] = session.execute(statement.limit(size).offset((number - 1) * size)).all()
    return Page(rows=[build(row) for row in rows], number=number, size=size, total=total)
