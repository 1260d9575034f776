"""``register.save``: write an entry of a register."""

from decimal import Decimal
from typing import Any

from engine.connectors.call import Call, RefusedError
from engine.errors import mark
from engine.registers import Writer, add_entry, require_register, require_status, revise_entry


def register_save(call: Call) -> dict[str, object]:
    """Write a new entry, or a new version of the one with ``number``; earlier versions stay as they are.

    Inputs: ``register``, ``status``, ``values`` (a context of fields), ``number`` for an entry that exists and
    ``version`` for the one the case has seen: another one meanwhile is a refusal. Gives ``number``, ``entry``
    (its id) and ``entry_version``. Raises NotFoundError or InvalidError for an unknown register, number or
    status, and ConflictError for another version; none of them is tried again.
    """
    register = require_register(call.session, call.inputs.get("register"))
    status = require_status(register, call.inputs.get("status"))
    values: Any = call.inputs.get("values")
    if not isinstance(values, dict):
        raise RefusedError(mark("输入 values 应为一组字段，如 {{channel_name: channel_name}}。"), where="values")
    writer = Writer(session=call.session, now=call.now, username=call.started_by, instance_id=call.instance_id)
    number, version = call.inputs.get("number"), call.inputs.get("version")
    written = (
        revise_entry(
            writer,
            register,
            str(number),
            (status, values),
            int(version) if isinstance(version, (int, Decimal)) else None,
        )
        if number
        else add_entry(writer, register, status, values)
    )
    return {"number": written.number, "entry": written.entry_id, "entry_version": written.version}
