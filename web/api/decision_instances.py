"""Decisions that were evaluated: found, with the inputs they saw and the rules that matched."""

from typing import Literal

from pydantic import Field

from engine.commands.record_access import Look
from engine.queries.search_decision_instances import (
    DecisionInstanceRecord,
    find_decision_instance,
    search_decision_instances,
)
from web.api.blueprint import READERS, blueprint
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, Filter, WantedKey, WantedMoment, WantedNumber, WantedText
from web.api.wire import TENANT, Answer, Key, Moment
from web.auth import allow, current_person, current_session
from web.looks import note_look


class DecisionInstanceFilter(Filter):
    """What is asked of a decision; all of it holds."""

    decision_evaluation_instance_key: WantedText = ABSENT
    decision_evaluation_key: WantedKey = ABSENT
    state: WantedText = ABSENT
    evaluation_failure: WantedText = ABSENT
    evaluation_date: WantedMoment = ABSENT
    decision_definition_id: WantedText = ABSENT
    decision_definition_name: WantedText = ABSENT
    decision_definition_version: WantedNumber = ABSENT
    decision_definition_type: WantedText = ABSENT
    decision_definition_key: WantedKey = ABSENT
    root_decision_definition_key: WantedKey = ABSENT
    decision_requirements_key: WantedKey = ABSENT
    process_instance_key: WantedKey = ABSENT
    process_definition_key: WantedKey = ABSENT
    element_instance_key: WantedKey = ABSENT


class EvaluatedInput(Answer):
    """What a table saw."""

    input_id: str = Field(description="The label of the column: columns are known by their labels here.")
    input_name: str
    input_value: str = Field(description="As JSON.")


class EvaluatedOutput(Answer):
    """What a rule gave."""

    output_id: str = Field(description="The name of the column: columns are known by their names here.")
    output_name: str
    output_value: str = Field(description="As JSON.")
    rule_id: str | None
    rule_index: int | None


class MatchedRuleAnswer(Answer):
    """A rule that matched."""

    rule_id: str
    rule_index: int = Field(description="Counted from 1, as the modeler shows it.")
    evaluated_outputs: list[EvaluatedOutput]


class DecisionInstance(Answer):
    """One decision that was evaluated: for a business rule task, or asked by somebody without a case."""

    decision_evaluation_instance_key: str
    decision_evaluation_key: Key
    state: Literal["EVALUATED", "FAILED"] = Field(
        description="A decision of a case that failed is an incident; FAILED are those asked for without a case."
    )
    evaluation_date: Moment
    evaluation_failure: str | None
    decision_definition_id: str
    decision_definition_name: str
    decision_definition_version: int
    decision_definition_type: str
    decision_definition_key: Key
    root_decision_definition_key: Key
    result: str = Field(description="As JSON.")
    process_instance_key: Key | None
    root_process_instance_key: Key | None
    process_definition_key: Key | None
    element_instance_key: Key | None
    tenant_id: str = TENANT
    business_id: None = None


class DecisionInstanceDetails(DecisionInstance):
    """One decision with what it saw."""

    evaluated_inputs: list[EvaluatedInput]
    matched_rules: list[MatchedRuleAnswer]


@blueprint.get("/decision-instances/<decision_evaluation_instance_key>")
@allow(*READERS)
@blueprint.output(DecisionInstanceDetails)
@blueprint.doc(operation_id="getDecisionInstance", tags=["Decision instance"])
def get_decision_instance(decision_evaluation_instance_key: str) -> DecisionInstanceDetails:
    """Give one decision of a case that the caller may see, or that they asked for, and why it came out so."""
    record, personal = find_decision_instance(current_session(), current_person(), decision_evaluation_instance_key)
    if personal:
        note_look(Look(kind="decision", instance_id=record.instance_id, subject=record.name, personal=True))
    return DecisionInstanceDetails(
        **dict(_answer(record)), evaluated_inputs=evaluated_inputs(record), matched_rules=matched_rules(record)
    )


def evaluated_inputs(record: DecisionInstanceRecord) -> list[EvaluatedInput]:
    """Write what the tables of a decision saw."""
    return [EvaluatedInput(input_id=one.name, input_name=one.name, input_value=one.value) for one in record.inputs]


def matched_rules(record: DecisionInstanceRecord) -> list[MatchedRuleAnswer]:
    """Write the rules of a decision that matched."""
    return [
        MatchedRuleAnswer(
            rule_id=rule.id,
            rule_index=rule.number,
            evaluated_outputs=[
                EvaluatedOutput(
                    output_id=one.name,
                    output_name=one.name,
                    output_value=one.value,
                    rule_id=rule.id,
                    rule_index=rule.number,
                )
                for one in rule.outputs
            ],
        )
        for rule in record.rules
    ]


def _answer(record: DecisionInstanceRecord) -> DecisionInstance:
    return DecisionInstance(
        decision_evaluation_instance_key=f"{record.evaluation}-{record.number}",
        decision_evaluation_key=record.evaluation,
        state=record.state,
        evaluation_date=record.evaluated_at,
        evaluation_failure=record.failure,
        decision_definition_id=record.decision_id,
        decision_definition_name=record.name,
        decision_definition_version=record.version,
        decision_definition_type=record.kind,
        decision_definition_key=record.definition_id,
        root_decision_definition_key=record.root_id,
        result=record.value,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.root_case_id,
        process_definition_key=record.process_definition_id,
        element_instance_key=record.passage,
    )


serve_search(
    SearchCall(
        path="/decision-instances/search",
        operation="searchDecisionInstances",
        tag="Decision instance",
        does="Find decisions of cases that the caller may see, and those they asked for without a case.",
        asks=DecisionInstanceFilter,
        sorts="decisionEvaluationInstanceKey decisionEvaluationKey state evaluationDate evaluationFailure "
        "decisionDefinitionId decisionDefinitionName decisionDefinitionVersion decisionDefinitionType "
        "decisionDefinitionKey rootDecisionDefinitionKey processInstanceKey processDefinitionKey elementInstanceKey",
        item=DecisionInstance,
        find=search_decision_instances,
        look="decision",
        write=_answer,
    )
)
