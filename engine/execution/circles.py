"""Substitutions that would lead back to whom they begin with."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.model import Substitution


@dataclass(frozen=True, kw_only=True)
class Span:
    """When and where a chain of substitutions holds."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    process_ids: frozenset[str] | None
    """None for all."""

    def meet(self, row: Substitution) -> "Span | None":
        """Give where a further substitution holds, too; None where nowhere."""
        starts, ends = max(self.starts_at, row.starts_at), min(self.ends_at, row.ends_at)
        theirs = frozenset(row.process_ids) if row.process_ids is not None else None
        both = theirs if self.process_ids is None else self.process_ids if theirs is None else self.process_ids & theirs
        return Span(starts_at=starts, ends_at=ends, process_ids=both) if starts < ends and both != frozenset() else None


def circle(session: Session, principal: str, substitute: str, span: Span) -> tuple[str, ...]:
    """Give the people by whom a new substitution would come back to its principal; empty where it does not."""
    ahead: list[tuple[tuple[str, ...], Span]] = [((principal, substitute), span)]
    while ahead:
        rows = _rows(session, {path[-1] for path, _span in ahead}, span)
        further = [*_further(ahead, rows)]
        back = next((path for path, _span in further if path[-1] == principal), None)
        if back is not None:
            return back
        ahead = further
    return ()


def _further(
    ahead: Sequence[tuple[tuple[str, ...], Span]], rows: Iterable[Substitution]
) -> Iterable[tuple[tuple[str, ...], Span]]:
    for row in rows:
        for path, span in ahead:
            met = span.meet(row) if row.principal == path[-1] else None
            # A name that comes again, other than the first, is a circle that was refused before.
            if met is not None and row.substitute not in path[1:]:
                yield (*path, row.substitute), met


def _rows(session: Session, names: Iterable[str], span: Span) -> Sequence[Substitution]:
    return session.scalars(
        select(Substitution)
        .where(Substitution.principal.in_(sorted(names)))
        .where(Substitution.ends_at > span.starts_at, Substitution.starts_at < span.ends_at)
    ).all()
