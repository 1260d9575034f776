"""Start a case."""

from collections.abc import Mapping

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine.audit.chain import GENESIS, Head, NewEvent, append
from engine.errors import ForbiddenError, NotFoundError, mark
from engine.execution.files import bind
from engine.execution.immutable import Definition, definition
from engine.execution.locked import environment
from engine.execution.people import refuse_without_people
from engine.execution.submitting import accepted
from engine.execution.write import open_jobs, open_tasks, with_effects
from engine.interpreter import Case, Environment, Outcome
from engine.model import HistoryEvent, ProcessDefinition, ProcessInstance
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
    found = definition(session, _definition_id(session, process_id, version))
    _require_starter(found, known, actor)
    env = environment(known)
    start_form = found.forms.get(found.start_form_id) if found.start_form_id else None
    values = dict(submitted) if start_form is None else accepted(session, start_form, submitted, {"initiator": actor})
    case = Case.start(found.specification, env, {**values, "initiator": actor})
    outcome = case.outcome()
    refuse_without_people(outcome, known, actor)
    instance_id = _write(session, found, env, outcome, values, actor)
    bind(session, instance_id, values, {}, actor)
    return instance_id


def _require_starter(found: Definition, known: Organisation, actor: str) -> None:
    """Refuse somebody outside the groups that may start the process."""
    groups = {name.strip() for name in found.properties.get("candidateStarterGroups", "").split(",") if name.strip()}
    if groups and not groups & known.groups_of(actor):
        raise ForbiddenError(mark("只有{groups}可以发起“{name}”。"), groups="、".join(sorted(groups)), name=found.name)


def _definition_id(session: Session, process_id: str, version: int | None) -> int:
    statement = select(ProcessDefinition.id).where(ProcessDefinition.process_id == process_id)
    if version is not None:
        statement = statement.where(ProcessDefinition.version == version)
    found = session.scalar(statement.order_by(ProcessDefinition.version.desc()).limit(1))
    if found is None:
        raise NotFoundError(mark("没有已发布的流程 {process}。"), process=process_id)
    return found


def _write(
    session: Session,
    found: Definition,
    env: Environment,
    outcome: Outcome,
    values: Mapping[str, object],
    actor: str,
) -> int:
    ended = outcome.ended_at.label if outcome.ended_at is not None else None
    instance_id = session.scalars(
        insert(ProcessInstance).returning(ProcessInstance.id),
        [
            {
                "definition_id": found.id,
                "title": _title(found, env, outcome),
                "state": "COMPLETED" if outcome.ended else "ACTIVE",
                "outcome": ended if outcome.ended else None,
                "started_by": actor,
                "started_at": env.now,
                "ended_at": env.now if outcome.ended else None,
                "revision": 1,
                "body": outcome.body,
                "event_count": 1,
                "chain_head": GENESIS,
            }
        ],
    ).one()
    event = NewEvent(
        kind="case.started",
        actor=actor,
        body={"input": values, "process": found.process_id, "version": found.version},
    )
    rows, head = append(
        Head(sequence=0, hash=GENESIS),
        [with_effects(event, outcome)],
        instance_id=instance_id,
        at=env.now,
        definition_hash=found.hash,
    )
    session.execute(insert(HistoryEvent), rows)
    # The number is part of what is hashed, and only the database gives it.
    session.execute(update(ProcessInstance).where(ProcessInstance.id == instance_id).values(chain_head=head.hash))
    open_tasks(session, found, instance_id, outcome.tasks, env.now)
    open_jobs(session, instance_id, outcome.jobs)
    return instance_id


def _title(found: Definition, env: Environment, outcome: Outcome) -> str:
    rule = found.properties.get("caseTitle")
    title = env.text_or_expression(rule, outcome.variables) if rule else None
    return title if isinstance(title, str) and title else found.name
