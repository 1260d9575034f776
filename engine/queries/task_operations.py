"""What a reader may do with a task beside completing it: the buttons of its page."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.execution.immutable import Definition
from engine.interpreter.offered import offered
from engine.organisation import Organisation

OF_HOLDER = ("reassign", "delegate")
"""What the person who has a task, or stands in for them, may do with it."""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What a signer or delegate has said."""

    person: str
    """A display name."""
    by: str | None
    """The display name of who said it for them."""
    way: str
    """``delegate``, or where it was signed: ``before``, ``after``, ``parallel``."""
    agreed: bool | None
    opinion: str
    at: dt.datetime


def operations(of: Definition, task: Any, *, is_mine: bool) -> Mapping[str, str]:  # noqa: ANN401 - a row
    """Give the operations the reader may begin now: name → what its button says."""
    labels = offered(of.process.elements.get(task.element_id)).labels
    may = {name for name in OF_HOLDER if is_mine and task.pending is None and task.owner is None}
    if task.parent_task_id is not None:
        may.discard("delegate")
    return {name: label for name, label in labels.items() if name in may}


def signatures(task: Any, known: Organisation) -> tuple[Signature, ...]:  # noqa: ANN401 - a row
    """Give what was said of a task, oldest first."""
    return tuple(
        Signature(
            person=known.display_name(one["person"]),
            by=known.display_name(one["on_behalf_by"]) if one.get("on_behalf_by") else None,
            way=one["way"],
            agreed=one["agreed"],
            opinion=one["opinion"],
            at=dt.datetime.fromisoformat(one["at"]),
        )
        for one in task.signatures or ()
    )
