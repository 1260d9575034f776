"""Scenarios that process owners write wrongly: each error says where."""

import json
from typing import Any

import pytest

from engine.errors import InvalidError
from engine.scenarios import read_script

STEP = {"at": "2026-03-02T09:00", "do": "wait"}


def _script(**changes: Any) -> bytes:  # noqa: ANN401 - JSON of any kind
    scenario = {"id": "one", "title": "一", "clauses": [], "steps": [STEP], "expect": {"state": None}, **changes}
    told = {"format": 1, "process": "p", "organisation": "demo", "answers": {"yes": {"a": 1}}, "scenarios": [scenario]}
    return json.dumps(told).encode()


def test_answers_are_taken_by_name_and_changed() -> None:
    step = {"at": "2026-03-02T09:00", "do": "start", "by": "li.na", "answers": "yes", "change": {"b": 2}}
    (scenario,) = read_script(_script(steps=[step]), "scenarios.json").scenarios
    assert scenario.steps[0].values == {"a": 1, "b": 2}
    assert scenario.steps[0].at.isoformat() == "2026-03-02T01:00:00+00:00"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"steps": [{**STEP, "do": "dance"}]}, "scenarios[0].steps[0].do"),
        ({"steps": [{**STEP, "do": "claim", "by": "li.na"}]}, "scenarios[0].steps[0]"),
        ({"steps": [{**STEP, "at": "昨天"}]}, "scenarios[0].steps[0].at"),
        ({"steps": [{**STEP, "do": "start", "by": "li.na", "answers": "no"}]}, "no"),
        ({"steps": [{**STEP, "at": "2026-03-03T09:00"}, STEP]}, "2026-03-02T09:00"),
        ({"expect": {"stat": "ACTIVE"}}, "scenarios[0].expect"),
        ({"expect": {"state": "DONE"}}, "scenarios[0].expect.state"),
    ],
)
def test_a_mistake_is_told_with_its_place(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_script(_script(**changes), "scenarios.json")
    assert told in str(refused.value)
    assert "scenarios.json" in str(refused.value)


def test_text_that_is_no_json_is_told_with_its_line() -> None:
    with pytest.raises(InvalidError) as refused:
        read_script(b'{\n"format": 1,\n oops', "scenarios.json")
    assert "第 3 行" in str(refused.value)
