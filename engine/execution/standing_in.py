"""Substitution: who stands in for whom at a moment, directly or through others who are away themselves."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import SHANGHAI
from engine.model import Substitution

MOST = 200
"""People one may stand in for at once: what a query lists by name."""


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """That a person stands in for another, and by which substitutions."""

    principal: str
    process_ids: frozenset[str] | None
    """The processes it covers; None for all."""
    chain: tuple[int, ...]
    """The numbers of the substitutions, the one of the person who acts first."""

    def covers(self, process_id: str) -> bool:
        """Tell whether it holds for the cases of a process."""
        return self.process_ids is None or process_id in self.process_ids


def whole_days(starts_at: dt.datetime, ends_at: dt.datetime) -> tuple[dt.date, dt.date] | None:
    """Give the first and the last day of a time that begins and ends at midnight in Shanghai; None for any other."""
    start, end = starts_at.astimezone(SHANGHAI), ends_at.astimezone(SHANGHAI)
    if start.time() != dt.time() or end.time() != dt.time() or start >= end:
        return None
    return start.date(), end.date() - dt.timedelta(days=1)


def principals_of(session: Session, username: str, now: dt.datetime) -> list[StandIn]:
    """Give everybody a person stands in for: one statement where nobody, one more for each link of a chain.

    A principal may come several times, for different processes; of several ways for the same ones the shortest counts.
    """
    found: list[StandIn] = []
    # Not the name alone: who was reached for one process only may be reached again for all, and lead further there.
    seen: set[tuple[str, frozenset[str] | None]] = set()
    ahead: Mapping[str, list[StandIn | None]] = {username: [None]}
    while ahead and len(found) < MOST:
        further: dict[str, list[StandIn | None]] = {}
        for row in _rows(session, ahead, now):
            for one in _joined(row, ahead[row.substitute]):
                if row.principal != username and (one.principal, one.process_ids) not in seen:
                    seen.add((one.principal, one.process_ids))
                    found.append(one)
                    further.setdefault(row.principal, []).append(one)
        ahead = further
    return found[:MOST]


def stand_in(session: Session, username: str, principal: str, process_id: str, now: dt.datetime) -> StandIn | None:
    """Give by what a person stands in for another in the cases of a process; None where they don't."""
    ways = principals_of(session, username, now)
    return next((way for way in ways if way.principal == principal and way.covers(process_id)), None)


def _rows(session: Session, names: Iterable[str], now: dt.datetime) -> Iterable[Substitution]:
    return session.scalars(
        select(Substitution)
        .where(Substitution.substitute.in_(sorted(names)))
        .where(Substitution.ends_at > now, Substitution.starts_at <= now)
        .order_by(Substitution.id)
    ).all()


def _joined(row: Substitution, ways: Iterable[StandIn | None]) -> Iterator[StandIn]:
    own = frozenset(row.process_ids) if row.process_ids is not None else None
    for way in ways:
        before = way.process_ids if way is not None else None
        both = own if before is None else before if own is None else own & before
        if both is None or both:
            chain = (*(way.chain if way is not None else ()), row.id)
            yield StandIn(principal=row.principal, process_ids=both, chain=chain)
