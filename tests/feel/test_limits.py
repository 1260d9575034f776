"""Hostile expressions end in an error, or in null, within their budget; none of them needs 64 MB."""

import resource
from collections.abc import Iterator

import pytest

from engine import feel

MEMORY = 64 << 20
DOUBLING = "a0: [1, 1]" + "".join(f", a{i}: [a{i - 1}, a{i - 1}]" for i in range(1, 60))
LONG_TEXT = 'string join(for i in 1..20000 return "aaaaaaaaaa")'

REFUSED = {
    "parentheses": "(" * 5_000 + "1" + ")" * 5_000,
    "lists": "[" * 9_000,
    "contexts": "{a:" * 3_000 + "1" + "}" * 3_000,
    "signs": "-" * 9_000 + "1",
    "calls": "f" + "()" * 5_000,
    "negations": "not(" * 3_000 + "true" + ")" * 3_000,
    "conditions": "if true then " * 800 + "1" + " else 1" * 800,
    "a path": "a" + ".b" * 5_000,
    "filters": "[1]" + "[1]" * 3_000,
    "comparisons": "=".join(["1"] * 3_000),
    "types": "1 instance of " + "list<" * 3_000 + "number" + ">" * 3_000,
    "functions": "function(x) " * 1_500 + "x",
    "a long text": "1 +" * 10_000 + "1",
    "a large number": "1e999999999",
    "a long loop": "for a in 1..1000000000 return a",
    "nested loops": "for a in 1..1000, b in 1..1000, c in 1..1000 return a * b * c",
    "many variables": "for " + ", ".join(f"x{i} in [1, 2]" for i in range(200)) + " return 1",
    "a search": "some a in 1..1000000000 satisfies a = -1",
    "days": 'for i in @"0001-01-01"..@"9999-12-31" return i',
    "doubled text": '{a0: "xxxxxxxxxx"' + "".join(f", a{i}: a{i - 1} + a{i - 1}" for i in range(1, 60)) + "}",
    "doubled lists compared": f"{{{DOUBLING}, r: a59 = a59}}",
    "doubled lists flattened": f"{{{DOUBLING}, r: flatten(a59)}}",
    "doubled lists as text": f"{{{DOUBLING}, r: string(a59)}}",
    "doubled lists as JSON": f"{{{DOUBLING}, r: to json(a59)}}",
    "the list so far": "for i in 1..5000 return [partial, partial]",
    "endless recursion": "{f: function(x) f(x + 1), r: f(0)}",
    "branching recursion": "{f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(25)}",
    "a function given to itself": "{f: function(g, x) g(g, x), r: f(f, 0)}",
    "deep values": "{f: function(n, x) if n = 0 then x else f(n - 1, [x]), r: f(500, 1)}",
    "a costly order": "sort(for i in 1..50000 return -i, function(a, b) a < b)",
    "parts of a text": f"{{s: {LONG_TEXT}, r: for i in 1..20000 return substring(s, 2)}}",
    "replaced text": f'{{s: {LONG_TEXT}, r: replace(s, "a", s)}}',
    "joined text": f"{{s: {LONG_TEXT}, r: string join(for i in 1..1000 return s)}}",
    "copies of a list": "{l: for i in 1..50000 return i, r: for i in 1..1000 return reverse(l)}",
    "lists compared": "{l: for i in 1..50000 return i, r: for i in 1..50000 return l = l}",
    "lists checked": "{l: for i in 1..50000 return i, r: for i in 1..50000 return l instance of list<number>}",
    "distinct lists": "distinct values(for i in 1..20000 return [i])",
    "a backtracking pattern": f'{{s: {LONG_TEXT}, r: replace(s, "a.*z|a", "bb")}}',
    "a large pattern": f'{{s: {LONG_TEXT}, r: matches(s, "(.{{0,500}}){{2}}x")}}',
    "powers": "for i in 1..100000 return 1.0000001 ** 12345.678",
    "remainders": "for i in 1..100000 return modulo(10 ** 6144, 7)",
    "zones": 'for i in 1..100000 return @"2026-01-01T00:00:00@Asia/Shanghai" + @"P1D"',
}
NULL = {
    "a tower of powers": "**".join(["9"] * 3_000),
    "an exponent": "exp(1e6)",
    "an overflow": "10 ** 6144 * 10",
    "a duration": 'duration("P999999999999999D") * 1e20',
    "a late date": '@"2026-01-01" + @"P999999999999999Y"',
    "nested JSON": 'from json("' + "[" * 9_000 + '")',
    "repeated repetition": 'matches("x", "((a{1000}){1000}){1000}")',
    "nested classes": 'matches("x", "' + "[a-z-" * 100 + "[a]" + "]" * 100 + '")',
    "an endless name": " ".join(["a"] * 9_000),
    "an endless difference": "a-" * 9_000 + "a",
}


@pytest.fixture(autouse=True)
def _measured() -> Iterator[None]:
    """Hold the growth of the process's peak against the limit: what an earlier test needed is no matter."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MEMORY


@pytest.mark.parametrize("expression", REFUSED.values(), ids=REFUSED)
def test_what_asks_for_too_much_is_refused(expression: str) -> None:
    with pytest.raises(feel.FeelError):
        feel.evaluate(expression, {})


@pytest.mark.parametrize("expression", NULL.values(), ids=NULL)
def test_what_has_no_value_is_null(expression: str) -> None:
    assert feel.evaluate(expression, {}) is None


def test_long_but_flat_expressions_are_computed() -> None:
    assert feel.evaluate("+".join(["1"] * 9_000), {}) == 9_000
    assert feel.evaluate(" and ".join(["true"] * 2_000), {}) is True
    assert feel.evaluate("(" * 98 + "1" + ")" * 98, {}) == 1


def test_functions_may_call_themselves_sixty_deep() -> None:
    factorial = "{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(60)}.r"
    assert feel.compile(factorial).evaluate_with_warnings({})[1] == []


def test_deep_values_from_outside_are_refused() -> None:
    value: object = 1
    for _ in range(5_000):
        value = [value]
    with pytest.raises(feel.FeelLimitError):
        feel.evaluate("a = a", {"a": value})
    with pytest.raises(feel.FeelLimitError):
        feel.to_json(value)


def test_a_budget_is_counted_anew_for_each_evaluation() -> None:
    compiled = feel.compile("count(for i in 1..30000 return i)")
    assert [compiled.evaluate({}) for _ in range(10)] == [30_000] * 10
