"""Evaluate a decision that belongs to no case."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, feel
from engine.errors import NotFoundError, mark
from engine.execution.decisions import Asked, record_evaluation
from engine.execution.immutable import decision_model
from engine.model import DecisionDefinition


def evaluate_decision(session: Session, definition_id: int, variables: Mapping[str, object], actor: str) -> int:
    """Evaluate a version of a decision with variables; record what it saw, and give the key of the evaluation.

    No case is touched and no history event written: the record says who asked. Where the evaluation fails (it is too
    much work) the record says why. Raises NotFoundError.
    """
    row = session.execute(
        select(DecisionDefinition.decision_id, DecisionDefinition.name).where(DecisionDefinition.id == definition_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {id} 的决策版本。"), id=definition_id)
    now = clock.now()
    asked = Asked(definition_id=definition_id, by=actor, at=now)
    nothing = {"id": row.decision_id, "name": row.name, "value": None, "tables": []}
    try:
        result = decision_model(session, definition_id).evaluate(row.decision_id, variables, clock=lambda: now)
    except feel.FeelError as error:
        return record_evaluation(session, asked, [nothing], failure=str(error))
    return record_evaluation(session, asked, [one.as_json() for one in result.decisions] or [nothing])
