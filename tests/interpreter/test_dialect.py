"""The table in ``engine/README.md`` says the truth."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from engine.interpreter.lint_elements import EVENTS, RUNS
from tests.interpreter.dialect import README, ROOT, ROWS, Row, replaced

SOURCE = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "engine/interpreter").glob("*.py"))


def _kinds() -> Iterator[str]:
    """Name everything that the check before publication lets run."""
    yield from RUNS
    for kind, events in EVENTS.items():
        for event in events:
            if not (kind == "boundaryEvent" and event is None):
                yield f"{kind}:{event}" if event else kind


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_the_readme_has_the_table_as_it_is_now() -> None:
    text = README.read_text(encoding="utf-8")
    assert replaced(text) == text, "python -m tests.interpreter.dialect writes it"


def test_everything_that_runs_has_its_row() -> None:
    told = {kind for row in ROWS for kind in row.kinds}
    assert set(_kinds()) - told == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kinds[0])
def test_the_attributes_are_read_and_the_tests_exist(row: Row) -> None:
    words = [word for attribute in row.attributes for word in attribute.split()]
    assert [word for word in words if word not in SOURCE] == []
    missing = [name for file, name in row.tests if name not in _functions(ROOT / "tests" / file)]
    assert missing == []
    assert row.tests
