"""Targets of mappings: ``a`` sets a variable, ``a.b`` a part of one, as in Zeebe."""

from collections.abc import Mapping
from typing import Any


def put(values: dict[str, Any], target: str, value: object, before: Mapping[str, object] | None = None) -> None:
    """Set what a target names; the other parts of a variable that is there, or was ``before``, stay as they are."""
    name, *rest = target.split(".")
    if not rest:
        values[name] = value
        return
    old = values[name] if name in values else (before or {}).get(name)
    whole = values[name] = dict(old) if isinstance(old, dict) else {}
    for step in rest[:-1]:
        part = whole.get(step)
        # Copied on the way: what others hold of the old value must not change under them.
        whole[step] = dict(part) if isinstance(part, dict) else {}
        whole = whole[step]
    whole[rest[-1]] = value
