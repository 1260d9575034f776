"""What administrators do to what is stuck or went wrong, beyond the published calls; the paths are our own."""

from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.redo_element import redo_element
from engine.commands.resolve_incident import resolve_incident
from engine.commands.skip_incident import skip_incident
from engine.errors import InvalidError, mark
from engine.queries.passages import passage_of
from web.api.blueprint import PROGRAMS, blueprint
from web.api.task_operations import Words
from web.api.wire import Body, SentKey, Variables, key_of
from web.auth import allow, current_person, current_session

TAG = "Administration (not of Camunda)"


class Redo(Body):
    """Which passage to run again, and why."""

    element_instance_key: SentKey
    reason: Words


class Correction(Body):
    """Better values for what got stuck, and why."""

    variables: Variables
    reason: Words


class Skip(Body):
    """Why to go on without what got stuck, with what, and which way."""

    reason: Words
    variables: Variables | None = None
    sequence_flow_ids: Annotated[list[Annotated[str, Field(max_length=255)]], Field(max_length=100)] = Field(
        default=[], description="Of a gateway: the flows it is left by."
    )


@blueprint.post("/process-instances/<process_instance_key>/redo")
@allow(*PROGRAMS)
@blueprint.input(Redo, arg_name="sent")
@blueprint.doc(
    operation_id="redoElementInstance",
    tags=[TAG],
    responses={204: "It runs again.", 409: "The case has ended, or went on."},
)
def redo_element_instance(process_instance_key: str, sent: Redo) -> ResponseReturnValue:
    """Run an element again: what its passage has caused is taken away, other branches stay as they are."""
    case = key_of(process_instance_key)
    instance, token = passage_of(sent.element_instance_key)
    if instance != case:
        raise InvalidError(
            mark("编号 {key} 不是这个事项里的令牌。"), where="elementInstanceKey", key=sent.element_instance_key
        )
    redo_element(current_session(), case, token, sent.reason, current_person().username)
    return "", 204


@blueprint.post("/incidents/<incident_key>/correction")
@allow(*PROGRAMS)
@blueprint.input(Correction, arg_name="sent")
@blueprint.doc(
    operation_id="correctIncident", tags=[TAG], responses={204: "It is tried again.", 409: "It was resolved before."}
)
def correct_incident(incident_key: str, sent: Correction) -> ResponseReturnValue:
    """Correct the data that what got stuck sees, and try it again."""
    person = current_person().username
    resolve_incident(current_session(), key_of(incident_key), person, corrections=sent.variables, reason=sent.reason)
    return "", 204


@blueprint.post("/incidents/<incident_key>/skip")
@allow(*PROGRAMS)
@blueprint.input(Skip, arg_name="sent")
@blueprint.doc(
    operation_id="skipIncident", tags=[TAG], responses={204: "The case goes on.", 409: "It was resolved before."}
)
def post_incident_skip(incident_key: str, sent: Skip) -> ResponseReturnValue:
    """Go on as if what got stuck were done."""
    skip_incident(
        current_session(),
        key_of(incident_key),
        sent.reason,
        current_person().username,
        variables=sent.variables,
        flow_ids=sent.sequence_flow_ids,
    )
    return "", 204
