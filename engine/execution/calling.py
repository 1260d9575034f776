"""Call activities: a case of its own for what is called, tied to the token that waits for it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import NotFoundError, mark
from engine.execution.immutable import Definition, definition
from engine.execution.locked import LockedCase, environment
from engine.execution.people import hand_to_administrators
from engine.execution.starting import newest_definition, write_start
from engine.interpreter import Case
from engine.interpreter.diagram import Called
from engine.model import ProcessDefinition


def call_process(locked: LockedCase, case: Case) -> int:
    """Start the case that a call activity calls, and give its number.

    It sees the call's own inputs, and all variables of the caller unless the diagram says otherwise. Raises
    NotFoundError where no such process is published.
    """
    token, session = locked.work.token, locked.session
    called = locked.definition.process.elements[locked.work.element_id].called
    found = _bound(session, locked.definition.id, locked.work.type, called)
    inherits = called is None or called.propagate_parent
    variables = {**(case.visible(token) if inherits else {}), **case.inputs(token)}
    env = environment(session, locked.organisation, found)
    child = Case.start(found.specification, env, {**variables, "initiator": locked.instance.started_by})
    outcome = hand_to_administrators(child.outcome(), locked.organisation)
    event = NewEvent(
        kind="case.started",
        # The called case belongs to whoever began the calling one; ``called_by`` says that no person started it.
        actor=locked.instance.started_by,
        body={
            "input": variables,
            "process": found.process_id,
            "version": found.version,
            "called_by": locked.instance.id,
        },
    )
    return write_start(
        session,
        found,
        child,
        outcome,
        event,
        started_by=locked.instance.started_by,
        parent_id=locked.instance.id,
        parent_token=token,
        root_id=locked.instance.root_id or locked.instance.id,
    )


def _bound(session: Session, caller_id: int, process_id: str, called: Called | None) -> Definition:
    """Give the version that a call means: the newest, the newest with a tag, or what was newest with the caller's."""
    if called is None or called.binding == "latest":
        return newest_definition(session, process_id)
    wanted = select(ProcessDefinition.id).where(ProcessDefinition.process_id == process_id)
    if called.binding == "versionTag":
        wanted = wanted.where(ProcessDefinition.version_tag == called.version_tag)
    else:
        # A process whose bytes did not change keeps its version, which is then of an earlier deployment.
        own = select(ProcessDefinition.deployment_id).where(ProcessDefinition.id == caller_id).scalar_subquery()
        wanted = wanted.where(ProcessDefinition.deployment_id <= own)
    found = session.scalar(wanted.order_by(ProcessDefinition.version.desc()).limit(1))
    if found is None:
        raise NotFoundError(
            mark("没有流程 {process} 的这个版本：{version}。请先发布它，或改选绑定方式。"),
            process=process_id,
            version=called.version_tag or called.binding,
        )
    return definition(session, found)
