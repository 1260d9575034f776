"""Laws that hold for all tables: the checks agree with what really happens, and no input raises anything else."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import dmn
from engine.errors import UnpublishableError
from tests.dmn.building import decision, definitions, input_data, table

NUMBERS = range(6)
CELLS = st.one_of(
    st.just("-"),
    st.sampled_from(NUMBERS).map(str),
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from(NUMBERS)),
    st.builds(
        "{}{}..{}{}".format,
        st.sampled_from("[("),
        st.sampled_from(NUMBERS),
        st.sampled_from(NUMBERS),
        st.sampled_from("])"),
    ),
    st.builds("not({}, {})".format, st.sampled_from(NUMBERS), st.sampled_from(NUMBERS)),
)
TABLES = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5)
POINTS = [Decimal(n) / 2 for n in range(-1, 12)]
"""Every constant of the cells, and one value in each space between them."""


def file_of(rules: list[tuple[str, str]], policy: str) -> bytes:
    rows = [[*cells, str(number)] for number, cells in enumerate(rules, start=1)]
    logic = table(["a|number", "b|number"], ["r|number"], rows, policy=policy)
    return definitions(input_data("a"), input_data("b"), decision("d", logic, inputs=["a", "b"]))


def matching(content: bytes) -> list[list[int]]:
    model = dmn.load(content)
    found = (model.evaluate("d", {"a": a, "b": b}).matched for a in POINTS for b in POINTS)
    return [[match.number for match in matched] for matched in found]


@settings(max_examples=25, deadline=None)
@given(TABLES)
def test_overlaps_gaps_and_dead_rules_are_found_exactly_where_they_are(rules: list[tuple[str, str]]) -> None:
    content = file_of(rules, "UNIQUE")
    hits, found = matching(content), dmn.lint(content, "t.dmn")
    together = {(a, b) for numbers in hits for a in numbers for b in numbers if a < b}
    assert {(one.facts["other"], one.facts["rule"]) for one in found if one.code == "rules_overlap"} == together
    assert any(one.code == "gap" for one in found) == ([] in hits)
    dead = set(range(1, len(rules) + 1)) - {number for numbers in hits for number in numbers}
    assert {one.facts["rule"] for one in found if one.code == "rule_never_matches"} == dead


@settings(max_examples=25, deadline=None)
@given(TABLES)
def test_rules_of_a_first_table_that_never_get_their_turn_are_found(rules: list[tuple[str, str]]) -> None:
    content = file_of(rules, "FIRST")
    reached = {number for numbers in matching(content) for number in numbers}
    found = {one.facts["rule"] for one in dmn.lint(content, "t.dmn") if one.code == "rule_never_matches"}
    assert found == set(range(1, len(rules) + 1)) - reached


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_mutated_file_is_refused_or_read_and_never_crashes(data: st.DataObject) -> None:
    content = bytearray(file_of([("< 1", "-"), (">= 1", "[1..2]")], "UNIQUE"))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=5))
    assert isinstance(dmn.lint(bytes(content), "t.dmn"), list)
    try:
        model = dmn.load(bytes(content))
    except UnpublishableError:
        return
    for one in model.decisions:
        assert isinstance(model.evaluate(one, {"a": 1, "b": 1}), dmn.Result)
