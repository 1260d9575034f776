"""Expressions, tried without a case."""

from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field

from engine.queries.evaluate_expression import LONGEST, evaluate_expression
from web.api.blueprint import EVALUATORS, blueprint
from web.api.exact_json import write_exactly
from web.api.wire import TENANT, Answer, Body, Variables
from web.auth import allow


class ExpressionEvaluation(Body):
    """What to evaluate, and with which values."""

    expression: Annotated[str, Field(min_length=1, max_length=LONGEST)] = Field(
        description="FEEL; a leading = is allowed."
    )
    variables: Variables | None = None
    tenant_id: Literal["<default>"] = TENANT


class ExpressionWarning(Answer):
    """Why a part became null."""

    message: str


class ExpressionResult(Answer):
    """What the expression gave."""

    expression: str
    result: Any = Field(description="Temporal values are texts; a function is null, with a warning.")
    warnings: list[ExpressionWarning]
    referenced_secrets: list[str] = Field(default_factory=list, description="Always empty: FEEL reads no secrets here.")


@blueprint.post("/expression/evaluation")
@allow(*EVALUATORS, writes=False)
@blueprint.input(ExpressionEvaluation, arg_name="sent")
@blueprint.output(ExpressionResult)
@blueprint.doc(operation_id="evaluateExpression", tags=["Expression"])
def evaluate(sent: ExpressionEvaluation) -> Response:
    """Evaluate a FEEL expression with variables, within limits of work and size.

    Functions of the organisation and the calendar are not there. For process owners and administrators.
    """
    tried = evaluate_expression(sent.expression, sent.variables or {})
    return write_exactly(
        ExpressionResult(
            expression=sent.expression,
            result=tried.value,
            warnings=[ExpressionWarning(message=text) for text in tried.warnings],
        )
    )
