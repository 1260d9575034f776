"""Random forms and submissions: the verdict is the one that a table says.

The table is written from the specification of form-js' rules (trimmed lengths, pattern as search, decimals, options
that exist, readonly from what is stored, hidden and disabled left out), independently of the code under test.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FieldProblem, FormInvalidError
from engine.forms import Form, check, load
from tests.forms.building import clock, written

# Few values, so that many lie exactly on a limit.
WORDS = st.text(st.sampled_from("ab1 甲\U00020000"), max_size=4)
NUMBERS = st.integers(-8, 8).map(lambda quarters: Decimal(quarters) / 4)
OPTIONS = ["x", "y", 1, True]


def is_blank(value: object) -> bool:
    return value is None or value == [] or value is False or (isinstance(value, str) and value.strip() == "")


def is_empty(value: object) -> bool:
    return value is None or value == [] or value is False or value == ""


def units(text: str) -> int:
    return sum(2 if ord(one) > 0xFFFF else 1 for one in text.strip())


def is_multiple(value: Decimal, step: str) -> bool:
    return (value * 1000) % (Decimal(step) * 1000) == 0


def among(value: object) -> bool:
    return any(type(value) is type(one) and value == one for one in OPTIONS)


@dataclass(frozen=True)
class Rule:
    """One row of the table: a setting, the values it may have, and which inputs it accepts."""

    path: str
    settings: st.SearchStrategy[Any]
    accepts: Callable[[Any, Any], bool]
    """Takes the setting and a value that isn't empty."""


MIN_LENGTH = Rule("validate.minLength", st.integers(1, 4), lambda limit, value: units(value) >= limit)
MAX_LENGTH = Rule("validate.maxLength", st.integers(0, 3), lambda limit, value: units(value) <= limit)
PATTERN = Rule(
    "validate.pattern",
    st.sampled_from(["a", "^a", "1$", "^[ab]+$", "[\u4e00-\u9fa5]", "^.{2,3}$"]),
    lambda pattern, value: re.search(pattern, value) is not None,
)
EMAIL = Rule("validate.validationType", st.just("email"), lambda _, value: "@" in value)
MINIMUM = Rule("validate.min", st.integers(-2, 2), lambda limit, value: value >= limit)
MAXIMUM = Rule("validate.max", st.integers(-2, 2), lambda limit, value: value <= limit)
DIGITS = Rule("decimalDigits", st.integers(0, 2), lambda digits, value: value == round(value, digits))
STEP = Rule("increment", st.sampled_from(["0.5", "0.25", "3"]), lambda step, value: is_multiple(value, step))
OFFERED = Rule("values", st.just(OPTIONS), lambda _, value: among(value))
ALL_OFFERED = Rule("values", st.just(OPTIONS), lambda _, value: all(map(among, value)))

CHOICE = st.sampled_from([None, "x", "y", 1, True, "z", 2, False])
TABLE: dict[str, tuple[st.SearchStrategy[Any], tuple[Rule, ...], tuple[Rule, ...]]] = {
    # type: (inputs, rules that always hold, rules that a form may have)
    "textfield": (WORDS, (), (MIN_LENGTH, MAX_LENGTH, PATTERN, EMAIL)),
    "textarea": (WORDS, (), (MIN_LENGTH, MAX_LENGTH)),
    "number": (NUMBERS | st.none(), (), (MINIMUM, MAXIMUM, DIGITS, STEP)),
    "checkbox": (st.booleans(), (), ()),
    "radio": (CHOICE, (OFFERED,), ()),
    "select": (CHOICE, (OFFERED,), ()),
    "checklist": (st.lists(CHOICE.filter(lambda one: one is not None), max_size=3, unique_by=repr), (ALL_OFFERED,), ()),
    "taglist": (st.lists(CHOICE.filter(lambda one: one is not None), max_size=3, unique_by=repr), (ALL_OFFERED,), ()),
    "datetime": (st.none() | st.dates().filter(lambda day: day.year > 999).map(str), (), ()),
}
STATES = ("open", "open", "open", "open", "hidden", "readonly", "disabled")


@dataclass(frozen=True)
class Case:
    """One field with its input and what the table says."""

    component: dict[str, Any]
    state: str
    value: Any
    stored: Any
    accepted: bool


@st.composite
def cases(draw: st.DrawFn, key: str = "value") -> Case:
    kind = draw(st.sampled_from(sorted(TABLE)))
    inputs, always, possible = TABLE[kind]
    chosen = [rule for rule in possible if draw(st.booleans())]
    rules = [(rule, draw(rule.settings)) for rule in (*always, *chosen)]
    required, state = draw(st.booleans()), draw(st.sampled_from(STATES))
    component: dict[str, Any] = {"type": kind, "key": key, "id": f"field_{key}", "validate": {"required": required}}
    for rule, setting in rules:
        *above, last = rule.path.split(".")
        (component[above[0]] if above else component)[last] = setting
    if state == "hidden":
        component["conditional"] = {"hide": "=hide"}
    elif state != "open":
        component[state] = True
    if "values" in component and draw(st.booleans()):
        del component["values"]
        component["valuesExpression"] = "=offered"
    value = draw(inputs)
    right = is_empty(value) or all(rule.accepts(setting, value) for rule, setting in rules)
    right = right and not (required and is_blank(value))
    # A choice that was never offered is refused even where it looks like nothing, as false does.
    if kind in {"radio", "select"} and value is False:
        right = False
    return Case(component, state, value, draw(inputs), right)


def verdict(
    form: Form,
    submitted: dict[str, Any],
    stored: dict[str, Any],
) -> tuple[dict[str, FieldProblem], dict[str, object]]:
    try:
        return {}, check(form, submitted, stored, clock=clock)
    except FormInvalidError as error:
        return error.problems, {}


FORMS = st.integers(1, 8).flatmap(lambda count: st.tuples(*(cases(f"f{number}") for number in range(count))))


@given(FORMS)
def test_the_verdict_is_the_one_of_the_table(drawn: tuple[Case, ...]) -> None:
    form = load(written(*(one.component for one in drawn)))
    stored = {"hide": True, "offered": OPTIONS, **{one.component["key"]: one.stored for one in drawn}}
    submitted = {one.component["key"]: one.value for one in drawn}
    wrong = {one.component["key"] for one in drawn if one.state == "open" and not one.accepted}
    problems, found = verdict(form, submitted, stored)
    assert set(problems) == wrong
    assert all(str(problem).endswith("。") for problem in problems.values())
    if not wrong:
        expected = {one.component["key"]: one.value for one in drawn if one.state == "open"}
        expected |= {one.component["key"]: one.stored for one in drawn if one.state == "readonly"}
        assert found == expected


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["2026-01-31", "x", "T", "14:30"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(["#", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(cases(), ANYTHING, ANYTHING)
def test_no_input_whatever_raises_anything_but_a_refusal(case: Case, submitted: object, stored: object) -> None:
    rows = {"type": "dynamiclist", "path": "rows", "id": "rows", "components": [{**case.component, "id": "inner"}]}
    form = load(written(case.component, rows, {"type": "filepicker", "key": "files", "id": "files"}))
    keys = ("value", "rows", "files")
    problems, found = verdict(form, dict.fromkeys(keys, submitted), dict.fromkeys(keys, stored))
    assert not (problems and found)
    assert set(found) <= set(keys)
