"""Whoever sends what can't be used reads in their language which field is wrong, and what it should be."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import web.api  # noqa: F401 - all its bodies are known then
from tests.api.conftest import AsPerson
from web.api.faults import UNKNOWN, MalformedError
from web.api.wire import Body

WRONG: list[Any] = [None, True, 1, -(10**12), 10**12, "", "x", "x" * 5_000, [], [None] * 2_000, {}, {"no such": 1}]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"filter": 1}, "应为对象，即 { } 里的名称和值。"),
        ({"filter": {"nothing": 1}}, "不支持这个字段。"),
        ({"filter": {"assignee": 1}}, "应为文本，写在英文双引号里。"),
        ({"filter": {"processInstanceKey": "one"}}, "应为编号：文本，至多 25 个数字。"),
        ({"filter": {"creationDate": "yesterday"}}, "应为时刻，如 2026-03-02T09:00:00Z。"),
        ({"filter": {"creationDate": 20260302}}, "应为时刻，如 2026-03-02T09:00:00Z。"),
        ({"page": {"limit": -1}}, "不能小于 1。"),
        ({"page": {"limit": "10"}}, "应为整数。"),
        ({"sort": {}}, "应为列表，即 [ ] 里的值。"),
        ({"sort": [{}]}, "缺少这个字段。"),
        ({"sort": [{"field": "name", "order": "up"}]}, "只能是这些值：'ASC', 'DESC'。"),
    ],
)
def test_a_wrong_field_says_what_it_should_be(program: AsPerson, sent: dict[str, Any], reason: str) -> None:
    document = program("zhang.wei").refused(400, "POST", "/user-tasks/search", json=sent)
    assert [fault["message"] for fault in document["errors"]] == [reason]
    assert document["detail"].endswith("：" + reason)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"filter": {\n"name": x}}', "从第 2 行第 9 个字符起读不下去"),
        (b'{"filter": "\xff"}', "正文应为 UTF-8 编码"),
        (b'{"page": {"limit": NaN}}', "NaN 不是 JSON 的数"),
        (b'{"page": {"limit": 1e999999999}}', "有超过 400 位的数"),
        (b'{"page": {"limit": ' + b"9" * 5000 + b"}}", "有超过 400 位的数"),
        (b'{"name": "\\u0000"}', "有不能使用的字符（如 U+0000）"),
        (b"[" * 100_000, "嵌套超过 100 层"),
        (b'{"filter":' * 200 + b"{}" + b"}" * 200, "嵌套超过 100 层"),
    ],
)
def test_a_body_that_can_not_be_read_says_why(program: AsPerson, body: bytes, reason: str) -> None:
    document = program("zhang.wei").refused(
        400, "POST", "/user-tasks/search", data=body, content_type="application/json"
    )
    assert document["detail"] == "请求正文不是可用的 JSON：" + reason


def bodies() -> list[type[Body]]:
    """Give all bodies, the oldest first."""
    found: list[type[Body]] = [Body]
    for body in found:
        found += body.__subclasses__()
    return found[1:]


def refusals(model: type[BaseModel]) -> Iterator[MalformedError]:
    """Give what a body says to values that are wrong, each alone, whatever else is missing."""
    names = {field.alias or name for name, field in model.model_fields.items()}
    for sent in (*WRONG, *({name: value} for name in names for value in (*WRONG, *([value] for value in WRONG)))):
        try:
            model.model_validate(sent)
        except ValidationError as error:
            yield MalformedError(error.errors(include_url=False, include_input=False))


def test_no_fault_of_any_body_is_told_in_the_words_of_a_library() -> None:
    told = {
        sentence.message for model in bodies() for refusal in refusals(model) for _field, sentence in refusal.faults
    }
    assert len(told) > 10
    assert UNKNOWN not in told
