"""The literal cases of the DMN Technology Compatibility Kit, of which every deviation is named with its reason."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from engine import feel

CASES = Path(__file__).resolve().parents[3] / "shared" / "tck" / "feel_literals.json"
TYPED = "the case's decision has a type that the literal alone does not carry"
NAMED = "the type is an item definition of the case's model, which the literal alone does not carry"
EXACT = "moments are compared to the nanosecond, so two that differ by a fraction of a second are not equal"
DEVIATIONS = {
    **{("0082-feel-coercion", f"decision_{number}"): TYPED for number in ("003", "005", "007")},
    **{("0082-feel-coercion", f"literal_{number}"): TYPED for number in ("004", "006")},
    **{("0070-feel-instance-of", f"context_{number}"): NAMED for number in ("013", "014", "015", "016")},
    **{("0070-feel-instance-of", f"list_{number}"): NAMED for number in ("013", "014", "014_a", "015", "018")},
    ("0070-feel-instance-of", "string_013"): NAMED,
    ("0068-feel-equality", "datetime_003_a"): EXACT,
}
FUNCTIONS = {"date": "date", "time": "time", "dateTime": "date and time", "duration": "duration"}


def clock() -> dt.datetime:
    return dt.datetime(2026, 11, 24, 6, 0, tzinfo=dt.UTC)


def expected_value(tree: object) -> object:
    if isinstance(tree, dict) and "@" in tree:
        return feel.evaluate(f"{FUNCTIONS[tree['@']]}(text)", {"text": tree["v"]})
    if isinstance(tree, dict):
        return {key: expected_value(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [expected_value(value) for value in tree]
    return Decimal(repr(tree)) if isinstance(tree, float) else tree


def same(value: object, expected: object) -> bool:
    if isinstance(value, Decimal) and isinstance(expected, Decimal):
        return abs(value - expected) <= Decimal("1e-8")
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(same, value, expected))
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(same(value[key], expected[key]) for key in value)
    return type(value) is type(expected) and value == expected


def outcome(expression: str) -> object:
    try:
        return feel.evaluate(expression, {}, clock=clock)
    except feel.FeelError:
        return None


@pytest.mark.skipif(not CASES.exists(), reason="the conformance data is not beside this checkout")
def test_every_literal_case_gives_the_expected_value_or_is_a_documented_deviation() -> None:
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    failed = {
        (case["suite"], case["id"])
        for case in cases
        if not same(outcome(case["expr"]), expected_value(case["expected"]))
    }
    assert failed == DEVIATIONS.keys()
    assert len(failed) <= len(cases) * 0.02
