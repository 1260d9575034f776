"""Writing entries of registers: what connectors, imports and scenarios have in common."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import json_text
from engine.clock import SHANGHAI
from engine.errors import ConflictError, InvalidError, NotFoundError, mark
from engine.forms import Veil
from engine.model import Register, RegisterCounter, RegisterEntry, RegisterEntryVersion


@dataclass(frozen=True, kw_only=True)
class Written:
    """A version that was written."""

    entry_id: int
    number: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Who writes, when, and in which case."""

    session: Session
    now: dt.datetime
    username: str
    instance_id: int | None = None


def require_register(session: Session, name: object) -> Register:
    """Give a register by its name. Raises NotFoundError."""
    register = session.get(Register, name) if isinstance(name, str) else None
    if register is None:
        raise NotFoundError(mark("没有名为 {name} 的台账。"), where="register", name=str(name))
    return register


def require_status(register: Register, status: object) -> str:
    """Give a status the register has. Raises InvalidError."""
    if not isinstance(status, str) or status not in register.statuses:
        raise InvalidError(
            mark("台账“{title}”没有状态 {status}，可用的有：{statuses}。"),
            where="status",
            title=register.title,
            status=str(status),
            statuses="、".join(register.statuses),
        )
    return status


def add_entry(
    writer: Writer, register: Register, status: str, values: Mapping[str, Any], number: str | None = None
) -> Written:
    """Write a new entry; its number is drawn unless given."""
    drawn = number or draw_numbers(writer.session, register, writer.now)[0]
    row = {
        "register": register.name,
        "number": drawn,
        "version": 1,
        "created_at": writer.now,
        **_content(writer, register, drawn, status, dict(values)),
    }
    statement = insert(RegisterEntry).returning(RegisterEntry.id)
    entry_id = writer.session.execute(statement, [row]).scalar_one()
    return _version(writer, entry_id, 1, row)


def revise_entry(
    writer: Writer,
    register: Register,
    number: str,
    changes: tuple[str | None, Mapping[str, Any]],
    expected_version: int | None = None,
) -> Written:
    """Write a new version of an entry: ``changes`` are its status, None to keep it, and the fields that change.

    Earlier versions stay as they are. Raises NotFoundError, or ConflictError where the entry is no longer at
    ``expected_version``.
    """
    old = writer.session.execute(
        select(RegisterEntry.id, RegisterEntry.version, RegisterEntry.status, RegisterEntry.fields)
        .where(RegisterEntry.register == register.name, RegisterEntry.number == number)
        .with_for_update()
    ).one_or_none()
    if old is None:
        raise NotFoundError(
            mark("台账“{title}”里没有编号 {number}。"), where="number", title=register.title, number=number
        )
    if expected_version is not None and expected_version != old.version:
        raise ConflictError(
            mark("台账记录 {number} 已被改为第 {version} 版，这里依据的是第 {expected} 版。"),
            where="version",
            number=number,
            version=old.version,
            expected=expected_version,
        )
    status, values = changes
    content = _content(writer, register, number, status or old.status, {**old.fields, **values})
    writer.session.execute(
        update(RegisterEntry).where(RegisterEntry.id == old.id).values(version=old.version + 1, **content)
    )
    return _version(writer, old.id, old.version + 1, {"number": number, **content})


def _version(writer: Writer, entry_id: int, version: int, row: Mapping[str, Any]) -> Written:
    writer.session.execute(
        insert(RegisterEntryVersion),
        [
            {
                "entry_id": entry_id,
                "version": version,
                "status": row["status"],
                "fields": row["fields"],
                "instance_id": writer.instance_id,
                "written_at": writer.now,
                "written_by": writer.username,
            }
        ],
    )
    return Written(entry_id=entry_id, number=row["number"], version=version)


def _content(writer: Writer, register: Register, number: str, status: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": status,
        "fields": fields,
        **listed(register, number, fields),
        "instance_id": writer.instance_id,
        "updated_at": writer.now,
        "updated_by": writer.username,
    }


def listed(register: Register, number: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """Give what lists show and search of an entry: its title and text, in which personal data are masked."""
    shown = Veil(places=frozenset(map(tuple, register.personal))).over(fields).values(fields)
    title = str(shown.get(register.title_field) or number)
    searched = [column["key"] for column in register.columns if column.get("search")]
    words = [number, title, *(_words(shown.get(key)) for key in searched)]
    return {"title": title, "search_text": " ".join(words).lower()}


def _words(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json_text.dump_text(value)


def draw_numbers(session: Session, register: Register, now: dt.datetime, count: int = 1) -> list[str]:
    """Draw the next numbers of the year. The counter's row stays locked until the entries are committed."""
    year = now.astimezone(SHANGHAI).year
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    counters = dialect.insert(RegisterCounter).values(register=register.name, year=year, last=count)
    statement = counters.on_conflict_do_update(
        index_elements=[RegisterCounter.register, RegisterCounter.year], set_={"last": RegisterCounter.last + count}
    ).returning(RegisterCounter.last)
    last = session.execute(statement).scalar_one()
    return [register.number_pattern.format(year=year, sequence=one) for one in range(last - count + 1, last + 1)]
