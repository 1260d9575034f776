"""What the rules of the check share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.errors import Finding
from engine.interpreter.diagram import Element, Flow, Process


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a task of one built-in type must be told."""

    required: Mapping[str, str] = field(default_factory=dict)
    """Input → an example of it."""
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Input → what may stand there, where it is a plain text."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What exists beside the diagram."""

    forms: frozenset[str]
    """Ids of the forms handed in with it or published before."""
    decisions: frozenset[str] = frozenset()
    """Ids of the decisions handed in with it or published before."""
    job_types: frozenset[str]
    """Job types the program does by itself."""
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    """What tasks of these types must be told."""
    registers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Register → its statuses, of those handed in with it or published before."""


def finding(
    code: str,
    message: str,
    *,
    severity: Literal["error", "warning"] = "error",
    element: str | None = None,
    name: str | None = None,
    line: int | None = None,
    **facts: object,
) -> Finding:
    """Make a finding without a resource; the check adds it."""
    return Finding(
        severity=severity, code=code, message=message, facts=facts, element=element, name=name or None, line=line
    )


def about(
    element: Element | Flow,
    code: str,
    message: str,
    *,
    severity: Literal["error", "warning"] = "error",
    **facts: object,
) -> Finding:
    """Make a finding about an element or flow; ``label`` is what people know it by."""
    label = element.name or element.id
    return finding(
        code,
        message,
        severity=severity,
        element=element.id,
        name=element.name,
        line=element.line,
        label=label,
        **facts,
    )


def of_kind(process: Process, *kinds: str) -> Iterator[Element]:
    """Give the elements of some kinds, in the order of the file."""
    return (element for element in process.elements.values() if element.kind in kinds)
