"""What a running case without an open task waits for: a choice of somebody, an event, a case it has called."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.model import ElementInstance

KINDS: dict[str, Literal["choice", "event", "call"]] = {
    "adHocSubProcess": "choice",
    "intermediateCatchEvent": "event",
    "receiveTask": "event",
    "callActivity": "call",
}


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """One element that a case waits at for something that is not the machine's to do."""

    kind: Literal["choice", "event", "call"]
    name: str
    """The element's."""


def awaited(session: Session, instance_ids: Sequence[int]) -> dict[int, tuple[Awaited, ...]]:
    """Give what some running cases wait for, in the order in which they came there; one statement at the most."""
    if not instance_ids:
        return {}
    found: dict[int, list[Awaited]] = defaultdict(list)
    rows = session.execute(
        select(ElementInstance.instance_id, ElementInstance.kind, ElementInstance.name)
        .where(ElementInstance.instance_id.in_(instance_ids))
        .where(ElementInstance.state == "ACTIVE", ElementInstance.kind.in_(KINDS))
        .order_by(ElementInstance.instance_id, ElementInstance.token)
    )
    for row in rows:
        found[row.instance_id].append(Awaited(kind=KINDS[row.kind], name=row.name))
    return {instance_id: tuple(dict.fromkeys(waits)) for instance_id, waits in found.items()}
