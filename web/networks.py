"""Tasks that may be done from the company's own networks only.

Asked for every address that names a task, whatever it does with it, so that none can be forgotten.
"""

from flask import request

from engine.commands.record_access import Look
from engine.config import Network
from engine.database import Session
from engine.errors import ForbiddenError, mark
from engine.queries.task_network import refusing_task
from web.i18n import gettext
from web.looks import note_look

ARGUMENTS = ("task_id", "user_task_key")
"""What addresses call the number of a task, on pages and in the REST interface."""
LONGEST = 18
"""Digits of a task's number."""


def require_network(db: Session, networks: dict[str, tuple[Network, ...]]) -> None:
    """Refuse a request for a task that is bound to networks it doesn't come from. The refusal is noted."""
    for name in ARGUMENTS:
        number = str((request.view_args or {}).get(name, ""))
        if number.isdecimal() and len(number) <= LONGEST:
            _require(db, int(number), networks)


def _require(db: Session, task_id: int, networks: dict[str, tuple[Network, ...]]) -> None:
    task = refusing_task(db, task_id, request.remote_addr, networks)
    if task is None:
        return
    address = request.remote_addr or "?"
    note_look(Look(kind="refused", instance_id=task.instance_id, subject=f"{task.name} · {address}"))
    raise ForbiddenError(
        mark("“{task}”只能在{network}办理，您现在的地址 {address} 不在其中。请到{network}后再打开；这次已记入历史。"),
        task=task.name,
        network=gettext(task.network_title),
        address=address,
    )
