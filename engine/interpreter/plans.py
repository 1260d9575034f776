"""What going back is worked out from, and what it does: the passages of a case, and the plan that a return follows."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

CASE = 0
"""The scope of what stands in no sub-process."""
BODY = "multiInstanceBody"
"""The kind of a passage that stands for a repeated activity as a whole."""


@dataclass(frozen=True, kw_only=True)
class Walked:
    """One passage, in the order in which they began."""

    token: int
    element_id: str
    kind: str
    """The local name of its tag; ``multiInstanceBody`` for the body of a repeated activity."""
    state: str
    """ACTIVE, COMPLETED or TERMINATED."""
    causes: tuple[int, ...] = ()
    scope: int = CASE

    @property
    def is_single(self) -> bool:
        """Tell whether one person did it, and not several one after the other or at once."""
        return self.kind != BODY


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A token that waits at a join, or keeps the place of a task that was sent back."""

    token: int
    causes: tuple[int, ...]
    scope: int


@dataclass(frozen=True, kw_only=True)
class Reopened:
    """A sub-process that had ended and is there again, without its start."""

    scope: int
    """The token it had."""
    element_id: str
    causes: tuple[int, ...]
    within: int
    interrupted: bool = False
    """An event in it has taken over: it goes on with what that has brought, and waits for no other."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """A token that waits at its join again."""

    join: str
    source: str
    """The element it came from."""
    cause: int
    within: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that a return does; kept in its event, so that it is done again without asking anybody."""

    element_id: str
    causes: tuple[int, ...]
    within: int
    """The token of the scope to begin in; of one in ``reopened`` the token it had before."""
    cancel: tuple[int, ...] = ()
    """Tokens to take away, of sub-processes with all inside."""
    arrivals: tuple[int, ...] = ()
    """Tokens to take away from joins, and places that were kept."""
    reopened: tuple[Reopened, ...] = ()
    """The outermost first."""
    restored: tuple[Restored, ...] = ()
    undone: tuple[int, ...] = field(default=())
    """Every passage that is as if it had not been."""

    def as_json(self) -> dict[str, Any]:
        """Write it for an event."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Plan":
        """Read it from an event."""
        return cls(
            element_id=content["element_id"],
            causes=_tokens(content["causes"]),
            within=int(content["within"]),
            cancel=_tokens(content["cancel"]),
            arrivals=_tokens(content["arrivals"]),
            reopened=tuple(
                Reopened(
                    scope=int(one["scope"]),
                    element_id=one["element_id"],
                    causes=_tokens(one["causes"]),
                    within=int(one["within"]),
                    interrupted=one.get("interrupted", False),
                )
                for one in content["reopened"]
            ),
            restored=tuple(
                Restored(join=one["join"], source=one["source"], cause=int(one["cause"]), within=int(one["within"]))
                for one in content["restored"]
            ),
            undone=_tokens(content["undone"]),
        )


def _tokens(numbers: Iterable[Any]) -> tuple[int, ...]:
    return tuple(int(number) for number in numbers)
