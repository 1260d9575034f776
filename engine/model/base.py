"""What all tables share: naming of constraints and the types of columns."""

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Index, Integer, LargeBinary, MetaData, String, Text, text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# SQLite counts up by itself only for INTEGER keys.
Key = BigInteger().with_variant(Integer(), "sqlite")


@lru_cache(maxsize=64)
def _as_text(value: dt.datetime | None) -> str | None:
    """Write a moment the way SQLAlchemy writes it to SQLite; that of a step is written many times."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a stored time must be aware")
    return value.astimezone(dt.UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware moment, kept in UTC; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn an aware moment into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def bind_processor(self, dialect: Dialect) -> Callable[[dt.datetime | None], object] | None:
        """Give what turns a moment into the driver's value: for SQLite a text, at once."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - the base class's signature
        """Give an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """The base of all stored classes."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: UtcDateTime(),
        bytes: LargeBinary(),
        str: Text(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


Name = String(255)
Hash = String(64)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Give an index that holds only the rows of a condition, on both kinds of database."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
