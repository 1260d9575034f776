"""Whose turn comes in a sequence: the items that wait, and who gets a turn although its rule names somebody else.

``items`` of a body are what its collection has left. Where one of them is somebody's whatever the rule says, ``whose``
has as many places: the ``person``, and where they had the task before, the ``token`` that it had then.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter.detours import ASSIGNEE

HEIR = "heir"
"""Who gets a task instead of the person its rule names; the other rules of the task are asked about them."""
AGAIN = "again"
"""The token that a task had when its holder gave way to somebody who signs before."""
_RULE = re.compile(r"\s*=\s*(?P<name>[^\W\d]\w*)(?P<path>(\s*\.\s*[^\W\d]\w*)*)\s*")
Whose = Mapping[str, Any]


def people(body: SpiffTask, rule: str | None) -> list[str | None]:
    """Give who will be asked at each place by their rule; None where only the rule can tell, when it comes to that."""
    item = body.task_spec.loop.item
    return [str(whose["person"]) if whose else _named(rule, item, one) for one, whose in _turns(body)]


def shown(body: SpiffTask) -> list[object]:
    """Give the items in turn, and the person instead where one of them is somebody else's."""
    return [whose["person"] if whose else item for item, whose in _turns(body)]


def give(body: SpiffTask, places: Sequence[int], person: str) -> None:
    """Let somebody get turns of somebody else. What the other has typed there is not shown to them."""
    state = body.internal_data["loop"]
    whose = state.setdefault("whose", [None] * len(state["items"]))
    for place in places:
        whose[place] = {"person": person, **({"token": None} if "token" in (whose[place] or {}) else {})}


def put_next(state: dict[str, Any], item: object, whose: Whose | None = None) -> None:
    """Let a turn come next."""
    if whose is not None and "whose" not in state:
        state["whose"] = [None] * len(state["items"])
    state["items"].insert(0, item)
    if "whose" in state:
        state["whose"].insert(0, whose)


def take(state: dict[str, Any], place: int = 0) -> tuple[object, Whose | None]:
    """Take a turn out of those that wait."""
    item = state["items"].pop(place)
    whose = state["whose"].pop(place) if "whose" in state else None
    if not any(state.get("whose", ())):
        state.pop("whose", None)
    return item, whose


def assign(instance: SpiffTask, whose: Whose | None) -> None:
    """Let the person get the task of their turn."""
    if whose is None:
        return
    instance.internal_data[ASSIGNEE if "token" in whose else HEIR] = whose["person"]
    if whose.get("token") is not None:
        instance.internal_data[AGAIN] = int(whose["token"])


def whose_is(task: SpiffTask) -> Whose | None:
    """Give whose a task is that goes back among those that wait; None where its rule says so."""
    if ASSIGNEE in task.peek:
        return {"person": task.peek[ASSIGNEE], "token": int(task.id)}
    return {"person": task.peek[HEIR]} if HEIR in task.peek else None


def _turns(body: SpiffTask) -> Iterator[tuple[object, Whose | None]]:
    state = body.peek["loop"]
    return zip(state["items"], state.get("whose") or [None] * len(state["items"]), strict=True)


def _named(rule: str | None, name: str | None, item: object) -> str | None:
    """Give the person that an item names by a rule that only reads it; all others may ask the organisation."""
    found = _RULE.fullmatch(rule or "")
    if found is None or found["name"] != name:
        return None
    for part in re.findall(r"\w+", found["path"]):
        item = item.get(part) if isinstance(item, Mapping) else None
    return item if isinstance(item, str) else None
