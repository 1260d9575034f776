"""Tasks that may be done from the company's own networks only.

Asked for every address that names a task, whatever it does with it, so that none can be forgotten.
"""

import ipaddress

from flask import request

from engine.commands.record_access import Look
from engine.config import Network
from engine.database import Session
from engine.errors import ForbiddenError, mark
from engine.queries.task_network import bound_task
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
    task = bound_task(db, task_id)
    if task is None or comes_from(request.remote_addr, networks.get(task.network, ())):
        return
    address = request.remote_addr or "?"
    note_look(Look(kind="refused", instance_id=task.instance_id, subject=f"{task.name} · {address}"))
    raise ForbiddenError(
        mark("“{task}”只能在{network}办理，您现在的地址 {address} 不在其中。请到{network}后再打开；这次已记入历史。"),
        task=task.name,
        network=gettext(task.network_title),
        address=address,
    )


def comes_from(address: str | None, networks: tuple[Network, ...]) -> bool:
    """Tell whether an address lies in one of some networks; an IPv4 address may be written as IPv6."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return any((mapped or found) in network for network in networks)
