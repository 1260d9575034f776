"""What was compiled on the way, kept for the checks before publication."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.dmn.expressions import Expression
from engine.dmn.reporting import Spot
from engine.dmn.syntax import Table

if TYPE_CHECKING:
    from engine.dmn.building import Builder


@dataclass(frozen=True)
class SeenExpression:
    """A text, what is known around it, and where it stands."""

    expression: Expression
    builder: "Builder"
    spot: Spot


@dataclass
class Seen:
    """All texts and tables of a file."""

    expressions: list[SeenExpression] = field(default_factory=list)
    tables: list[tuple[Table, "Builder"]] = field(default_factory=list)
