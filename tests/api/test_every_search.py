"""Every search does what its schemas promise: each filter, each operator, each order, and cursors both ways."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.commands.deploy import File, deploy
from engine.commands.publish_message import publish_message
from engine.commands.start_instance import start_instance
from tests.api.conftest import AsPerson, Program
from tests.api.test_element_instances import FLOWS, NODES
from tests.api.test_jobs import PAYING
from tests.execution.test_events import TABLE, WAITING
from tests.interpreter.test_elements import written
from tests.model.test_earlier_cases import DECIDING
from tests.support.company import Company
from web.application import Application

SEARCHES = (
    "audit-logs",
    "correlated-message-subscriptions",
    "decision-definitions",
    "decision-instances",
    "decision-requirements",
    "element-instances",
    "incidents",
    "jobs",
    "message-subscriptions",
    "process-definitions",
    "process-instances",
    "user-tasks",
)
NOT_IN_ITEMS = {"candidateUser", "candidateGroup", "decisionRequirementsKey", "isLatestVersion"}
"""Filters that no field of an item answers to; other tests try them."""
Schema = dict[str, Any]


@pytest.fixture
def caller(company: Company, program: AsPerson) -> Program:
    """Fill every list with two things at least, and ask as somebody who may see all."""
    diagrams = {"passing": written(NODES, FLOWS), "paying": PAYING, "waiting": WAITING, "deciding": DECIDING}
    files = [
        File(name=f"{name}.bpmn", content=content.replace(b'id="process"', f'id="{name}"'.encode()))
        for name, content in diagrams.items()
    ]
    other = TABLE.replace(b'id="rate"', b'id="other"')
    with company.database.transaction() as session:
        deploy(
            session, [*files, File(name="rate.dmn", content=TABLE), File(name="other.dmn", content=other)], "zeng.rui"
        )
        for order in ("7", "8"):
            start_instance(session, "passing", {"people": [], "order": order, "never": False}, "zhang.wei")
            start_instance(session, "paying", {}, "zhang.wei")
            start_instance(session, "deciding", {"amount": 250}, "zhang.wei")
            start_instance(session, "waiting", {"order": "x" + order}, "zhang.wei")
            publish_message(session, "paid", order, {}, "zhang.wei")
    company.work()
    return program("admin")


def body_schema(app: Application, noun: str) -> tuple[Schema, Schema]:
    """Give the schema of a search's body, and all schemas."""
    document = json.loads(app.test_client().get("/v2/openapi.json").text)
    content = document["paths"][f"/v2/{noun}/search"]["post"]["requestBody"]["content"]
    schemas = document["components"]["schemas"]
    return resolved(content["application/json"]["schema"], schemas), schemas


def resolved(schema: Schema, schemas: Schema) -> Schema:
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def filters(body: Schema, schemas: Schema) -> Iterator[tuple[str, set[str]]]:
    """Give each filter that an item's field answers to, with its operators; none where it takes plain values alone."""
    wanted = body["properties"]["filter"]
    of = resolved(wanted.get("allOf", [wanted])[0], schemas)
    for field, schema in of["properties"].items():
        conditions = [resolved(one, schemas) for one in schema.get("anyOf", schema.get("oneOf", []))]
        operators = {name for one in conditions for name in one.get("properties", {})}
        yield field, operators


def probes(value: Any, operators: set[str]) -> Iterator[tuple[object, bool]]:  # noqa: ANN401 - JSON is any value
    """Give conditions on a field, each with whether an item of this value fits."""
    if value is None:
        yield from [({"$exists": False}, True), ({"$exists": True}, False)] if "$exists" in operators else []
        return
    yield value, True
    told: dict[str, list[tuple[object, bool]]] = {
        "$eq": [(value, True)],
        "$neq": [(value, False)],
        "$exists": [(True, True), (False, False)],
        "$in": [([value], True)],
        "$notIn": [([value], False)],
        "$like": [("*", True), (f"{str(value)[:1]}*", True), ("\\*", False)],
        "$gt": [(value, False)],
        "$gte": [(value, True)],
        "$lt": [(value, False)],
        "$lte": [(value, True)],
    }
    for operator in sorted(operators):
        yield from (({operator: asked}, fits) for asked, fits in told[operator])


@pytest.mark.parametrize("noun", SEARCHES)
def test_each_filter_finds_what_it_says(app: Application, caller: Program, noun: str) -> None:
    items = caller.found(noun, page={"limit": 20})
    assert len(items) >= 2
    chosen, missing = items[-1], set()
    for field, operators in filters(*body_schema(app, noun)):
        if field == "tenantId":
            assert chosen in caller.found(noun, filter={field: "<default>"})
        elif field not in chosen:
            missing.add(field)
        else:
            for asked, fits in probes(chosen[field], operators):
                found = caller.found(noun, filter={field: asked}, page={"limit": 1000})
                assert (chosen in found) == fits, (field, asked)
    assert missing <= NOT_IN_ITEMS


@pytest.mark.parametrize("noun", SEARCHES)
def test_each_order_leads_through_all_items_once_and_back(app: Application, caller: Program, noun: str) -> None:
    body, schemas = body_schema(app, noun)
    sort = resolved(body["properties"]["sort"]["items"], schemas)
    for number, field in enumerate(sort["properties"]["field"]["enum"]):
        by: dict[str, Any] = {"sort": [{"field": field, "order": ("ASC", "DESC")[number % 2]}]}
        whole = caller.search(noun, **by)["items"]
        half = len(whole) // 2
        first = caller.search(noun, **by, page={"limit": half})
        rest = caller.search(noun, **by, page={"after": first["page"]["endCursor"], "limit": 1000})
        assert [*first["items"], *rest["items"]] == whole, by
        back = caller.search(noun, **by, page={"before": rest["page"]["startCursor"], "limit": half})
        assert back["items"] == first["items"], by


def test_no_search_of_the_document_is_left_out(app: Application) -> None:
    document = json.loads(app.test_client().get("/v2/openapi.json").text)
    told = {path.removeprefix("/v2/").removesuffix("/search") for path in document["paths"] if path.endswith("/search")}
    within_one = {noun for noun in told if "{" in noun}
    # Variables are no rows, and have tests of their own.
    assert told - within_one - {"variables"} == set(SEARCHES)
