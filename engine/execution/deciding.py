"""Decisions of business rule tasks: the tables a version was published with, and the rules that matched."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine import feel
from engine.errors import mark
from engine.execution.immutable import Definition, decision_model
from engine.interpreter import DECISION_FAILED, DECISION_MISSING, Decided, StuckError


def decide(
    session: Session, found: Definition, decision_id: str, variables: Mapping[str, object], now: dt.datetime
) -> Decided:
    """Evaluate a decision the version is bound to. Raises StuckError where there is none, or it is too much work."""
    key = found.decisions.get(decision_id)
    if key is None:
        raise StuckError(
            DECISION_MISSING,
            mark("这个版本没有决策“{decision}”。请把决策表和流程图一起发布。"),
            decision=decision_id,
        )
    try:
        result = decision_model(session, key).evaluate(decision_id, variables, clock=lambda: now)
    except feel.FeelError as error:
        raise StuckError(
            DECISION_FAILED, mark("决策“{decision}”出错：{detail}"), decision=decision_id, detail=str(error)
        ) from error
    return Decided(value=result.value, evidence={"version": key, **result.as_json()})
