"""``register.find``: look for entries of a register."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, and_, case, cast, false, func, or_, select

from engine import json_text
from engine.connectors import reading
from engine.connectors.call import Call, RefusedError
from engine.errors import mark
from engine.model import Register, RegisterEntry
from engine.registers import require_register, require_status

MOST = 200
"""Entries that one task takes over into its case."""

ORDERS: Mapping[str, Any] = {
    "number": RegisterEntry.number,
    "status": RegisterEntry.status,
    "title": RegisterEntry.title,
    "created": RegisterEntry.created_at,
    "updated": RegisterEntry.updated_at,
}


def register_find(call: Call) -> dict[str, object]:
    """Find entries by number, status and equal fields, as they stand in this very transaction.

    Inputs: ``register``, and any of ``number``, ``status`` (one or a list), ``values`` (a context of fields),
    ``order`` (number, status, title, created, updated; ``-`` before it turns it round), ``limit`` (20, 200 at most).
    Gives ``entries``, each with register, number, status, title, values, version and case; ``first``, the first one or
    null; ``count`` of all that match. Raises NotFoundError, InvalidError or RefusedError for an unknown register,
    status, field or order.
    """
    register = require_register(call.session, call.inputs.get("register"))
    wanted = _matching(call, register)
    limit = reading.whole_number(call.inputs, "limit", 20, most=MOST)
    rows = call.session.execute(_ordered(call, select(RegisterEntry).where(*wanted)).limit(limit)).scalars().all()
    count = len(rows)
    if count == limit:
        count = call.session.scalar(select(func.count()).select_from(RegisterEntry).where(*wanted)) or 0
    entries = [_shown(row) for row in rows]
    return {"entries": entries, "first": entries[0] if entries else None, "count": Decimal(count)}


def _matching(call: Call, register: Register) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [RegisterEntry.register == register.name]
    if call.inputs.get("number") not in {None, ""}:
        found.append(RegisterEntry.number == reading.text(call.inputs, "number"))
    statuses = [require_status(register, status) for status in reading.texts(call.inputs, "status")]
    if statuses:
        found.append(RegisterEntry.status.in_(statuses))
    keys = {str(column["key"]) for column in register.columns}
    for key, value in reading.context(call.inputs, "values").items():
        if key not in keys:
            raise RefusedError(
                mark("台账“{title}”没有字段 {field}，可用的有：{fields}。"),
                where="values",
                title=register.title,
                field=key,
                fields="、".join(sorted(keys)),
            )
        found.append(_equals(call, key, value))
    return found


def _equals(call: Call, key: str, value: object) -> ColumnElement[bool]:
    """Compare one field of the stored JSON with a value of the same kind, as FEEL's ``=`` would."""
    if not (value is None or isinstance(value, (bool, int, Decimal, str))):
        raise RefusedError(
            mark("字段 {field} 只能与文字、数字、是否或空值比较，现在是 {value}。"),
            where="values",
            field=key,
            value=json_text.dump_text(value)[:80],
        )
    if call.session.get_bind().dialect.name == "postgresql":
        field = RegisterEntry.fields[key]
        return _equals_on_postgresql(func.json_typeof(field), field.as_string(), value)
    path = f'$."{key}"'
    return _equals_on_sqlite(
        func.json_type(RegisterEntry.fields, path), func.json_extract(RegisterEntry.fields, path), value
    )


def _equals_on_postgresql(kind: Any, text: Any, value: bool | int | Decimal | str | None) -> ColumnElement[bool]:  # noqa: ANN401 - SQL
    if value is None:
        return or_(kind.is_(None), kind == "null")
    if isinstance(value, bool):
        return and_(kind == "boolean", text == str(value).lower())
    if isinstance(value, str):
        return and_(kind == "string", text == value)
    # CASE, because AND may cast first, and a text that is no number can't be cast.
    return case((kind == "number", cast(text, Numeric) == value), else_=false())


def _equals_on_sqlite(kind: Any, content: Any, value: bool | int | Decimal | str | None) -> ColumnElement[bool]:  # noqa: ANN401 - SQL
    if value is None:
        return or_(kind.is_(None), kind == "null")
    if isinstance(value, bool):
        return and_(kind == str(value).lower())
    if isinstance(value, str):
        return and_(kind == "text", content == value)
    # SQLite itself reads numbers of JSON as binary floats.
    return and_(kind.in_(("integer", "real")), content == float(value))


def _ordered(call: Call, statement: Select[Any]) -> Select[Any]:
    order = reading.text(call.inputs, "order", "number").strip()
    column = ORDERS.get(order.removeprefix("-"))
    if column is None:
        raise RefusedError(
            mark("输入 order 应为 {orders} 之一，前面可加 - 表示倒序，现在是“{order}”。"),
            where="order",
            orders="、".join(ORDERS),
            order=order,
        )
    downwards = order.startswith("-")
    return statement.order_by(
        column.desc() if downwards else column.asc(), RegisterEntry.id.desc() if downwards else RegisterEntry.id.asc()
    )


def _shown(entry: RegisterEntry) -> dict[str, object]:
    return {
        "register": entry.register,
        "number": entry.number,
        "status": entry.status,
        "title": entry.title,
        "values": entry.fields,
        "version": entry.version,
        "case": entry.instance_id,
        "updated": entry.updated_at.isoformat(timespec="seconds"),
    }
