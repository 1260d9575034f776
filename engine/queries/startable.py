"""Which processes a person may start."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import ForbiddenError, NotFoundError, mark
from engine.execution.immutable import definition, form
from engine.forms import Form
from engine.interpreter.diagram import CLAUSE
from engine.model import ProcessDefinition
from engine.queries.people import Person


@dataclass(frozen=True, kw_only=True)
class StartableProcess:
    """The newest version of a process that the person may start."""

    process_id: str
    name: str
    version: int
    description: str
    """What the process is for: the ``description`` property of the diagram, else how its documentation begins."""
    has_form: bool


def startable_processes(session: Session, person: Person) -> list[StartableProcess]:
    """Give the processes whose ``candidateStarterGroups`` or ``candidateStarterUsers`` name the person, by name."""
    latest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.process_id)
    rows = session.execute(
        select(
            ProcessDefinition.id,
            ProcessDefinition.process_id,
            ProcessDefinition.name,
            ProcessDefinition.version,
            ProcessDefinition.properties,
            ProcessDefinition.start_form_id,
        )
        .where(ProcessDefinition.id.in_(latest))
        .order_by(ProcessDefinition.name)
    )
    return [
        StartableProcess(
            process_id=row.process_id,
            name=row.name,
            version=row.version,
            description=str(
                row.properties.get("description") or _first_sentence(definition(session, row.id).process.documentation)
            ),
            has_form=row.start_form_id is not None,
        )
        for row in rows
        if may_start(row.properties, person)
    ]


def _first_sentence(documentation: str) -> str:
    """Give the first sentence of a documentation, without the numbers of clauses."""
    text = CLAUSE.sub("", documentation).strip().partition("\n")[0]
    sentence, stop, _ = text.partition("。")
    return sentence + stop


def may_start(properties: Mapping[str, object], person: Person) -> bool:
    """Tell whether a process's properties let the person start it; one that names nobody is open to all staff."""
    groups = names_in(properties.get("candidateStarterGroups"))
    users = names_in(properties.get("candidateStarterUsers"))
    if not groups and not users:
        return "staff" in person.roles
    return person.username in users or bool(groups & person.groups)


def names_in(text: object) -> set[str]:
    """Read a list of names as a diagram property writes it: separated by commas, of either alphabet."""
    return {name.strip() for name in str(text or "").replace("\uff0c", ",").split(",") if name.strip()}


@dataclass(frozen=True, kw_only=True)
class StartView:
    """What the page shows on which a case is started."""

    process_id: str
    name: str
    version: int
    documentation: str
    form: Form | None


def view_start(session: Session, person: Person, process_id: str) -> StartView:
    """Give the newest version of a process to somebody who may start it. Raises NotFoundError, ForbiddenError."""
    found = session.scalar(select(func.max(ProcessDefinition.id)).where(ProcessDefinition.process_id == process_id))
    if found is None:
        raise NotFoundError(mark("没有已发布的流程 {process}。"), process=process_id)
    newest = definition(session, found)
    if not may_start(newest.properties, person):
        raise ForbiddenError(mark("您的岗位不能发起“{name}”。"), name=newest.name)
    key = newest.forms.get(newest.start_form_id) if newest.start_form_id else None
    return StartView(
        process_id=process_id,
        name=newest.name,
        version=newest.version,
        documentation=newest.process.documentation,
        form=form(session, key) if key is not None else None,
    )
