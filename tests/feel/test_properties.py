"""Laws that hold for every expression and every value."""

import decimal
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import feel
from engine.feel import numbers
from engine.feel.parser import parse
from engine.feel.printer import to_text
from engine.feel.syntax import Comparison, InstanceOf, Name, Node, TypeName
from tests.feel.building import TREES

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False).map(numbers.CONTEXT.plus)
VALUES = st.one_of(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(), st.dates(), st.times(), st.datetimes()),
    st.one_of(st.integers(), st.floats(), st.timedeltas(), st.dictionaries(st.text(), st.integers())),
    st.lists(st.one_of(st.integers(), st.text(), st.floats())),
)
SORTS: list[st.SearchStrategy[object]] = [
    NUMBERS, st.text(), st.dates(), st.times(), st.datetimes(), st.timedeltas()
]  # fmt: skip
ORDERED = st.one_of(*(st.tuples(sort, sort) for sort in SORTS))
VOCABULARY = """
    a b ? x1 1 0 2.5 "s" "" @"P1D" @"2026-01-01" [ ] ( ) { } .. . , : + - * / ** < <= > >= = != and or not( in between
    if then else for some every satisfies return function instance of null true false item partial sum( count( string(
    matches( date( sort( list< number > -> external ` “ , \\ //
"""
WORDS = st.sampled_from(VOCABULARY.split())
OPERATORS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}


def complaint(call: Callable[[], object]) -> str | None:
    """Give what a FeelError says in both languages; None without one; let any other error through."""
    try:
        call()
    except feel.FeelError as error:
        return str(error) and error.english
    return None


@given(TREES)
@example(Comparison("<", InstanceOf(Name("a"), TypeName("number")), Name("b")))
@settings(max_examples=400, deadline=None)
def test_a_tree_written_as_text_reads_back_as_the_same_tree(tree: Node) -> None:
    try:
        read = parse(to_text(tree))
    except feel.FeelLimitError:
        return
    assert read == tree


@given(st.sampled_from(sorted(OPERATORS)), NUMBERS, NUMBERS)
def test_arithmetic_is_that_of_decimals_with_34_digits(operator: str, left: Decimal, right: Decimal) -> None:
    try:
        expected = getattr(numbers.CONTEXT, OPERATORS[operator])(left, right)
    except decimal.DecimalException:
        expected = None
    assert feel.evaluate(f"a {operator} b", {"a": left, "b": right}) == expected


@given(ORDERED)
def test_exactly_one_of_less_equal_and_greater_holds_for_ordered_values(pair: tuple[object, object]) -> None:
    context = {"a": pair[0], "b": pair[1]}
    results = [feel.evaluate(f"a {operator} b", context) for operator in ("<", "=", ">")]
    assert sorted(map(str, results)) == ["False", "False", "True"]
    assert feel.evaluate("a <= b", context) is (results[2] is False)
    assert feel.evaluate("a != b", context) is (results[1] is False)


@given(st.lists(st.one_of(st.none(), st.booleans()), min_size=2, max_size=4))
def test_and_and_or_are_each_others_mirror(values: list[bool | None]) -> None:
    context = {f"v{index}": value for index, value in enumerate(values)}
    conjunction = feel.evaluate(" and ".join(context), context)
    disjunction = feel.evaluate(" or ".join(f"not({name})" for name in context), context)
    assert feel.evaluate("not(x)", {"x": disjunction}) is conjunction


@given(st.lists(WORDS, max_size=25), VALUES)
@settings(max_examples=600, deadline=None)
@example(["1", "**", "1e9"], None)
def test_no_text_raises_anything_but_a_feel_error(words: list[str], value: object) -> None:
    for text in (" ".join(words), "".join(words)):
        context = {"a": value, "b": [value], "x-y": value}
        assert complaint(partial(feel.names, text)) != ""
        assert complaint(partial(feel.evaluate, text, context)) != ""
        assert complaint(partial(feel.unary_test, text, value, context)) != ""


@given(st.text(max_size=60), VALUES)
@settings(max_examples=300, deadline=None)
def test_no_random_text_raises_anything_but_a_feel_error(text: str, value: object) -> None:
    assert complaint(lambda: feel.evaluate(text, {"a": value})) != ""
    assert complaint(lambda: feel.unary_test(text, value, {})) != ""


FUNCTION_NAMES = sorted(feel.function_names())


@given(st.sampled_from(FUNCTION_NAMES), st.lists(VALUES, max_size=4))
@settings(max_examples=1500, deadline=None)
def test_no_function_raises_anything_but_a_feel_error_on_any_arguments(name: str, values: list[object]) -> None:
    context = {f"v{index}": value for index, value in enumerate(values)}
    compiled = feel.compile(f"{name}({', '.join(context)})")
    assert complaint(lambda: feel.format(compiled.evaluate(context))) != ""


@given(NUMBERS)
def test_a_number_written_as_text_reads_back_as_itself(number: Decimal) -> None:
    assert feel.evaluate("number(string(n))", {"n": number}) == number
    assert feel.load_json(feel.dump_json(number)) == number


@given(st.one_of(st.dates(), st.datetimes(timezones=st.just(None)), st.times()))
def test_a_date_or_time_written_as_text_reads_back_as_itself(value: object) -> None:
    text = feel.format(value)
    assert feel.evaluate(f'@"{text}"', {}) == value


@pytest.mark.parametrize("name", FUNCTION_NAMES)
def test_every_function_is_a_value_and_says_what_it_gives(name: str) -> None:
    assert feel.evaluate(f"{name} instance of function", {}) is True
