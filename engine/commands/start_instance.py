"""Start a case."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, mark
from engine.execution.files import bind, genuine
from engine.execution.immutable import Definition
from engine.execution.locked import environment
from engine.execution.people import refuse_without_people
from engine.execution.starting import newest_definition, write_start
from engine.execution.submitting import accepted, handed_in, hold
from engine.interpreter import Case
from engine.organisation import Organisation, organisation


def start_instance(
    session: Session,
    process_id: str,
    submitted: Mapping[str, object],
    actor: str,
    *,
    version: int | None = None,
) -> int:
    """Start a case of a process and give its number.

    ``submitted`` are the values of the start form; ``version`` is the newest unless given. Raises
    NotFoundError, ForbiddenError, FormInvalidError, or InvalidError where the first task has no person.
    """
    known = organisation(session)
    found = newest_definition(session, process_id, version)
    _require_starter(found, known, actor)
    env = environment(session, known, found)
    start_form = found.forms.get(found.start_form_id) if found.start_form_id else None
    values = dict(submitted) if start_form is None else accepted(session, start_form, submitted, {"initiator": actor})
    files = handed_in(session, start_form, values)
    values = genuine(session, values, files, {}, actor)
    case = Case.start(found.specification, env, {**values, "initiator": actor})
    outcome = case.outcome()
    refuse_without_people(outcome, known, actor)
    event = NewEvent(
        kind="case.started",
        actor=actor,
        body={"input": values, "process": found.process_id, "version": found.version},
    )
    instance_id = write_start(session, found, case, outcome, event, started_by=actor)
    bind(session, instance_id, files, {}, actor)
    hold(session, start_form, values, instance_id)
    return instance_id


def _require_starter(found: Definition, known: Organisation, actor: str) -> None:
    """Refuse somebody outside the groups that may start the process."""
    groups = {name.strip() for name in found.properties.get("candidateStarterGroups", "").split(",") if name.strip()}
    if groups and not groups & known.groups_of(actor):
        raise ForbiddenError(mark("只有{groups}可以发起“{name}”。"), groups="、".join(sorted(groups)), name=found.name)
