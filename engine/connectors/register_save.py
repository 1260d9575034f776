"""``register.save``: write an entry of a register."""

from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine import json_text
from engine.clock import SHANGHAI
from engine.connectors.call import Call, RefusedError
from engine.errors import mark
from engine.model import Register, RegisterCounter, RegisterEntry, RegisterEntryVersion


def register_save(call: Call) -> dict[str, object]:
    """Write a new entry, or a new version of the one with ``number``; earlier versions stay as they are.

    Inputs: ``register``, ``status``, ``values`` (a context of fields), and ``number`` for an entry that exists.
    Gives ``number``, ``entry`` (its id) and ``entry_version``. Raises RefusedError for an unknown register or
    number, or a status the register doesn't have.
    """
    register = _register(call)
    status = call.inputs.get("status")
    values = call.inputs.get("values")
    if status not in register.statuses:
        raise RefusedError(
            mark("台账“{title}”没有状态 {status}，可用的有：{statuses}。"),
            where="status",
            title=register.title,
            status=str(status),
            statuses="、".join(register.statuses),
        )
    if not isinstance(values, dict):
        raise RefusedError(mark("输入 values 应为一组字段，如 {{channel_name: channel_name}}。"), where="values")
    number = call.inputs.get("number")
    entry = (
        _revised(call, register, str(number), str(status), values)
        if number
        else _new(call, register, str(status), values)
    )
    call.session.execute(
        insert(RegisterEntryVersion),
        [
            {
                "entry_id": entry.id,
                "version": entry.version,
                "status": status,
                "fields": entry.fields,
                "instance_id": call.instance_id,
                "written_at": call.now,
                "written_by": call.started_by,
            }
        ],
    )
    return {"number": entry.number, "entry": entry.id, "entry_version": entry.version}


def _register(call: Call) -> Register:
    name = call.inputs.get("register")
    register = call.session.get(Register, name) if isinstance(name, str) else None
    if register is None:
        raise RefusedError(mark("没有名为 {name} 的台账。"), where="register", name=str(name))
    return register


def _new(call: Call, register: Register, status: str, values: dict[str, Any]) -> Any:  # noqa: ANN401 - a row
    return call.session.execute(
        insert(RegisterEntry).returning(
            RegisterEntry.id, RegisterEntry.number, RegisterEntry.version, RegisterEntry.fields
        ),
        [
            {
                "register": register.name,
                "number": (number := _draw_number(call, register)),
                "version": 1,
                "created_at": call.now,
                **_content(call, register, number, status, values),
            }
        ],
    ).one()


def _revised(call: Call, register: Register, number: str, status: str, values: dict[str, Any]) -> Any:  # noqa: ANN401
    old = call.session.execute(
        select(RegisterEntry.id, RegisterEntry.version, RegisterEntry.fields)
        .where(RegisterEntry.register == register.name, RegisterEntry.number == number)
        .with_for_update()
    ).one_or_none()
    if old is None:
        raise RefusedError(
            mark("台账“{title}”里没有编号 {number}。"), where="number", title=register.title, number=number
        )
    return call.session.execute(
        update(RegisterEntry)
        .where(RegisterEntry.id == old.id)
        .values(version=old.version + 1, **_content(call, register, number, status, {**old.fields, **values}))
        .returning(RegisterEntry.id, RegisterEntry.number, RegisterEntry.version, RegisterEntry.fields)
    ).one()


def _content(call: Call, register: Register, number: str, status: str, fields: dict[str, Any]) -> dict[str, Any]:
    title = str(fields.get(register.title_field) or number)
    searched = [column["key"] for column in register.columns if column.get("search")]
    words = [number, title, *(_words(fields.get(key)) for key in searched)]
    return {
        "status": status,
        "title": title,
        "fields": fields,
        "search_text": " ".join(words).lower(),
        "instance_id": call.instance_id,
        "updated_at": call.now,
        "updated_by": call.started_by,
    }


def _words(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json_text.dump_text(value)


def _draw_number(call: Call, register: Register) -> str:
    """Draw the next number of the year. The counter's row stays locked until the entry is committed."""
    year = call.now.astimezone(SHANGHAI).year
    dialect = postgresql if call.session.get_bind().dialect.name == "postgresql" else sqlite
    counters = dialect.insert(RegisterCounter).values(register=register.name, year=year, last=1)
    statement = counters.on_conflict_do_update(
        index_elements=[RegisterCounter.register, RegisterCounter.year], set_={"last": RegisterCounter.last + 1}
    ).returning(RegisterCounter.last)
    sequence = call.session.execute(statement).scalar_one()
    return register.number_pattern.format(year=year, sequence=sequence)
