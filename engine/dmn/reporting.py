"""Findings about a DMN file: each names the element, the rule, the line and the remedy."""

from dataclasses import dataclass, field, replace
from typing import Literal

from engine.dmn.syntax import Element
from engine.errors import Finding

MAX_FINDINGS = 200
"""Findings kept for one file; nobody reads more at once."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where in a model something stands: the element, and the rule where it is a table's."""

    id: str | None = None
    name: str | None = None
    line: int | None = None
    rule: int | None = None
    """The number of the rule, counted from 1."""


@dataclass(kw_only=True)
class Report:
    """The findings about one file."""

    resource: str | None = None
    findings: list[Finding] = field(default_factory=list)

    def error(self, code: str, message: str, spot: Spot, **facts: object) -> None:
        """Add what forbids publication."""
        self.add("error", code, message, spot, **facts)

    def warning(self, code: str, message: str, spot: Spot, **facts: object) -> None:
        """Add what the author should look at."""
        self.add("warning", code, message, spot, **facts)

    def add(
        self, severity: Literal["error", "warning"], code: str, message: str, spot: Spot, /, **facts: object
    ) -> None:
        """Add a finding; the place goes into its facts too, so that a sentence can name it."""
        place = {"name": spot.name or spot.id or "", "id": spot.id or "", "line": spot.line or 0, "rule": spot.rule}
        found = Finding(
            severity=severity,
            code=code,
            message=message,
            facts={**{key: value for key, value in place.items() if value is not None}, **facts},
            resource=self.resource,
            element=spot.id,
            name=spot.name,
            line=spot.line,
        )
        if found not in self.findings and len(self.findings) < MAX_FINDINGS:
            self.findings.append(found)


def at_rule(spot: Spot, element: Element, rule: int | None) -> Spot:
    """Give a place within an expression, or one rule of a table."""
    line = element.line or spot.line
    return (
        replace(spot, line=line)
        if rule is None
        else Spot(id=element.id or spot.id, name=spot.name, line=line, rule=rule)
    )
