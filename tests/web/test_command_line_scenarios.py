"""``qucheng test`` as a process owner uses it."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.errors import InvalidError
from tests.bpmn.drawing import ROOT
from web.cli import qucheng

PROCESS = "new_channel_filing"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the first process with its forms, with two of its scenarios."""
    for part in ("forms/registers", f"forms/{PROCESS}", f"bpmn/{PROCESS}"):
        shutil.copytree(ROOT / part, tmp_path / part)
    path = tmp_path / "bpmn" / PROCESS / "scenarios.json"
    told = json.loads(path.read_bytes())
    told["scenarios"] = [one for one in told["scenarios"] if one["id"] in {"rejected", "withdrawn_before_approval"}]
    path.write_text(json.dumps(told), encoding="utf-8")
    return path.parent


def test_what_no_scenario_passes_is_told_and_fails(folder: Path) -> None:
    result = CliRunner().invoke(qucheng, ["test", str(folder)])
    assert result.exit_code == 1
    assert "✓ rejected" in result.output
    assert f"{PROCESS}：2 个情景，0 个不符。" in result.output
    assert "✗ 没有情景经过 flow_decision_approved" in result.output


def test_one_scenario_alone_succeeds_without_a_word_on_the_rest(folder: Path) -> None:
    result = CliRunner().invoke(qucheng, ["test", str(folder), "--only", "rejected"])
    assert result.exit_code == 0
    assert "没有情景经过" not in result.output


def test_a_difference_is_told_with_both_sides(folder: Path) -> None:
    path = folder / "scenarios.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"filing_rejected"', '"filing_recorded"'), encoding="utf-8"
    )
    result = CliRunner().invoke(qucheng, ["test", str(folder), "--only", "rejected"])
    assert result.exit_code == 1
    assert "应为 ['filing_recorded']" in result.output
    assert "实际 ['filing_rejected']" in result.output


def test_a_scenario_nobody_wrote_is_refused(folder: Path) -> None:
    result = CliRunner().invoke(qucheng, ["test", str(folder), "--only", "dance"])
    assert isinstance(result.exception, InvalidError)
    assert "dance" in str(result.exception)
