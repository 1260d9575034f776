"""Cases: started, found, ended."""

from dataclasses import replace
from typing import Annotated, Literal

from flask import request
from flask.typing import ResponseReturnValue
from pydantic import Discriminator, Field, RootModel, Tag

from engine.commands.cancel_instance import cancel_instance
from engine.commands.start_instance import start_instance
from engine.commands.withdraw_instance import withdraw_instance
from engine.queries.passages import passage_number
from engine.queries.search_definitions import find_definition
from engine.queries.search_instances import InstanceRecord, find_instance, search_instances
from web.api.ballots import Ballot, read_ballots, written
from web.api.blueprint import READERS, blueprint
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, CaseFilter, WantedKey, WantedMoment, WantedNumber, WantedText
from web.api.wire import TENANT, Answer, Body, Key, Moment, SentKey, Variables, Whole, key_of
from web.auth import allow, current_person, current_session

NEWEST = -1
"""The version that stands for the newest one."""
REASON = "REST"
"""The reason of a case that a program ended: the published call has no place for one."""
Nothing = Annotated[list[str], Field(default=[], max_length=0)]


class _Creation(Body):
    """What every creation may say. Lists of what is not supported may be sent empty, as some clients do."""

    variables: Variables = Field(default={}, description="The values of the start form.")
    tenant_id: Literal["<default>"] = TENANT
    await_completion: Literal[False] = False
    fetch_variables: Nothing
    start_instructions: Nothing
    runtime_instructions: Nothing
    tags: Nothing


class CreationById(_Creation):
    """Start a process by its id."""

    process_definition_id: Annotated[str, Field(min_length=1, max_length=255)]
    process_definition_version: Whole = Field(default=NEWEST, description="-1 is the newest.")


class CreationByKey(_Creation):
    """Start a version of a process by its key."""

    process_definition_key: SentKey


def _kind(sent: object) -> str:
    return "=key" if isinstance(sent, dict) and "processDefinitionKey" in sent else "=id"


class Creation(
    RootModel[
        Annotated[Annotated[CreationById, Tag("=id")] | Annotated[CreationByKey, Tag("=key")], Discriminator(_kind)]
    ]
):
    """What to start, and with which values."""


class CreatedInstance(Answer):
    """The case that was started."""

    process_instance_key: Key
    process_definition_key: Key
    process_definition_id: str
    process_definition_version: int
    tenant_id: str = TENANT
    variables: dict[str, str] = Field(default_factory=dict, description="Always empty: nothing waits for the end.")
    tags: list[str] = Field(default_factory=list)
    business_id: str | None = None


class Cancellation(Body):
    """Why a case ends, where somebody wants to say so."""

    reason: Annotated[str, Field(max_length=500)] = Field(default="", description="Not of Camunda; history keeps it.")


class ProcessInstanceFilter(CaseFilter):
    """What is asked of a case; all of it holds."""

    process_definition_name: WantedText = ABSENT
    process_definition_version: WantedNumber = ABSENT
    process_definition_version_tag: WantedText = ABSENT
    state: WantedText = ABSENT
    start_date: WantedMoment = ABSENT
    end_date: WantedMoment = ABSENT
    parent_process_instance_key: WantedKey = ABSENT
    parent_element_instance_key: WantedKey = ABSENT
    has_incident: bool = ABSENT


class ProcessInstance(Answer):
    """One case."""

    process_instance_key: Key
    process_definition_key: Key
    process_definition_id: str
    process_definition_name: str | None
    process_definition_version: int
    process_definition_version_tag: str | None
    start_date: Moment
    end_date: Moment | None
    state: Literal["ACTIVE", "SUSPENDED", "COMPLETED", "TERMINATED"] = Field(
        description="A withdrawn case is TERMINATED."
    )
    suspended_date: Moment | None
    has_incident: bool
    tenant_id: str = TENANT
    parent_process_instance_key: Key | None = Field(description="The case whose call activity started this one.")
    parent_element_instance_key: Key | None
    root_process_instance_key: Key | None = Field(description="The first caller; the case itself where nobody called.")
    tags: list[str] = Field(default_factory=list)
    business_id: None = None
    ballots: list[Ballot] = Field(
        description="How its tasks stand that several people do, while they go on. Not of Camunda."
    )


