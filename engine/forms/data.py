"""Reading and writing nested data by path."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from engine.forms.schema import Component, Form, Path


class _Absent:
    """The mark of a value that isn't there, which None can't be."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


def get(data: object, path: Path) -> object:
    """Give the value at a path, or ABSENT."""
    found = data
    for step in path:
        if isinstance(step, int):
            found = found[step] if isinstance(found, list | tuple) and step < len(found) else ABSENT
        else:
            # Asking an abstract class costs ten times as much as asking dict, and nearly all are dicts.
            found = found.get(step, ABSENT) if isinstance(found, dict) or isinstance(found, Mapping) else ABSENT  # noqa: SIM101
    return found


def put(data: dict[str, object], path: Path, value: object) -> None:
    """Set the value at a path, making the contexts that lead there.

    A list that lies on the way must exist already and be long enough.
    """
    holder: object = data
    for step, following in pairwise(path):
        inner = get(holder, (step,))
        if not isinstance(inner, list if isinstance(following, int) else dict):
            inner = [] if isinstance(following, int) else {}
            _set(holder, step, inner)
        holder = inner
    _set(holder, path[-1], value)


def _set(holder: object, step: str | int, value: object) -> None:
    if isinstance(holder, dict | list):
        holder[step] = value  # type: ignore[index]  # the caller chose the holder by the kind of step


def values_of(form: Form, data: Mapping[str, object]) -> Iterator[tuple[Component, object]]:
    """Give each field of a form with its value in what was submitted, those in rows of lists one by one."""
    for component in form.components:
        yield from _values_of(component, data)


def _values_of(component: Component, data: object) -> Iterator[tuple[Component, object]]:
    value = get(data, component.local)
    if component.kind.keyed and value is not ABSENT:
        yield component, value
    inner = value if component.local else data
    rows = inner if component.kind.repeats and isinstance(inner, list) else [inner]
    for row in rows:
        for child in component.components:
            yield from _values_of(child, row)


def name_of(path: Path) -> str:
    """Write a path as the name of an input: ``contacts[0].phone``."""
    written = ""
    for step in path:
        written += f"[{step}]" if isinstance(step, int) else f".{step}" if written else step
    return written
