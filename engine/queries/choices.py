"""What can be chosen next in the ad-hoc sub-processes of a case."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.audit.standing import Standing
from engine.interpreter import Process


@dataclass(frozen=True, kw_only=True)
class Choosable:
    """An element that can be begun, again and again."""

    id: str
    name: str
    documentation: str
    running: int
    """How many of it wait for somebody now."""


@dataclass(frozen=True, kw_only=True)
class OpenChoice:
    """An ad-hoc sub-process that is open, and what can be begun in it."""

    token: int
    element_id: str
    name: str
    elements: tuple[Choosable, ...]


def open_choices(process: Process, bodies: Iterable[Mapping[str, Any]]) -> tuple[OpenChoice, ...]:
    """Give what can be chosen after the history events of a case, oldest first. Costs no statement."""
    if not process.has_adhoc:
        return ()
    standing = Standing()
    for body in bodies:
        standing.follow(body)
    return tuple(_choices(process, sorted(standing.places.items())))


def _choices(process: Process, waiting: Iterable[tuple[int, str]]) -> Iterator[OpenChoice]:
    running = Counter(element_id for _token, element_id in waiting)
    for token, element_id in waiting:
        element = process.elements.get(element_id)
        if element is not None and element.adhoc is not None:
            startable = (
                Choosable(id=one.id, name=one.label, documentation=one.documentation, running=running[one.id])
                for one in process.startable(element.id)
            )
            yield OpenChoice(token=int(token), element_id=element.id, name=element.label, elements=tuple(startable))
