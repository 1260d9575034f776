"""Versions of decisions and of their files: found, read, tried."""

from collections.abc import Sequence
from typing import Annotated, Literal

from apiflask.schemas import FileSchema
from flask import Response
from pydantic import Discriminator, Field, RootModel, Tag

from engine.commands.evaluate_decision import evaluate_decision as evaluate_decision_command
from engine.queries.search_decision_instances import DecisionInstanceRecord, find_evaluation
from engine.queries.search_decisions import (
    DecisionRecord,
    decision_xml,
    find_decision,
    find_decision_file,
    newest_decision,
    search_decision_files,
    search_decisions,
)
from web.api.blueprint import EVALUATORS, READERS, blueprint
from web.api.decision_instances import EvaluatedInput, MatchedRuleAnswer, evaluated_inputs, matched_rules
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, Filter, WantedKey, WantedNumber, WantedText
from web.api.wire import TENANT, Answer, Body, Key, SentKey, Variables, key_of
from web.auth import allow, current_person, current_session


class DecisionFileFilter(Filter):
    """What is asked of a file of decisions; all of it holds."""

    decision_requirements_key: WantedKey = ABSENT
    decision_requirements_id: WantedText = ABSENT
    decision_requirements_name: WantedText = ABSENT
    version: WantedNumber = ABSENT
    resource_name: WantedText = ABSENT


class DecisionFilter(Filter):
    """What is asked of a version of a decision; all of it holds."""

    decision_definition_key: WantedKey = ABSENT
    decision_definition_id: WantedText = ABSENT
    name: WantedText = ABSENT
    version: WantedNumber = ABSENT
    is_latest_version: bool = ABSENT
    decision_requirements_key: WantedKey = ABSENT
    decision_requirements_id: WantedText = ABSENT
    decision_requirements_name: WantedText = ABSENT
    decision_requirements_version: WantedNumber = ABSENT


class DecisionRequirements(Answer):
    """One version of a file of decisions. Its id is the name of the resource, its key that of its first decision."""

    decision_requirements_key: Key
    decision_requirements_id: str
    decision_requirements_name: str
    version: int
    resource_name: str
    tenant_id: str = TENANT


class DecisionDefinition(Answer):
    """One version of a decision."""

    decision_definition_key: Key
    decision_definition_id: str
    name: str
    version: int
    decision_requirements_key: Key
    decision_requirements_id: str
    decision_requirements_name: str
    decision_requirements_version: int
    tenant_id: str = TENANT


class _Evaluation(Body):
    variables: Variables = Field(default={})
    tenant_id: Literal["<default>"] = TENANT


class EvaluationById(_Evaluation):
    """Evaluate the newest version of a decision."""

    decision_definition_id: Annotated[str, Field(min_length=1, max_length=255)]


class EvaluationByKey(_Evaluation):
    """Evaluate one version of a decision."""

    decision_definition_key: SentKey


def _kind(sent: object) -> str:
    return "=key" if isinstance(sent, dict) and "decisionDefinitionKey" in sent else "=id"


class DecisionEvaluation(
    RootModel[
        Annotated[Annotated[EvaluationById, Tag("=id")] | Annotated[EvaluationByKey, Tag("=key")], Discriminator(_kind)]
    ]
):
    """What to evaluate, and with which values."""


class EvaluatedDecision(Answer):
    """One decision on the way to the one that was asked for, which is the last."""

    decision_definition_id: str
    decision_definition_name: str
    decision_definition_version: int
    decision_definition_type: str
    decision_definition_key: Key
    decision_evaluation_instance_key: str
    output: str = Field(description="As JSON.")
    matched_rules: list[MatchedRuleAnswer]
    evaluated_inputs: list[EvaluatedInput]
    tenant_id: str = TENANT


class DecisionResult(Answer):
    """What was decided, and why; kept as decision instances."""

    decision_definition_id: str
    decision_definition_key: Key
    decision_definition_name: str
    decision_definition_version: int
    decision_evaluation_key: Key
    decision_instance_key: Key
    decision_requirements_id: str
    decision_requirements_key: Key
    output: str = Field(description="As JSON.")
    evaluated_decisions: list[EvaluatedDecision]
    failed_decision_definition_id: str | None
    failure_message: str | None
    tenant_id: str = TENANT


@blueprint.get("/decision-definitions/<decision_definition_key>")
@allow(*READERS)
@blueprint.output(DecisionDefinition)
@blueprint.doc(operation_id="getDecisionDefinition", tags=["Decision definition"])
def get_decision_definition(decision_definition_key: str) -> DecisionDefinition:
    """Give one version of a decision."""
    return _definition(find_decision(current_session(), key_of(decision_definition_key)))


@blueprint.get("/decision-definitions/<decision_definition_key>/xml")
@allow(*READERS)
@blueprint.output(FileSchema(type="string"), content_type="text/xml")
@blueprint.doc(operation_id="getDecisionDefinitionXML", tags=["Decision definition"])
def get_decision_definition_xml(decision_definition_key: str) -> Response:
    """Give the file of a decision, byte for byte as it was published."""
    return _xml(key_of(decision_definition_key))


