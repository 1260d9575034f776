"""Decisions that were evaluated, as programs search them."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Row, Select, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine import json_text
from engine.errors import NotFoundError, mark
from engine.model import DecisionDefinition, DecisionInstance, ProcessInstance
from engine.queries.access import READ_ALL
from engine.queries.passages import ROOT_CASE, passage_number
from engine.queries.people import Person
from engine.queries.personal import Veils
from engine.queries.searching import Found, Search, condition, fetch
from engine.queries.visibility import searchable_instances, visible_instances


@dataclass(frozen=True, kw_only=True)
class DecisionColumn:
    """A value that a table saw or gave."""

    name: str
    """The label of its column, which is its id as well: columns of a table are known by their labels here."""
    value: str
    """As JSON."""


@dataclass(frozen=True, kw_only=True)
class MatchedRule:
    """A rule that matched."""

    id: str
    number: int
    outputs: tuple[DecisionColumn, ...]


@dataclass(frozen=True, kw_only=True)
class DecisionInstanceRecord:
    """One decision that was evaluated."""

    id: int
    evaluation: int
    """The key of the evaluation; one evaluation may come to several decisions."""
    number: int
    state: Literal["EVALUATED", "FAILED"]
    failure: str | None
    evaluated_at: dt.datetime
    decision_id: str
    name: str
    kind: str
    version: int
    definition_id: int
    """The version that was asked for, or of the required decision in the same file."""
    root_id: int
    file_id: int
    value: str
    """As JSON."""
    inputs: tuple[DecisionColumn, ...]
    rules: tuple[MatchedRule, ...]
    instance_id: int | None
    root_case_id: int | None
    passage: int | None
    process_definition_id: int | None


_KEY_TEXT = re.compile(r"[0-9]{1,18}-[0-9]{1,6}")
_Root, _Own, _First = aliased(DecisionDefinition), aliased(DecisionDefinition), aliased(DecisionDefinition)
_EVALUATION = func.coalesce(DecisionInstance.evaluation, DecisionInstance.id)
_KEY = cast(_EVALUATION, String) + "-" + cast(DecisionInstance.number, String)
_STATE = case((DecisionInstance.failure.is_(None), "EVALUATED"), else_="FAILED")
_PASSAGE = passage_number(DecisionInstance.instance_id, DecisionInstance.token)
# A decision of an imported file has no version of its own among ours.
_DEFINITION_ID, _VERSION = func.coalesce(_Own.id, _Root.id), func.coalesce(_Own.version, _Root.version)
_FILE_ID = (
    select(func.min(_First.id))
    .where(_First.deployment_id == _Root.deployment_id, _First.resource_name == _Root.resource_name)
    .correlate(_Root)
    .scalar_subquery()
)
_COLUMNS: dict[str, Any] = {
    "decision_evaluation_instance_key": _KEY,
    "decision_evaluation_key": _EVALUATION,
    "state": _STATE,
    "evaluation_failure": DecisionInstance.failure,
    "evaluation_date": DecisionInstance.evaluated_at,
    "decision_definition_id": DecisionInstance.decision_id,
    "decision_definition_name": DecisionInstance.name,
    "decision_definition_version": _VERSION,
    "decision_definition_type": DecisionInstance.kind,
    "decision_definition_key": _DEFINITION_ID,
    "root_decision_definition_key": DecisionInstance.definition_id,
    "decision_requirements_key": _FILE_ID,
    "process_instance_key": DecisionInstance.instance_id,
    "process_definition_key": ProcessInstance.definition_id,
    "element_instance_key": _PASSAGE,
}


def search_decision_instances(session: Session, person: Person, search: Search) -> Found[DecisionInstanceRecord]:
    """Find decisions of cases that the person may see, and those they asked for without a case."""
    wanted = (condition(_COLUMNS[criterion.field], criterion) for criterion in search.criteria)
    statement = _select(session, person).where(*wanted)
    if search.concerns("evaluation_failure"):
        alone = DecisionInstance.instance_id.is_(None)
        statement = statement.where(or_(alone, searchable_instances(session, person)))
    veils = Veils(session, person)
    found = fetch(session, statement, _COLUMNS, DecisionInstance.id, search, lambda row: _record(row, veils))
    return replace(found, looked_at=tuple(veils.shown))


def find_decision_instance(session: Session, person: Person, key: str) -> tuple[DecisionInstanceRecord, bool]:
    """Give one decision by its key, such as ``12-1``, and whether its case has personal data they may read.

    Raises NotFoundError also for whoever may not see it.
    """
    evaluation = key.partition("-")[0]
    found = find_evaluation(session, person, int(evaluation)) if _KEY_TEXT.fullmatch(key) else []
    for record in found:
        if f"{record.evaluation}-{record.number}" == key:
            case = record.instance_id
            return record, case is not None and Veils(session, person).sight(case).personal == "shown"
    raise NotFoundError(mark("没有编号为 {id} 的决策记录，或者您看不到它。"), id=key[:50])


def find_evaluation(session: Session, person: Person, evaluation: int) -> list[DecisionInstanceRecord]:
    """Give all decisions of one evaluation, in order; none for whoever may not see it."""
    asked_for = and_(DecisionInstance.id == evaluation, DecisionInstance.evaluation.is_(None))
    of_it = or_(asked_for, DecisionInstance.evaluation == evaluation)
    statement = _select(session, person).where(of_it).order_by(DecisionInstance.number)
    veils = Veils(session, person)
    return [_record(row, veils) for row in session.execute(statement)]


def _select(session: Session, person: Person) -> Select[*tuple[Any, ...]]:
    alone = and_(DecisionInstance.instance_id.is_(None), DecisionInstance.evaluated_by == person.username)
    in_a_case = and_(DecisionInstance.instance_id.is_not(None), visible_instances(session, person))
    statement = (
        select(
            DecisionInstance.id,
            _EVALUATION.label("evaluation"),
            DecisionInstance.number,
            _STATE.label("state"),
            DecisionInstance.failure,
            DecisionInstance.evaluated_at,
            DecisionInstance.decision_id,
            DecisionInstance.name,
            DecisionInstance.kind,
            _VERSION.label("version"),
            _DEFINITION_ID.label("definition_id"),
            DecisionInstance.definition_id.label("root_id"),
            _FILE_ID.label("file_id"),
            DecisionInstance.body,
            DecisionInstance.instance_id,
            ROOT_CASE.label("root_case_id"),
            _PASSAGE.label("passage"),
            ProcessInstance.definition_id.label("process_definition_id"),
        )
        .join(_Root, _Root.id == DecisionInstance.definition_id)
        .outerjoin(
            _Own,
            and_(
                _Own.deployment_id == _Root.deployment_id,
                _Own.resource_name == _Root.resource_name,
                _Own.decision_id == DecisionInstance.decision_id,
            ),
        )
        .outerjoin(ProcessInstance, ProcessInstance.id == DecisionInstance.instance_id)
    )
    return statement if person.roles & READ_ALL else statement.where(or_(alone, in_a_case))


def _record(row: Row[*tuple[Any, ...]], veils: Veils) -> DecisionInstanceRecord:
    facts, veil = row._asdict(), veils.of(row.instance_id)
    known = {name: facts[name] for name in DecisionInstanceRecord.__dataclass_fields__ if name in facts}
    known["failure"] = veil.text(row.failure) if row.failure else row.failure
    body = veil.values(json_text.loads(row.body))
    tables = body["tables"]
    return DecisionInstanceRecord(
        **known,
        value=json_text.dump_text(body["value"]),
        inputs=tuple(one for table in tables for one in _columns(table["inputs"])),
        rules=tuple(_rule(rule) for table in tables for rule in table["matched"]),
    )


def _rule(rule: Mapping[str, Any]) -> MatchedRule:
    return MatchedRule(id=rule["id"] or "", number=int(rule["number"]), outputs=_columns(rule["outputs"]))


def _columns(values: Mapping[str, Any]) -> tuple[DecisionColumn, ...]:
    return tuple(DecisionColumn(name=name, value=json_text.dump_text(value)) for name, value in values.items())