@blueprint.post("/process-instances")
@allow(*READERS)
@blueprint.input(Creation, arg_name="sent")
@blueprint.output(CreatedInstance)
@blueprint.doc(
    operation_id="createProcessInstance",
    tags=["Process instance"],
    responses={404: "There is no such process or version."},
)
def create_process_instance(sent: Creation) -> CreatedInstance:
    """Start a case as the caller, with the values of its start form.

    The form is checked as on the page; `errors` of a refusal names each field.
    """
    db, person, wanted = current_session(), current_person(), sent.root
    if isinstance(wanted, CreationByKey):
        found = find_definition(db, wanted.process_definition_key)
        process_id, version = found.process_id, found.version
    else:
        process_id, version = wanted.process_definition_id, wanted.process_definition_version
    started = start_instance(
        db, process_id, wanted.variables, person.username, version=None if version == NEWEST else version
    )
    record = find_instance(db, person, started)
    return CreatedInstance(
        process_instance_key=record.id,
        process_definition_key=record.definition_id,
        process_definition_id=record.process_id,
        process_definition_version=record.version,
    )


@blueprint.get("/process-instances/<process_instance_key>")
@allow(*READERS)
@blueprint.output(ProcessInstance)
@blueprint.doc(operation_id="getProcessInstance", tags=["Process instance"])
def get_process_instance(process_instance_key: str) -> ProcessInstance:
    """Give one case that the caller may see."""
    record = find_instance(current_session(), current_person(), key_of(process_instance_key))
    return _answer(replace(record, ballots=read_ballots(record.id, request.path)))


@blueprint.post("/process-instances/<process_instance_key>/cancellation")
@allow(*READERS)
@blueprint.input(Cancellation, arg_name="sent")
@blueprint.doc(
    operation_id="cancelProcessInstance",
    tags=["Process instance"],
    responses={204: "The case has ended.", 409: "It had ended before."},
)
def cancel_process_instance(process_instance_key: str, sent: Cancellation) -> ResponseReturnValue:
    """End a case: its initiator withdraws it, where its process allows that; an administrator terminates it."""
    db, person, key = current_session(), current_person(), key_of(process_instance_key)
    end = withdraw_instance if find_instance(db, person, key).started_by == person.username else cancel_instance
    end(db, key, sent.reason or REASON, person.username)
    return "", 204


def _calling_passage(record: InstanceRecord) -> int | None:
    return None if record.parent_id is None else int(passage_number(record.parent_id, record.parent_token))


def _answer(record: InstanceRecord) -> ProcessInstance:
    return ProcessInstance(
        process_instance_key=record.id,
        process_definition_key=record.definition_id,
        process_definition_id=record.process_id,
        process_definition_name=record.process_name,
        process_definition_version=record.version,
        process_definition_version_tag=record.version_tag,
        start_date=record.started_at,
        end_date=record.ended_at,
        suspended_date=record.suspended_at if record.state == "SUSPENDED" else None,
        state=record.state,
        has_incident=record.has_incident,
        parent_process_instance_key=record.parent_id,
        parent_element_instance_key=_calling_passage(record),
        root_process_instance_key=record.root_id,
        ballots=[written(one) for one in record.ballots],
    )


serve_search(
    SearchCall(
        path="/process-instances/search",
        operation="searchProcessInstances",
        tag="Process instance",
        does="Find cases that the caller may see.",
        asks=ProcessInstanceFilter,
        sorts="processInstanceKey processDefinitionKey processDefinitionId processDefinitionName "
        "processDefinitionVersion processDefinitionVersionTag startDate endDate state "
        "parentProcessInstanceKey parentElementInstanceKey",
        item=ProcessInstance,
        find=search_instances,
        write=_answer,
    )
)
