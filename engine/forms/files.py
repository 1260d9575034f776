"""What a file picker takes: how many, how large, of which kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath

from engine.clock import Clock
from engine.errors import FieldProblem, mark
from engine.forms import texts
from engine.forms.schema import Component

DEFAULT_MB = Decimal(20)
DEFAULT_COUNT = 20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one file picker takes."""

    accept: tuple[str, ...]
    """Extensions (``.pdf``) and media types (``image/*``), lower case; empty: everything."""
    count: int
    """How many files at most."""
    megabytes: Decimal
    """How large each may be, in units of 1,048,576 bytes, as file managers show them."""

    @property
    def size(self) -> int:
        """Give the largest size in bytes."""
        return int(self.megabytes * 1024 * 1024)


def limits(component: Component, context: texts.Context, clock: Clock | None = None) -> Limits:
    """Read the limits of a file picker.

    ``accept`` and ``multiple`` are form-js's own; ``maxSizeMb`` and ``maxCount`` are custom properties.
    """
    accept = texts.line(component.get("accept"), context, clock)
    multiple = texts.setting(component.get("multiple"), context, clock) is True
    count = int(_positive(component.get("properties.maxCount"), Decimal(DEFAULT_COUNT)))
    return Limits(
        accept=tuple(one.strip().lower() for one in accept.split(",") if one.strip()),
        count=count if multiple else 1,
        megabytes=_positive(component.get("properties.maxSizeMb"), DEFAULT_MB),
    )


def _positive(written: object, default: Decimal) -> Decimal:
    try:
        number = Decimal(str(written))
    except ArithmeticError:
        return default
    return number if number.is_finite() and number > 0 else default


def problem(allowed: Limits, documents: Sequence[Mapping[str, object]]) -> FieldProblem | None:
    """Check document references against the limits; their metadata are what the store found out."""
    if len(documents) > allowed.count:
        return FieldProblem(
            mark("最多 {limit} 个附件，现在有 {count} 个。"),
            {"limit": allowed.count, "count": len(documents)},
        )
    return next((found for one in documents if (found := _one(allowed, one))), None)


def _one(allowed: Limits, document: Mapping[str, object]) -> FieldProblem | None:
    metadata = document.get("metadata")
    known: Mapping[str, object] = metadata if isinstance(metadata, Mapping) else {}
    size = known.get("size")
    return refuse(
        allowed,
        name=str(known.get("fileName") or ""),
        kind=str(known.get("contentType") or ""),
        size=size if isinstance(size, int) else 0,
    )


def refuse(allowed: Limits, *, name: str, kind: str, size: int) -> FieldProblem | None:
    """Say why a file of this name, media type and size in bytes isn't taken, or None."""
    if size > allowed.size:
        return FieldProblem(
            mark("“{name}”太大，单个附件不能超过 {limit} MB。"),
            {"name": name, "limit": texts.number(allowed.megabytes)},
        )
    if allowed.accept and not any(_matches(one, name, kind) for one in allowed.accept):
        return FieldProblem(
            mark("“{name}”的类型不在允许之列：{accept}。"),
            {"name": name, "accept": " ".join(allowed.accept)},
        )
    return None


def _matches(accepted: str, name: str, kind: str) -> bool:
    if accepted.startswith("."):
        return PurePath(name.lower()).suffix == accepted
    if accepted.endswith("/*"):
        return kind.lower().startswith(accepted[:-1])
    return accepted == "*" or kind.lower() == accepted
