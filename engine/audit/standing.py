"""Where a case stands after each step, as its history tells it: all that waits, or of very many what has changed.

A step of a case with thousands of open instances would otherwise repeat all of them, and its history would grow with
their square. The first event of a case tells everything, so whoever reads from there on knows it after each step.
"""

from collections.abc import Mapping
from typing import Any

from engine.interpreter import Outcome

FEW = 50
"""So many are told in full at every step."""


def told(outcome: Outcome) -> dict[str, object]:
    """Give what an event says of where the case stands: ``waiting``, or else what has ``moved``."""
    moved, many = outcome.moved, len(outcome.waiting)
    if moved is not None and many > FEW and len(moved.left) + len(moved.came) < many / 2:
        return {"moved": {"left": sorted(moved.left), "came": pairs(moved.came)}}
    return {"waiting": pairs(outcome.waiting)}


def pairs(waiting: Mapping[int, str]) -> list[list[object]]:
    """Give tokens and elements as events list them."""
    return [[token, element] for token, element in sorted(waiting.items())]


class Standing:
    """Where a case stands, followed from its first event on."""

    def __init__(self) -> None:
        self.places: dict[int, str] = {}
        """Token → element of everything that waits."""

    def follow(self, body: Mapping[str, Any]) -> bool:
        """Go on to the next event; False where it says nothing of where the case stands."""
        if "waiting" in body:
            self.places = {int(token): element for token, element in body["waiting"]}
        elif "moved" in body:
            for token in body["moved"]["left"]:
                self.places.pop(int(token), None)
            self.places |= {int(token): element for token, element in body["moved"]["came"]}
        return "waiting" in body or "moved" in body

    def elements(self) -> list[str]:
        """Give the elements that something waits at, each once, in the order of the tokens."""
        return list(dict.fromkeys(element for _token, element in sorted(self.places.items())))
