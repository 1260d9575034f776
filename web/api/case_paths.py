"""The ways a case has taken: its sequence flows, and the cases that called it."""

from pydantic import RootModel

from engine.queries.case_paths import calling_cases, taken_flows
from engine.queries.search_instances import find_instance
from web.api.blueprint import READERS, blueprint
from web.api.wire import TENANT, Answer, Key, key_of
from web.auth import allow, current_person, current_session


class SequenceFlow(Answer):
    """A sequence flow that a case took, once or often."""

    sequence_flow_id: str
    element_id: str
    process_instance_key: Key
    root_process_instance_key: Key | None
    process_definition_key: Key
    process_definition_id: str
    tenant_id: str = TENANT


class SequenceFlows(Answer):
    """The sequence flows of a case, in the order of the first time."""

    items: list[SequenceFlow]


class CallingCaseAnswer(Answer):
    """A case on the way from the first caller to the one that was asked for."""

    process_instance_key: Key
    process_definition_key: Key
    process_definition_name: str


class CallHierarchy(RootModel[list[CallingCaseAnswer]]):
    """The cases that led to a case by calling, the first caller first, itself last."""


@blueprint.get("/process-instances/<process_instance_key>/sequence-flows")
@allow(*READERS)
@blueprint.output(SequenceFlows)
@blueprint.doc(operation_id="getProcessInstanceSequenceFlows", tags=["Process instance"])
def get_process_instance_sequence_flows(process_instance_key: str) -> SequenceFlows:
    """Give the sequence flows that a case took."""
    db, person, key = current_session(), current_person(), key_of(process_instance_key)
    flows, case = taken_flows(db, person, key), find_instance(db, person, key)
    return SequenceFlows(
        items=[
            SequenceFlow(
                sequence_flow_id=f"{key}_{flow}",
                element_id=flow,
                process_instance_key=key,
                root_process_instance_key=case.root_id,
                process_definition_key=case.definition_id,
                process_definition_id=case.process_id,
            )
            for flow in flows
        ]
    )


@blueprint.get("/process-instances/<process_instance_key>/call-hierarchy")
@allow(*READERS)
@blueprint.output(CallHierarchy)
@blueprint.doc(operation_id="getProcessInstanceCallHierarchy", tags=["Process instance"])
def get_process_instance_call_hierarchy(process_instance_key: str) -> CallHierarchy:
    """Give the cases that led to a case by calling; callers that one may not see are left out."""
    found = calling_cases(current_session(), current_person(), key_of(process_instance_key))
    return CallHierarchy(
        [
            CallingCaseAnswer(
                process_instance_key=one.instance_id,
                process_definition_key=one.definition_id,
                process_definition_name=one.process_name,
            )
            for one in found
        ]
    )
