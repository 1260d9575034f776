"""The OpenAPI document tells all there is, and the server does what it tells."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Program
from tests.api.sdk_models import read_by_the_sdk
from tests.api.test_every_search import SEARCHES, caller
from tests.support.company import Company
from web.application import Application

__all__ = ["caller"]
EXAMPLES = 12
"""For each call, with right and with wrong input; the document has some ninety calls."""
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture
def document(app: Application) -> dict[str, Any]:
    """Read the document as a stranger."""
    answer = app.test_client().get("/v2/openapi.json")
    assert answer.status_code == 200
    read: dict[str, Any] = json.loads(answer.text)
    return read


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_call_is_told_with_every_answer(document: dict[str, Any], app: Application) -> None:
    told = dict(operations(document))
    served = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("v2.") and "path:" not in rule.rule]
    assert len(told) == len([rule for rule in served if rule.rule != "/v2/"])
    for call, operation in told.items():
        assert operation["operationId"], call
        assert operation["summary"].endswith("."), call
        assert {"401", "403", "500"} <= set(operation["responses"]), call
        for status, answer in operation["responses"].items():
            assert answer["description"], (call, status)
            assert status < "400" or list(answer["content"]) == ["application/problem+json"], (call, status)


def test_it_is_openapi_3_1_without_a_loose_end(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    text = json.dumps(document)
    named = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(document["components"]["schemas"])
    assert "$defs" not in text
    assert set(document["components"]["schemas"]) - named == set()
    assert set(document["components"]["securitySchemes"]) == {"basic", "bearer"}


def test_no_generated_call_fails_or_gets_an_answer_that_is_not_told(
    app: Application,
    company: Company,
    caller: Program,
    document: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.api.jobs.LONGEST_WAIT", 0)
    company.approve(company.start())
    company.start()
    there, called = keys_that_exist(caller), set()
    ask = asker(caller)
    for result in schemathesis.openapi.from_wsgi("/v2/openapi.json", app).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        keys: dict[str, Any] = {one.name: there.get(one.name, "1") for one in operation.path_parameters}
        given(case=operation.as_strategy(path_parameters=keys or None))(ask)()
        if operation.body or operation.path_parameters:
            given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))(ask)()
        called.add(operation.label)
    assert called == {call for call, _ in operations(document)}


def keys_that_exist(program: Program) -> dict[str, str]:
    """Give a key of each kind, so that generated calls find something: the case is not the one of the task."""
    items = [item for noun in SEARCHES for item in program.found(noun)]
    cases = {item["processInstanceKey"] for item in items if "processInstanceKey" in item}
    items += program.found("variables", filter={"processInstanceKey": {"$in": sorted(cases)}})
    return {name: value for item in reversed(items) for name, value in item.items() if name.endswith("Key") and value}


def asker(program: Program) -> Callable[..., None]:
    """Give a test of one generated call."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case[Any]) -> None:
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {program.token}"}, checks=list(CHECKS))
        path = case.formatted_path.removeprefix("/v2")
        read_by_the_sdk(case.method, path, answer.status_code, answer.content)

    return ask
