"""The compatibility kit's models of level 2 load and give the expected values."""

from pathlib import Path

import pytest

from engine import dmn
from tests.dmn.kit import KIT, agrees, cases

FOLDERS = sorted(folder for folder in KIT.glob("*") if folder.is_dir())
needs_kit = pytest.mark.skipif(not FOLDERS, reason="the DMN compatibility kit is not beside this checkout")


@needs_kit
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_model_of_the_kit_gives_the_expected_values(folder: Path) -> None:
    models = {path: dmn.load(path.read_bytes()) for path in folder.glob("*.dmn")}
    expected = list(cases(folder))
    assert expected
    wrong = []
    for case in expected:
        found = models[case.model].evaluate(case.decision, case.inputs)
        if not agrees(found.value, case.expected):
            wrong.append((case.id, case.decision, found.value, case.expected, [str(one) for one in found.warnings]))
    assert wrong == []


@needs_kit
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_model_of_the_kit_has_no_errors(folder: Path) -> None:
    for path in folder.glob("*.dmn"):
        found = dmn.lint(path.read_bytes(), path.name)
        assert [str(one) for one in found if one.severity == "error"] == []
