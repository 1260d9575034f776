"""Who stands in for whom: a person's own substitutions, or all of them for administrators."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from engine import clock
from engine.execution.standing_in import whole_days
from engine.model import ProcessDefinition, Substitution
from engine.organisation import organisation
from engine.queries.people import Person


@dataclass(frozen=True, kw_only=True)
class SubstitutionRow:
    """One substitution."""

    id: int
    principal: str
    substitute: str
    principal_name: str
    substitute_name: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    days: tuple[dt.date, dt.date] | None
    """The first and the last day, where it is a matter of whole days."""
    processes: tuple[str, ...] | None
    """Names of the processes it covers; None for all."""
    process_ids: tuple[str, ...] | None
    reason: str
    made_by: str
    """A display name."""
    ended_by: str | None
    """The display name of who ended it before its time."""
    state: str
    """``coming``, ``present`` or ``over``."""
    may_end: bool


def list_substitutions(session: Session, person: Person, *, everybody: bool = False) -> list[SubstitutionRow]:
    """Give the newest 200 that name the person, or of everybody to an administrator, those that hold first."""
    known, now = organisation(session), clock.now()
    mine = or_(Substitution.principal == person.username, Substitution.substitute == person.username)
    rows = session.scalars(
        select(Substitution)
        .where(true() if everybody and "admin" in person.roles else mine)
        .order_by((Substitution.ends_at > now).desc(), Substitution.starts_at.desc(), Substitution.id.desc())
        .limit(200)
    ).all()
    names = dict(process_choices(session)) if any(row.process_ids is not None for row in rows) else {}
    return [
        SubstitutionRow(
            id=row.id,
            principal=row.principal,
            substitute=row.substitute,
            principal_name=known.display_name(row.principal),
            substitute_name=known.display_name(row.substitute),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            days=whole_days(row.starts_at, row.ends_at),
            processes=tuple(names.get(one, one) for one in row.process_ids) if row.process_ids is not None else None,
            process_ids=tuple(row.process_ids) if row.process_ids is not None else None,
            reason=row.reason,
            made_by=known.display_name(row.made_by),
            ended_by=known.display_name(row.ended_by) if row.ended_by else None,
            state="over" if row.ends_at <= now else "present" if row.starts_at <= now else "coming",
            may_end=row.ends_at > now and (row.principal == person.username or "admin" in person.roles),
        )
        for row in rows
    ]


def process_choices(session: Session) -> list[tuple[str, str]]:
    """Give id and newest name of each process, by name."""
    rows = session.execute(
        select(ProcessDefinition.process_id, ProcessDefinition.name).order_by(ProcessDefinition.version)
    )
    newest = {row.process_id: row.name for row in rows}
    return sorted(newest.items(), key=lambda pair: pair[1])
