"""What the rules of the check share."""

from dataclasses import dataclass
from typing import Literal

from engine.errors import Finding
from engine.interpreter.diagram import Element, Flow


@dataclass(frozen=True, kw_only=True)
class Known:
    """What exists beside the diagram."""

    forms: frozenset[str]
    """Ids of the forms handed in with it or published before."""
    decisions: frozenset[str] = frozenset()
    """Ids of the decisions handed in with it or published before."""
    job_types: frozenset[str]
    """Job types the program does by itself."""


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
