"""A refusal says what happened, where, and what to do, as a problem document."""

import re

import pytest

from tests.api.conftest import AsPerson
from web.api.published import published_methods
from web.application import Application

OWN_CALLS = [
    re.compile(path)
    for path in (
        # What people do to a task or say about a case has no published call: it stands beside those that have one.
        r"/user-tasks/\{user_task_key\}/[a-z/-]+",
        r"/process-instances/\{\w+\}/comments",
        r"/substitutions(/\{\w+\})?",
        # What an administrator does to a case that can't go on, beyond trying again: the published calls only retry.
        r"/incidents/\{incident_key\}/(skip|correction)",
        r"/process-instances/\{process_instance_key\}/redo",
        # Who leaves hands all tasks over at once; people, and so who follows them, are no part of the published calls.
        r"/handovers(/\{handover_key\}(/retry)?)?",
    )
]
"""The calls that are ours alone, by their paths, and why."""


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("GET", "/"), ("POST", "/user-tasks/1/nothing")])
def test_an_unknown_address_is_not_found(program: AsPerson, method: str, path: str) -> None:
    document = program("zhang.wei").refused(404, method, path)
    assert document["instance"] == "/v2" + path
    assert document["title"] == "Not Found"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/batch-operations/search"), ("POST", "/documents/a/links"), ("PUT", "/tenants/a/users/b")],
)
def test_a_published_call_that_is_not_supported_says_so(program: AsPerson, method: str, path: str) -> None:
    assert "/v2/openapi.json" in program("zhang.wei").refused(501, method, path)["detail"]


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/topology"), ("DELETE", "/jobs/activation"), ("TRACE", "/status")]
)
def test_a_method_that_an_address_does_not_have_is_refused(program: AsPerson, method: str, path: str) -> None:
    caller = program("zhang.wei")
    caller.refused(405, method, path)
    allowed = caller.call(method, path).headers["Allow"]
    assert set(allowed.split(", ")) == published_methods(path)


def test_every_call_here_is_a_published_one(app: Application) -> None:
    ours = {
        (rule.rule.removeprefix("/v2").replace("<", "{").replace(">", "}"), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("v2.") and rule.endpoint != "v2.not_supported"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert len(ours) > 20
    beyond = {path for path, method in ours if method not in published_methods(path)}
    assert {path for path in beyond if not any(own.fullmatch(path) for own in OWN_CALLS)} == set()
    # What is listed is there: a call that went away, or was published since, goes from the list.
    assert [own.pattern for own in OWN_CALLS if not any(own.fullmatch(path) for path in beyond)] == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1]",
        b'"text"',
        b'{"filter": {"name": "\\u0000"}}',
        b'{"filter": {"name": "\\ud800"}}',
        b'{"page": {"limit": NaN}}',
        b'{"page": {"limit": 1e999999999}}',
        b'{"page": {"limit": ' + b"9" * 5000 + b"}}",
        b"[" * 100_000,
        b'{"filter":' * 200 + b"{}" + b"}" * 200,
        b"\xff\xfe{",
    ],
)
def test_a_body_that_can_not_be_used_is_refused(program: AsPerson, body: bytes) -> None:
    assert program("zhang.wei").refused(400, "POST", "/user-tasks/search", data=body, content_type="application/json")[
        "detail"
    ]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/jobs/statistics/global?from=1423-06-07&to=5944-10-19&jobType=%F1%B1%88%B0%C2%97%00~", "“jobType”"),
        ("/substitutions?absent=%00", "“absent”"),
        ("/user-tasks/search?%00=1", "地址里有"),
        ("/process-instances/1%00", "地址里有"),
        ("/documents/a%00b?contentHash=a", "地址里有"),
        ("/decision-instances/1-%00", "地址里有"),
    ],
)
def test_an_address_that_no_database_can_keep_is_refused(program: AsPerson, path: str, named: str) -> None:
    method = "POST" if "search" in path else "GET"
    detail = program("zhang.wei").refused(400, method, path)["detail"]
    assert named in detail
    assert "不能使用的字符" in detail


def test_an_address_that_is_no_text_is_read_as_if_it_had_been_encoded(program: AsPerson) -> None:
    raw = {"QUERY_STRING": "from=1423-06-07&to=5944-10-19&jobType=\xff\xfe"}
    answer = program("zhang.wei").call("GET", "/jobs/statistics/global", environ_overrides=raw)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["created"]["count"] == 0


def test_a_body_that_is_not_json_is_refused(program: AsPerson) -> None:
    assert program("zhang.wei").refused(415, "POST", "/user-tasks/search", data="name=x", content_type="text/plain")[
        "detail"
    ]


def test_a_body_that_is_too_large_is_refused(program: AsPerson) -> None:
    large = b'"' + b"x" * 3 * 1024 * 1024 + b'"'
    assert program("zhang.wei").refused(413, "POST", "/user-tasks/search", data=large, content_type="application/json")[
        "detail"
    ]


def test_every_wrong_field_is_named(program: AsPerson) -> None:
    asked = {
        "filter": {"assignee": {"$eq": 5}, "tags": ["x"], "processInstanceKey": "one", "creationDate": "yesterday"},
        "page": {"limit": 0},
        "sort": [{"field": "businessId"}],
    }
    document = program("zhang.wei").refused(400, "POST", "/user-tasks/search", json=asked)
    assert sorted(error["field"] for error in document["errors"]) == [
        "filter.assignee.$eq",
        "filter.creationDate",
        "filter.processInstanceKey",
        "filter.tags",
        "page.limit",
        "sort.0.field",
    ]


def test_a_refusal_speaks_the_language_of_the_caller(app: Application) -> None:
    answer = app.test_client().get("/v2/nothing", headers={"Accept-Language": "en"})
    assert answer.json is not None
    assert answer.json["detail"].isascii()


def test_a_failure_tells_a_number_and_no_more(
    program: AsPerson, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("the inside of the house")

    monkeypatch.setattr("web.api.process_definitions.find_definition", fail)
    document = program("zhang.wei").refused(500, "GET", "/process-definitions/1")
    assert "inside" not in str(document)
    number = caplog.records[-1].message.split()[1].rstrip(":")
    assert number in document["detail"]
