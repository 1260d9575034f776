"""Cases that can't go on by themselves: found, and tried again."""

from dataclasses import replace
from typing import Annotated, Literal

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.resolve_incident import resolve_incident as resolve_incident_command
from engine.queries.search_incidents import IncidentRecord, find_incident, search_incidents, search_incidents_of_case
from web.api.blueprint import PROGRAMS, READERS, blueprint
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, ElementFilter, WantedKey, WantedMoment, WantedText
from web.api.wire import TENANT, Answer, Body, Key, Moment, key_of
from web.auth import allow, current_person, current_session
from web.i18n import explain


class IncidentFilter(ElementFilter):
    """What is asked of an incident; all of it holds."""

    incident_key: WantedKey = ABSENT
    error_type: WantedText = ABSENT
    state: WantedText = ABSENT
    creation_time: WantedMoment = ABSENT
    job_key: WantedKey = ABSENT


class IncidentAnswer(Answer):
    """One incident."""

    incident_key: Key
    error_type: str
    error_message: str = Field(description="The cause and what to do, in the caller's language.")
    state: Literal["ACTIVE", "RESOLVED"]
    creation_time: Moment
    element_id: str
    element_instance_key: Key
    job_key: Key | None
    process_instance_key: Key
    root_process_instance_key: Key | None
    process_definition_key: Key
    process_definition_id: str
    tenant_id: str = TENANT


class Resolution(Body):
    """Nothing needs to be said of a resolution; why may be."""

    operation_reference: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    reason: Annotated[str, Field(max_length=2000)] = Field(
        default="", description="Why; history keeps it. Not of Camunda."
    )


@blueprint.get("/incidents/<incident_key>")
@allow(*READERS)
@blueprint.output(IncidentAnswer)
@blueprint.doc(operation_id="getIncident", tags=["Incident"])
def get_incident(incident_key: str) -> IncidentAnswer:
    """Give one incident of a case that the caller may see."""
    return _answer(find_incident(current_session(), current_person(), key_of(incident_key)))


@blueprint.post("/incidents/<incident_key>/resolution")
@allow(*PROGRAMS)
@blueprint.input(Resolution, arg_name="sent")
@blueprint.doc(
    operation_id="resolveIncident",
    tags=["Incident"],
    responses={204: "What got stuck is tried again.", 409: "It was resolved before, or the case has ended."},
)
def resolve_incident(incident_key: str, sent: Resolution) -> ResponseReturnValue:
    """Try again what got stuck: where the cause is still there, a new incident says so."""
    person = current_person().username
    resolve_incident_command(current_session(), key_of(incident_key), person, reason=sent.reason)
    return "", 204


def _answer(record: IncidentRecord) -> IncidentAnswer:
    return IncidentAnswer(
        incident_key=record.id,
        error_type=record.kind,
        error_message=explain(record.cause),
        state=record.state,
        creation_time=record.created_at,
        element_id=record.element_id,
        element_instance_key=record.passage,
        job_key=record.job_id,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.root_id,
        process_definition_key=record.definition_id,
        process_definition_id=record.process_id,
    )


INCIDENTS = SearchCall(
    path="/incidents/search",
    operation="searchIncidents",
    tag="Incident",
    does="Find incidents of cases that the caller may see.",
    asks=IncidentFilter,
    sorts="incidentKey errorType state creationTime elementId elementInstanceKey jobKey "
    "processInstanceKey processDefinitionKey processDefinitionId",
    item=IncidentAnswer,
    find=search_incidents,
    write=_answer,
)
serve_search(INCIDENTS)
serve_search(
    replace(
        INCIDENTS,
        path="/process-instances/<process_instance_key>/incidents/search",
        operation="searchProcessInstanceIncidents",
        does="Find incidents of one case that the caller may see.",
        find=search_incidents_of_case,
    )
)
