"""Who reads personal data as they are: the people of a case, their superiors, and auditors, whose looks are noted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from engine.errors import ForbiddenError, NotFoundError, mark
from engine.execution.immutable import Definition, definition
from engine.execution.personal import veil_over
from engine.forms import NOTHING_HIDDEN, Veil
from engine.interpreter import load_scopes, load_variables
from engine.model import CaseReader, ProcessInstance, UserTask, UserTaskCandidate
from engine.queries.access import superior_of_people
from engine.queries.people import Person
from engine.queries.standing_in import delegated, held, named
from engine.queries.timeline import entered_values, load_events


@dataclass(frozen=True, kw_only=True)
class Sight:
    """How somebody sees a case."""

    veil: Veil
    """What is kept from them."""
    personal: Literal["none", "shown", "hidden"]
    """Whether there are personal data, and whether they see them as they are."""


def sight(session: Session, person: Person, instance_id: int, of: Definition, *known: Mapping[str, object]) -> Sight:
    """Give how a person who may see a case sees some values of it."""
    veil = veil_over(session, of, *known)
    if not any(map(veil.concerns, known)):
        return Sight(veil=NOTHING_HIDDEN, personal="none")
    if sees_personal(session, person, instance_id):
        return Sight(veil=NOTHING_HIDDEN, personal="shown")
    return Sight(veil=veil, personal="hidden")


def sees_personal(session: Session, person: Person, instance_id: int) -> bool:
    """Tell whether a person reads the personal data of a case as they are.

    These are its initiator, whoever has or had a task of it or stands in for them, whoever may claim one that is
    open, everybody above the initiator and the assignees, and auditors. Reading all cases of a process, having been
    sent a copy, or administering it, is not enough.
    """
    if "auditor" in person.roles:
        return True
    started = session.scalar(select(ProcessInstance.started_by).where(ProcessInstance.id == instance_id))
    return (
        started == person.username
        or _has_task(session, person, instance_id)
        or superior_of_people(session, person, instance_id)
    )


def _has_task(session: Session, person: Person, instance_id: int) -> bool:
    claimable = and_(
        UserTask.state == "CREATED",
        UserTask.assignee.is_(None),
        exists().where(UserTaskCandidate.task_id == UserTask.id).where(named(session, person)),
    )
    own = or_(
        held(session, person),
        UserTask.completed_by == person.username,
        delegated(session, person),
        claimable,
    )
    before = exists().where(
        CaseReader.instance_id == instance_id, CaseReader.username == person.username, CaseReader.kind == "took_part"
    )
    has = exists().where(UserTask.instance_id == instance_id, own)
    return bool(session.scalar(select(or_(before, has))))


def require_whole_case(session: Session, person: Person, instance_id: int) -> bool:
    """Refuse somebody who would take along a case with personal data that are masked for them.

    Tell whether there are any. Raises NotFoundError and ForbiddenError.
    """
    case = session.get(ProcessInstance, instance_id)
    if case is None:
        raise NotFoundError(mark("没有编号为 {id} 的事项，或者您看不到它。"), id=instance_id)
    of, events = definition(session, case.definition_id), load_events(session, instance_id)
    seen = sight(session, person, instance_id, of, load_variables(case.body), *entered_values(events))
    if seen.personal == "hidden":
        raise ForbiddenError(mark("事项 #{id} 里有个人信息，只有审计人员和办理它的人能导出它。"), id=instance_id)
    return seen.personal == "shown"


class Veils:
    """Sights of several cases by one person, each worked out once: for lists."""

    def __init__(self, session: Session, person: Person) -> None:
        self._session = session
        self._person = person
        self._known: dict[int, tuple[Sight, dict[int, dict[str, Any]]]] = {}

    def of(self, instance_id: int | None) -> Veil:
        """Give what is kept of a case; nothing of what belongs to none."""
        return NOTHING_HIDDEN if instance_id is None else self.sight(instance_id).veil

    def sight(self, instance_id: int) -> Sight:
        """Give how the person sees the present data of a case."""
        return self._look(instance_id)[0]

    def scopes(self, instance_id: int) -> dict[int, dict[str, Any]]:
        """Give the variables of each scope of a case as the person may see them; 0 is the whole case."""
        seen, scopes = self._look(instance_id)
        return {scope: seen.veil.values(values) for scope, values in scopes.items()}

    def _look(self, instance_id: int) -> tuple[Sight, dict[int, dict[str, Any]]]:
        if instance_id not in self._known:
            row = self._session.execute(
                select(ProcessInstance.definition_id, ProcessInstance.body).where(ProcessInstance.id == instance_id)
            ).one()
            of, scopes = definition(self._session, row.definition_id), load_scopes(row.body)
            self._known[instance_id] = sight(self._session, self._person, instance_id, of, *scopes.values()), scopes
        return self._known[instance_id]

    @property
    def shown(self) -> list[int]:
        """Give the cases whose personal data the person has seen as they are."""
        return [instance_id for instance_id, (one, _scopes) in self._known.items() if one.personal == "shown"]
