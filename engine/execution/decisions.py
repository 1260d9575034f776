"""What tables decided, kept as rows so that it can be searched; of a case its history has the evidence."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine import json_text
from engine.interpreter import Outcome
from engine.model import DecisionInstance


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asked a decision, and where."""

    definition_id: int
    """The version of the decision that was asked for."""
    by: str
    at: dt.datetime
    instance_id: int | None = None
    token: int | None = None


def record_decisions(session: Session, instance_id: int, outcome: Outcome, actor: str, now: dt.datetime) -> None:
    """Write what the business rule tasks of a step decided: a statement each, two where a graph was evaluated."""
    for token, decided in zip(outcome.deciders, outcome.decisions, strict=True):
        evidence: Any = decided
        asked = Asked(definition_id=int(evidence["version"]), by=actor, at=now, instance_id=instance_id, token=token)
        record_evaluation(session, asked, evidence["decisions"] or [_alone(evidence)])


def record_evaluation(
    session: Session, asked: Asked, decisions: Sequence[Mapping[str, Any]], failure: str | None = None
) -> int:
    """Write the decisions of one evaluation, the one asked for last, and give its key."""
    rows = [decision_row(asked, number, decision) for number, decision in enumerate(decisions, start=1)]
    rows[-1]["failure"] = failure
    key = session.scalars(insert(DecisionInstance).returning(DecisionInstance.id), rows[-1:]).one()
    required = [{**row, "evaluation": key} for row in rows[:-1]]
    if required:
        session.execute(insert(DecisionInstance), required)
    return key


def _alone(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is known of a decision that left no trace of its own."""
    name = evidence["decision"]
    return {"id": name, "name": name, "value": evidence.get("value"), "tables": []}


def decision_row(asked: Asked, number: int, decision: Mapping[str, Any]) -> dict[str, Any]:
    """Give the row of one decision, from what ``dmn.Evaluated.as_json`` tells of it."""
    return {
        "evaluation": None,
        "number": number,
        "instance_id": asked.instance_id,
        "token": asked.token,
        "definition_id": asked.definition_id,
        "decision_id": decision["id"],
        "name": decision["name"],
        "kind": "DECISION_TABLE" if decision["tables"] else "LITERAL_EXPRESSION",
        "evaluated_at": asked.at,
        "evaluated_by": asked.by,
        "body": json_text.dump_text({"value": decision["value"], "tables": decision["tables"]}),
        "failure": None,
    }
