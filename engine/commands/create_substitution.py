"""Let somebody stand in for another person for a time: 代理."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import clock
from engine.clock import SHANGHAI
from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.circles import Span, circle
from engine.execution.standing_in import whole_days
from engine.execution.words import required_reason
from engine.model import Notification, OrganisationRevision, ProcessDefinition, Substitution
from engine.organisation import Organisation, organisation

TITLE = "您从 {start} 到 {end} 代理{who}"


@dataclass(frozen=True, kw_only=True)
class WantedSubstitution:
    """Who shall stand in for whom, when and where."""

    principal: str
    substitute: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    """The first moment at which it no longer holds."""
    process_ids: Sequence[str] | None = None
    """Only in the cases of these processes; None for all."""
    reason: str


def create_substitution(session: Session, wanted: WantedSubstitution, actor: str) -> int:
    """Create a substitution and give its number; tasks that are open already are covered, too.

    A person makes it for themselves, an administrator for anybody. Raises ForbiddenError, InvalidError for people
    who can't sign in, a time that is over, an unknown process, no reason, or where it would lead in a circle.
    """
    # Of two people who name each other at once, the second shall see what the first has written.
    session.execute(select(OrganisationRevision.id).where(OrganisationRevision.id == 1).with_for_update())
    known, now = organisation(session), clock.now()
    if wanted.principal != actor and "admin" not in known.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以替别人设置代理。"))
    _check_people(wanted, known)
    _check_span(session, wanted, known, now)
    processes = list(dict.fromkeys(wanted.process_ids)) if wanted.process_ids is not None else None
    number: int = session.execute(
        insert(Substitution)
        .values(
            principal=wanted.principal,
            substitute=wanted.substitute,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            process_ids=processes,
            reason=wanted.reason.strip(),
            made_by=actor,
            made_at=now,
        )
        .returning(Substitution.id)
    ).scalar_one()
    _tell(session, wanted, known, now)
    return number


def _check_people(wanted: WantedSubstitution, known: Organisation) -> None:
    for where, username in (("principal", wanted.principal), ("substitute", wanted.substitute)):
        person = known.people.get(username)
        if person is None or not person.active:
            raise InvalidError(mark("没有在职的用户 {username}。"), where=where, username=username)
    if wanted.principal == wanted.substitute:
        raise InvalidError(mark("不能代理自己，请选别人。"), where="substitute")
    required_reason(wanted.reason)


def _check_span(session: Session, wanted: WantedSubstitution, known: Organisation, now: dt.datetime) -> None:
    if wanted.starts_at >= wanted.ends_at:
        raise InvalidError(mark("结束日期不能早于开始日期。"), where="ends_at")
    if wanted.ends_at <= now:
        raise InvalidError(mark("结束日期已经过去。"), where="ends_at")
    if wanted.process_ids is not None:
        _check_processes(session, wanted.process_ids)
    processes = frozenset(wanted.process_ids) if wanted.process_ids is not None else None
    span = Span(starts_at=wanted.starts_at, ends_at=wanted.ends_at, process_ids=processes)
    back = circle(session, wanted.principal, wanted.substitute, span)
    if back:
        raise InvalidError(
            mark("这样代理会绕回本人：{people}。请另选代理人，或先结束其中一项代理。"),
            where="substitute",
            people=" → ".join(known.display_name(name) for name in back),
        )


def _check_processes(session: Session, process_ids: Sequence[str]) -> None:
    if not process_ids:
        raise InvalidError(mark("请至少选一个流程，或选择全部流程。"), where="process_ids")
    named = select(ProcessDefinition.process_id).where(ProcessDefinition.process_id.in_(process_ids))
    unknown = set(process_ids) - set(session.scalars(named))
    if unknown:
        raise InvalidError(mark("没有流程 {processes}。"), where="process_ids", processes="、".join(sorted(unknown)))


def _tell(session: Session, wanted: WantedSubstitution, known: Organisation, now: dt.datetime) -> None:
    days = whole_days(wanted.starts_at, wanted.ends_at)
    start, end = (f"{one.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for one in (wanted.starts_at, wanted.ends_at))
    if days is not None:
        start, end = map(str, days)
    title = TITLE.format(start=start, end=end, who=known.display_name(wanted.principal))
    values = {"username": wanted.substitute, "title": title, "text": wanted.reason.strip(), "created_at": now}
    session.execute(insert(Notification).values(**values))
