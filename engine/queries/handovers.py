"""Hand-overs and how far they are; and which rules still name somebody who leaves."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotFoundError, mark
from engine.execution.handing_over import open_tasks_of, turns_of
from engine.execution.immutable import definition
from engine.interpreter import Element, Process
from engine.model import Content, DecisionDefinition, Department, Handover, ProcessDefinition, Substitution, User
from engine.organisation import Organisation, organisation


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A task that was not handed over, and why."""

    task_id: int
    message: str
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class HandoverView:
    """One hand-over."""

    id: int
    leaver: str
    leaver_name: str
    successor: str
    successor_name: str
    reason: str
    made_by: str
    """A display name."""
    made_at: dt.datetime
    total: int
    done: int
    skipped: tuple[Skipped, ...]
    finished_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class NamingRule:
    """A rule that names the leaver: it will find them again unless somebody changes it."""

    where: str
    """The process, table or place in the organisation."""
    what: str
    """A msgid: the kind of rule."""
    text: str
    """The rule, or who or what it is about."""
    note: str = ""
    """A msgid: what to know of the text before reading it."""


def open_handovers(session: Session) -> list[int]:
    """Give the numbers of hand-overs that are not finished, the oldest first."""
    return list(session.scalars(select(Handover.id).where(Handover.finished_at.is_(None)).order_by(Handover.id)))


def turns_to_hand_over(session: Session, handover_id: int, most: int) -> list[int] | None:
    """Look for the turns in sequences that a leaver still has, by the tasks that come before; it reads many cases.

    None while the leaver has as many open tasks as that: those are handed over first.
    """
    leaver = session.get_one(Handover, handover_id).leaver
    open_ones = session.scalars(open_tasks_of(leaver).limit(most)).all()
    return list(turns_of(session, leaver)) if len(open_ones) < most else None


def list_handovers(session: Session) -> list[HandoverView]:
    """Give the newest 100 hand-overs."""
    known = organisation(session)
    rows = session.scalars(select(Handover).order_by(Handover.id.desc()).limit(100)).all()
    return [_view(row, known) for row in rows]


def view_handover(session: Session, handover_id: int) -> HandoverView:
    """Give one hand-over. Raises NotFoundError."""
    row = session.get(Handover, handover_id)
    if row is None:
        raise NotFoundError(mark("没有编号为 {number} 的交接。"), number=handover_id)
    return _view(row, organisation(session))


def rules_naming(session: Session, username: str) -> list[NamingRule]:
    """Give what names a person in the newest diagrams and tables, in the organisation, and in substitutions."""
    return [*_diagrams(session, username), *_tables(session, username), *_organisation(session, username)]


def _view(row: Handover, known: Organisation) -> HandoverView:
    return HandoverView(
        id=row.id,
        leaver=row.leaver,
        leaver_name=known.display_name(row.leaver),
        successor=row.successor,
        successor_name=known.display_name(row.successor),
        reason=row.reason,
        made_by=known.display_name(row.made_by),
        made_at=row.made_at,
        total=row.total,
        done=row.done,
        skipped=tuple(Skipped(task_id=one["task"], message=one["message"], facts=one["facts"]) for one in row.skipped),
        finished_at=row.finished_at,
    )


def _diagrams(session: Session, username: str) -> Iterator[NamingRule]:
    newest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.process_id)
    for number in session.scalars(newest).all():
        of = definition(session, number)
        for element, text in _texts(of.process):
            if _names(text, username):
                yield NamingRule(where=f"{of.name} · {element}", what=mark("流程图里的规则"), text=text)


def _texts(process: Process) -> Iterator[tuple[str, str]]:
    yield from ((process.name, f"{name} = {text}") for name, text in process.properties.items())
    for element in process.elements.values():
        yield from ((element.label, text) for text in _rules(element))
    yield from ((flow.name or flow.id, flow.condition) for flow in process.flows.values() if flow.condition)


def _rules(element: Element) -> Iterator[str]:
    rules = (element.assignee, element.candidate_users, element.candidate_groups, element.script, element.condition)
    yield from (text for text in rules if text)
    yield from (f"{mapped.target} ← {mapped.source}" for mapped in (*element.inputs, *element.outputs))
    yield from (f"{name} = {text}" for name, text in {**element.headers, **element.properties}.items())
    if element.loop is not None:
        yield from (text for text in (element.loop.collection, element.loop.completion) if text)


def _tables(session: Session, username: str) -> Iterator[NamingRule]:
    newest = select(func.max(DecisionDefinition.id)).group_by(DecisionDefinition.decision_id)
    rows = session.execute(
        select(DecisionDefinition.name, Content.body)
        .join(Content, Content.sha256 == DecisionDefinition.sha256)
        .where(DecisionDefinition.id.in_(newest))
        .order_by(DecisionDefinition.name)
    )
    for row in rows:
        if _names(row.body.decode("utf-8", "replace"), username):
            yield NamingRule(where=row.name, what=mark("决策表"), text=username)


def _organisation(session: Session, username: str) -> Iterator[NamingRule]:
    known = organisation(session)
    person = known.people.get(username)
    for group in sorted(person.groups) if person is not None else ():
        others = [name for name in known.members_of(group) if name != username]
        left = "、".join(known.display_name(name) for name in others)
        note = mark("另有") if left else mark("没有别人")
        yield NamingRule(where=group, what=mark("岗位或小组的成员"), text=left, note=note)
    for name in session.scalars(select(Department.name).where(Department.head == username).order_by(Department.name)):
        yield NamingRule(where=name, what=mark("部门负责人"), text=known.display_name(username))
    for name in session.scalars(
        select(User.display_name).where(User.superior == username, User.active.is_(True)).order_by(User.id)
    ):
        yield NamingRule(where=name, what=mark("上级"), text=known.display_name(username))
    standing = select(Substitution).where(
        or_(Substitution.principal == username, Substitution.substitute == username),
        Substitution.ends_at > clock.now(),
    )
    for row in session.scalars(standing):
        text = f"{known.display_name(row.substitute)} → {known.display_name(row.principal)}"
        yield NamingRule(where=f"#{row.id}", what=mark("代理"), text=text)


def _names(text: str, username: str) -> bool:
    """Tell whether a text has the username as a word of its own."""
    return re.search(rf"(?<![\w.-]){re.escape(username)}(?![\w-])(?!\.\w)", text) is not None
