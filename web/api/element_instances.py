"""Passages through elements: found, and counted."""

from dataclasses import asdict, replace
from typing import Annotated, Literal

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.set_variables import WantedValues, set_variables
from engine.queries.search_elements import (
    ElementCounts,
    ElementRecord,
    case_and_token,
    count_elements_of_case,
    count_elements_of_version,
    find_element,
    search_elements,
    search_incidents_of_passage,
)
from web.api.blueprint import PROGRAMS, READERS, blueprint
from web.api.incidents import INCIDENTS
from web.api.process_instances import ProcessInstanceFilter
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, ElementFilter, WantedKey, WantedMoment, WantedText, criteria
from web.api.wire import TENANT, Answer, Body, Key, Moment, Variables, key_of
from web.auth import allow, current_person, current_session


class ElementInstanceFilter(ElementFilter):
    """What is asked of a passage; all of it holds."""

    element_name: WantedText = ABSENT
    type: WantedText = ABSENT
    state: WantedText = ABSENT
    has_incident: bool = ABSENT
    incident_key: WantedKey = ABSENT
    start_date: WantedMoment = ABSENT
    end_date: WantedMoment = ABSENT


class ElementInstance(Answer):
    """One passage through one element. A case is one through its process; both have the same key."""

    element_instance_key: Key
    element_id: str
    element_name: str
    type: str = Field(description="Such as USER_TASK. An event on a border is a passage once it has happened.")
    state: Literal["ACTIVE", "COMPLETED", "TERMINATED"]
    start_date: Moment
    end_date: Moment | None
    has_incident: bool
    incident_key: Key | None = Field(description="The oldest open incident of this very passage.")
    process_instance_key: Key
    root_process_instance_key: Key | None
    process_definition_key: Key
    process_definition_id: str
    tenant_id: str = TENANT


class ElementStatistics(Answer):
    """How many passages through one element there are."""

    element_id: str
    active: int
    completed: int
    canceled: int
    incidents: int = Field(description="Active passages with an open incident.")


class ElementStatisticsList(Answer):
    """The numbers of every element that was entered."""

    items: list[ElementStatistics]


class DefinitionStatistics(Body):
    """Of which cases of a version the passages are counted."""

    filter: ProcessInstanceFilter = ProcessInstanceFilter()


@blueprint.get("/element-instances/<element_instance_key>")
@allow(*READERS)
@blueprint.output(ElementInstance)
@blueprint.doc(operation_id="getElementInstance", tags=["Element instance"])
def get_element_instance(element_instance_key: str) -> ElementInstance:
    """Give one passage of a case that the caller may see."""
    return _answer(find_element(current_session(), current_person(), key_of(element_instance_key)))


@blueprint.get("/process-instances/<process_instance_key>/statistics/element-instances")
@allow(*READERS)
@blueprint.output(ElementStatisticsList)
@blueprint.doc(operation_id="getProcessInstanceStatistics", tags=["Process instance"])
def get_process_instance_statistics(process_instance_key: str) -> ElementStatisticsList:
    """Count the passages of a case that the caller may see, by element."""
    found = count_elements_of_case(current_session(), current_person(), key_of(process_instance_key))
    return _statistics(found)


@blueprint.post("/process-definitions/<process_definition_key>/statistics/element-instances")
@allow(*READERS, writes=False)
@blueprint.input(DefinitionStatistics, arg_name="asked")
@blueprint.output(ElementStatisticsList)
@blueprint.doc(operation_id="getProcessDefinitionStatistics", tags=["Process definition"])
def get_process_definition_statistics(
    process_definition_key: str, asked: DefinitionStatistics
) -> ElementStatisticsList:
    """Count the passages in those cases of a version that the caller may see, by element."""
    wanted = criteria(asked.filter)
    found = count_elements_of_version(current_session(), current_person(), key_of(process_definition_key), wanted)
    return _statistics(found)


class SentVariables(Body):
    """Which variables to set, and where."""

    variables: Variables
    local: bool = Field(
        default=False, description="Set them in the element's own scope, rather than in the nearest that has each."
    )
    operation_reference: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    reason: Annotated[str, Field(max_length=2000)] = Field(default="", description="Why; history keeps it.")


@blueprint.put("/element-instances/<element_instance_key>/variables")
@allow(*PROGRAMS)
@blueprint.input(SentVariables, arg_name="sent")
@blueprint.doc(
    operation_id="createElementInstanceVariables",
    tags=["Element instance"],
    responses={204: "They are set.", 409: "The case has ended or rests, or the element is left."},
)
def set_element_variables(element_instance_key: str, sent: SentVariables) -> ResponseReturnValue:
    """Set variables of a running case at an element, or of the whole case by its own key."""
    case, token = case_and_token(key_of(element_instance_key))
    wanted = WantedValues(values=sent.variables, token=token, local=sent.local, reason=sent.reason)
    set_variables(current_session(), case, wanted, current_person().username)
    return "", 204


def _statistics(found: list[ElementCounts]) -> ElementStatisticsList:
    return ElementStatisticsList(items=[ElementStatistics(**asdict(one)) for one in found])


def _answer(record: ElementRecord) -> ElementInstance:
    return ElementInstance(
        element_instance_key=record.passage,
        element_id=record.element_id,
        element_name=record.name,
        type=record.kind,
        state=record.state,
        start_date=record.started_at,
        end_date=record.ended_at,
        has_incident=record.incident_id is not None,
        incident_key=record.incident_id,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.root_id,
        process_definition_key=record.definition_id,
        process_definition_id=record.process_id,
    )


serve_search(
    SearchCall(
        path="/element-instances/search",
        operation="searchElementInstances",
        tag="Element instance",
        does="Find passages through elements in cases that the caller may see.",
        asks=ElementInstanceFilter,
        sorts="elementInstanceKey elementId elementName type state startDate endDate incidentKey "
        "processInstanceKey processDefinitionKey processDefinitionId",
        item=ElementInstance,
        find=search_elements,
        write=_answer,
    )
)
serve_search(
    replace(
        INCIDENTS,
        path="/element-instances/<element_instance_key>/incidents/search",
        operation="searchElementInstanceIncidents",
        does="Find incidents of one passage in a case that the caller may see.",
        find=search_incidents_of_passage,
    )
)
