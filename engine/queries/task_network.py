"""From which networks a task may be opened, claimed and done."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.config import Network
from engine.execution.immutable import definition
from engine.execution.prepared import table
from engine.interpreter.networks import NETWORKS, allowed_networks
from engine.model import ProcessInstance, UserTask

_TASKS, _CASES = table(UserTask), table(ProcessInstance)
_OPEN = (
    select(_TASKS.c.instance_id, _TASKS.c.name, _TASKS.c.element_id, _CASES.c.definition_id)
    .select_from(_TASKS.join(_CASES, _CASES.c.id == _TASKS.c.instance_id))
    .where(_TASKS.c.id == bindparam("task"), _TASKS.c.state == "CREATED")
)


@dataclass(frozen=True, kw_only=True)
class BoundTask:
    """An open task that is bound to networks."""

    instance_id: int
    name: str
    network: str
    """The name of the setting."""
    network_title: str
    """What people call it, to be translated."""


def bound_task(session: Session, task_id: int) -> BoundTask | None:
    """Give an open task that the version of its case binds to networks, or None: one statement."""
    row: Any = session.execute(_OPEN, {"task": task_id}).one_or_none()
    if row is None:
        return None
    network = allowed_networks(definition(session, row.definition_id).process.elements.get(row.element_id))
    if network is None:
        return None
    return BoundTask(
        instance_id=row.instance_id, name=row.name, network=network, network_title=NETWORKS.get(network, network)
    )


def refusing_task(
    session: Session, task_id: int, address: str | None, networks: Mapping[str, tuple[Network, ...]]
) -> BoundTask | None:
    """Give the open task if it is bound to networks that an address does not lie in, or None."""
    task = bound_task(session, task_id)
    return None if task is None or comes_from(address, networks.get(task.network, ())) else task


def comes_from(address: str | None, networks: tuple[Network, ...]) -> bool:
    """Tell whether an address lies in one of some networks; an IPv4 address may be written as IPv6."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return any((mapped or found) in network for network in networks)
