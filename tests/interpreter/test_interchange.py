"""Diagrams that real modelers drew: each is deployable or gets findings; none is an exception."""

from pathlib import Path

import pytest

from engine.interpreter import specification
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "miwg"
NOTHING = Known(forms=frozenset(), job_types=frozenset())
FILES = sorted(FOLDER.glob("*.bpmn"))


@pytest.mark.skipif(not FILES, reason="the interchange diagrams are not in this checkout's ../shared")
@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_interchange_diagram_is_deployable_or_gets_findings(path: Path) -> None:
    content = path.read_bytes()
    checked = check(content, path.name, NOTHING)
    if checked.errors:
        assert all(found.message and found.resource == path.name for found in checked.errors)
        assert all(found.line for found in checked.errors)
        return
    for process in checked.processes:
        if process.executable:
            assert specification(content, process.id).spec.task_specs


def test_no_diagram_at_all_is_an_exception_when_bytes_are_lost() -> None:
    for path in FILES[:4]:
        content = path.read_bytes()
        for cut in range(0, len(content), max(1, len(content) // 40)):
            assert check(content[:cut], path.name, NOTHING).findings