@blueprint.get("/decision-requirements/<decision_requirements_key>")
@allow(*READERS)
@blueprint.output(DecisionRequirements)
@blueprint.doc(operation_id="getDecisionRequirements", tags=["Decision requirements"])
def get_decision_requirements(decision_requirements_key: str) -> DecisionRequirements:
    """Give one version of a file of decisions."""
    return _file(find_decision_file(current_session(), key_of(decision_requirements_key)))


@blueprint.get("/decision-requirements/<decision_requirements_key>/xml")
@allow(*READERS)
@blueprint.output(FileSchema(type="string"), content_type="text/xml")
@blueprint.doc(operation_id="getDecisionRequirementsXML", tags=["Decision requirements"])
def get_decision_requirements_xml(decision_requirements_key: str) -> Response:
    """Give a file of decisions, byte for byte as it was published."""
    return _xml(find_decision_file(current_session(), key_of(decision_requirements_key)).id)


@blueprint.post("/decision-definitions/evaluation")
@allow(*EVALUATORS)
@blueprint.input(DecisionEvaluation, arg_name="sent")
@blueprint.output(DecisionResult)
@blueprint.doc(
    operation_id="evaluateDecision", tags=["Decision definition"], responses={404: "There is no such decision."}
)
def evaluate_decision(sent: DecisionEvaluation) -> DecisionResult:
    """Evaluate a decision that belongs to no case, and keep what it saw; `failureMessage` says why there is no value.

    For process owners and administrators.
    """
    db, person, wanted = current_session(), current_person(), sent.root
    if isinstance(wanted, EvaluationByKey):
        version = wanted.decision_definition_key
    else:
        version = newest_decision(db, wanted.decision_definition_id)
    key = evaluate_decision_command(db, version, wanted.variables, person.username)
    return _result(find_decision(db, version), find_evaluation(db, person, key))


def _result(definition: DecisionRecord, decisions: Sequence[DecisionInstanceRecord]) -> DecisionResult:
    root = decisions[-1]
    return DecisionResult(
        decision_definition_id=definition.decision_id,
        decision_definition_key=definition.id,
        decision_definition_name=definition.name,
        decision_definition_version=definition.version,
        decision_evaluation_key=root.evaluation,
        decision_instance_key=root.evaluation,
        decision_requirements_id=definition.resource_name,
        decision_requirements_key=definition.file_id,
        output=root.value,
        evaluated_decisions=[_evaluated(record) for record in decisions],
        failed_decision_definition_id=None if root.failure is None else root.decision_id,
        failure_message=root.failure,
    )


def _evaluated(record: DecisionInstanceRecord) -> EvaluatedDecision:
    return EvaluatedDecision(
        decision_definition_id=record.decision_id,
        decision_definition_name=record.name,
        decision_definition_version=record.version,
        decision_definition_type=record.kind,
        decision_definition_key=record.definition_id,
        decision_evaluation_instance_key=f"{record.evaluation}-{record.number}",
        output=record.value,
        matched_rules=matched_rules(record),
        evaluated_inputs=evaluated_inputs(record),
    )


def _xml(definition_id: int) -> Response:
    return Response(decision_xml(current_session(), definition_id), mimetype="text/xml")


def _definition(record: DecisionRecord) -> DecisionDefinition:
    return DecisionDefinition(
        decision_definition_key=record.id,
        decision_definition_id=record.decision_id,
        name=record.name,
        version=record.version,
        decision_requirements_key=record.file_id,
        decision_requirements_id=record.resource_name,
        decision_requirements_name=record.resource_name,
        decision_requirements_version=record.file_version,
    )


def _file(record: DecisionRecord) -> DecisionRequirements:
    return DecisionRequirements(
        decision_requirements_key=record.id,
        decision_requirements_id=record.resource_name,
        decision_requirements_name=record.resource_name,
        version=record.version,
        resource_name=record.resource_name,
    )


serve_search(
    SearchCall(
        path="/decision-definitions/search",
        operation="searchDecisionDefinitions",
        tag="Decision definition",
        does="Find versions of decisions; everybody may know them.",
        asks=DecisionFilter,
        sorts="decisionDefinitionKey decisionDefinitionId name version decisionRequirementsKey decisionRequirementsId "
        "decisionRequirementsName decisionRequirementsVersion",
        item=DecisionDefinition,
        find=search_decisions,
        write=_definition,
    )
)
serve_search(
    SearchCall(
        path="/decision-requirements/search",
        operation="searchDecisionRequirements",
        tag="Decision requirements",
        does="Find versions of files of decisions; everybody may know them.",
        asks=DecisionFileFilter,
        sorts="decisionRequirementsKey decisionRequirementsId decisionRequirementsName version",
        item=DecisionRequirements,
        find=search_decision_files,
        write=_file,
    )
)
