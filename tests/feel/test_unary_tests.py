"""The cells of decision tables."""

from decimal import Decimal

import pytest

from engine import feel


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("-", None, True),
        ("5", 5, True),
        ("> 5, < 2", 1, True),
        ("> 5, < 2", 3, False),
        ("[1..3]", 3, True),
        ("]1..3[", 3, False),
        ('"a", "b"', "b", True),
        ('not("a", "b")', "b", False),
        ("not(> 5)", 3, True),
        ("> limit", 11, True),
        ("limit", 10, True),
        ("? > limit and ? < 20", 15, True),
        ('contains(?, "x")', "axb", True),
        ("[1, 2, 3]", 2, True),
        ("true", True, True),
        ("false", True, False),
        ("limit > 5", 3, True),
        ("null", None, True),
        ("> 5", None, None),
        ("> 5", "a", None),
        ('date("2026-01-01")', "2026-01-01", None),
        ('not("a"), "b"', "b", True),
    ],
)
def test_a_cell_is_passed_or_not(text: str, value: object, expected: object) -> None:
    assert feel.unary_test(text, value, {"limit": 10}) is expected


def test_compiled_tests_say_which_variables_they_read_and_why_they_are_uncertain() -> None:
    tests = feel.compile_unary_tests("> limit, ? = other.part")
    assert tests.names == {"limit", "other"}
    passed, warnings = tests.test_with_warnings(Decimal(1), {"limit": "x", "other": {"part": 2}})
    assert passed is None
    assert [str(warning) for warning in warnings] == ["“>”不能用于数字和文字。"]
