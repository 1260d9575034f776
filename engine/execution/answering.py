"""What a case takes of a connector's result: the headers ``resultVariable``, ``resultExpression``, ``errorExpression``.

As in Camunda's connectors: the expressions see the result's parts and the whole of it as ``response``; the error
expression sees ``error`` where there was one, and answers with ``bpmnError``, ``jobError`` or ``ignoreError``.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from engine import feel
from engine.connectors import FailedError, RefusedError
from engine.connectors.call import ConnectorError
from engine.connectors.reading import seconds
from engine.errors import EngineError, mark
from engine.execution.throwing import Thrown
from engine.interpreter import Element, Environment, StuckError

Answer = dict[str, object] | Thrown
"""Variables for the case, or the BPMN error that the diagram makes of a result."""


def answer_to(element: Element, result: Mapping[str, object], now: dt.datetime) -> Answer:
    """Give what the case takes of a result.

    Raises RefusedError where an expression fails, FailedError where the error expression says ``jobError``.
    """
    heard = _error_of(element, {**result, "response": dict(result)}, now)
    if heard is not None:
        return heard
    return _taken(element, result, now)


def answer_to_error(element: Element, error: EngineError, now: dt.datetime) -> Answer | None:
    """Give what the error expression of the diagram makes of an error; None where it leaves it an error.

    Raises FailedError where it says ``jobError``.
    """
    known = error if isinstance(error, ConnectorError) else None
    told = {
        "code": known.code if known is not None else None,
        "message": str(error),
        "variables": dict(known.variables) if known is not None else {},
    }
    return _error_of(element, {"error": told}, now)


def _taken(element: Element, result: Mapping[str, object], now: dt.datetime) -> dict[str, object]:
    variable, expression = element.headers.get("resultVariable"), element.headers.get("resultExpression")
    if not variable and not expression:
        # A connector's answer is for the evidence; of it the case takes what the diagram maps, and nothing else.
        return dict(result) if element.outputs else {}
    taken: dict[str, object] = {variable: dict(result)} if variable else {}
    if expression:
        found = _evaluated(expression, {**result, "response": dict(result)}, now)
        if not isinstance(found, dict):
            raise RefusedError(
                mark("结果表达式 resultExpression 应给出一组名称和值，如 ={{rate: response.body.rate}}。"),
                where="resultExpression",
            )
        taken |= found
    return taken


def _error_of(element: Element, seen: Mapping[str, object], now: dt.datetime) -> Answer | None:
    expression = element.headers.get("errorExpression")
    if not expression:
        return None
    found = _evaluated(expression, {"error": None, **seen, **_FUNCTIONS}, now)
    if not isinstance(found, dict):
        return None
    variables = found.get("variables")
    values = variables if isinstance(variables, dict) else {}
    match found.get("errorType"):
        case "bpmnError":
            code, message = str(found.get("code") or ""), str(found.get("message") or "")
            return Thrown(code=code, message=message, variables=values)
        case "jobError":
            raise _job_error(found)
        case "ignoreError":
            return values
    return None


def _job_error(told: Mapping[str, object]) -> FailedError:
    failed = FailedError("{reason}", reason=told.get("message") or "")
    retries = told.get("retries")
    failed.retries = int(retries) if isinstance(retries, Decimal) and 0 <= retries <= 1000 else None
    failed.back_off = seconds(told.get("retryBackoff"))
    return failed


def _evaluated(expression: str, seen: Mapping[str, object], now: dt.datetime) -> object:
    try:
        found = Environment(now=now).evaluate(expression, seen)
        return feel.to_json(found)
    except StuckError as error:
        refused = RefusedError(error.message)
        refused.facts = error.facts
        raise refused from error


def _telling(kind: str, *parameters: str) -> feel.HostFunction:
    def tell(*arguments: object) -> dict[str, object]:
        return {"errorType": kind, **dict(zip(parameters, arguments, strict=False))}

    return feel.HostFunction(parameters, tell, optional=len(parameters) - 1)


_FUNCTIONS: Mapping[str, object] = {
    "bpmnError": _telling("bpmnError", "code", "message", "variables"),
    "jobError": _telling("jobError", "message", "variables", "retries", "retryBackoff"),
    "ignoreError": _telling("ignoreError", "variables"),
}
