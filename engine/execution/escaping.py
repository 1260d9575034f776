"""Errors that leave a called case: they are caught around the call activity, as in Camunda 8.

The called case can't go on, its caller can. A job ends the called case and then another lets the error happen in
the caller, each under the lock of its own case.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.execution.immutable import definition
from engine.interpreter import Outcome
from engine.interpreter.catching import catches
from engine.model import Job, ProcessInstance


def escaping(session: Session, parent_id: int | None, token: int | None, outcome: Outcome) -> str | None:
    """Give the code of an error that nothing in a case catches and one of its callers does; None where there is none.

    Reads nothing unless an error was not caught in a case that another one has called.
    """
    thrown = (str(one.facts["error"]) for one in outcome.stuck if one.code == "error_not_caught")
    return next((code for code in thrown if _caught_above(session, parent_id, token, code)), None)


def _caught_above(session: Session, parent_id: int | None, token: int | None, code: str) -> bool:
    while parent_id is not None:
        caller = session.get_one(ProcessInstance, parent_id)
        calls = select(Job.element_id).where(Job.instance_id == parent_id, Job.token == token, Job.kind == "call")
        element_id = session.scalars(calls.limit(1)).first()
        if element_id is not None and catches(definition(session, caller.definition_id).process, element_id, code):
            return True
        parent_id, token = caller.parent_id, caller.parent_token
    return False
