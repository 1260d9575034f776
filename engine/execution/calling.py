"""Call activities: a case of its own for what is called, tied to the token that waits for it."""

from engine.audit.chain import NewEvent
from engine.execution.locked import LockedCase, environment
from engine.execution.people import hand_to_administrators
from engine.execution.starting import newest_definition, write_start
from engine.interpreter import Case


def call_process(locked: LockedCase, case: Case) -> int:
    """Start the case that a call activity calls, and give its number.

    It sees the call's own inputs, and all variables of the caller unless the diagram says otherwise. Raises
    NotFoundError where no such process is published.
    """
    token, session = locked.work.token, locked.session
    found = newest_definition(session, locked.work.type)
    called = locked.definition.process.elements[locked.work.element_id].called
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
        env,
        outcome,
        event,
        started_by=locked.instance.started_by,
        parent_id=locked.instance.id,
        parent_token=token,
        root_id=locked.instance.root_id or locked.instance.id,
    )
