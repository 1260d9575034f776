"""Which cases were copied to a person, and which of them they have not read."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from engine.model import CaseReader, ProcessDefinition, ProcessInstance, User
from engine.queries.paging import Page, fetch_page
from engine.queries.people import Person


@dataclass(frozen=True, kw_only=True)
class CopyRow:
    """One case that was copied to the reader."""

    instance_id: int
    case_title: str
    case_state: str
    process_name: str
    by: str
    """The display name of who sent it; ``system`` where the diagram did."""
    note: str
    at: dt.datetime
    read_at: dt.datetime | None


def unread_copies(person: Person) -> Select[int]:
    """Select the numbers of cases that were copied to the person and are not read."""
    return select(CaseReader.instance_id).where(
        CaseReader.username == person.username, CaseReader.kind == "copy", CaseReader.read_at.is_(None)
    )


def list_copies(session: Session, person: Person, page: int) -> Page[CopyRow]:
    """Give one page of what was copied to the person, newest first: two statements."""
    statement = (
        select(
            CaseReader.instance_id,
            CaseReader.note,
            CaseReader.at,
            CaseReader.read_at,
            ProcessInstance.title.label("case_title"),
            ProcessInstance.state.label("case_state"),
            ProcessDefinition.name.label("process_name"),
            func.coalesce(User.display_name, CaseReader.by).label("by"),
        )
        .join(ProcessInstance, ProcessInstance.id == CaseReader.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(User, User.username == CaseReader.by)
        .where(CaseReader.username == person.username, CaseReader.kind == "copy")
        .order_by(CaseReader.at.desc(), CaseReader.instance_id.desc())
    )
    return fetch_page(session, statement, page, _row)


def _row(row: Row[*tuple[Any, ...]]) -> CopyRow:
    return CopyRow(**row._asdict())
