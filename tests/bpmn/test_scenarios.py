"""Every scenario of every process, played on both kinds of database; together they pass everything drawn."""

from pathlib import Path

import pytest

from engine.database import Database
from engine.scenarios import Coverage, Scenario, Script, play, process_files, read_script, shared_files
from tests.bpmn.drawing import ROOT

SCRIPTS = {path.parent.name: read_script(path.read_bytes(), path.name) for path in ROOT.glob("bpmn/*/scenarios.json")}
ALL = [(script, scenario) for script in SCRIPTS.values() for scenario in script.scenarios]


@pytest.fixture(scope="module")
def passed() -> dict[str, list[Coverage]]:
    """Collect what the scenarios of each process have passed."""
    return {}


@pytest.mark.parametrize(("script", "scenario"), ALL, ids=[f"{a.process_id}-{b.id}" for a, b in ALL])
def test_scenario(
    script: Script, scenario: Scenario, database: Database, tmp_path: Path, passed: dict[str, list[Coverage]]
) -> None:
    sets = [process_files(ROOT, one) for one in (*script.others, script.process_id)]
    played = play(script, scenario, database, tmp_path, [shared_files(ROOT), *sets])
    assert list(played.differences) == []
    passed.setdefault(script.process_id, []).append(played.coverage)


@pytest.mark.parametrize("process_id", SCRIPTS)
def test_every_flow_and_every_rule_is_passed_by_a_scenario(process_id: str, passed: dict[str, list[Coverage]]) -> None:
    if process_id not in passed:
        pytest.skip("its scenarios were not played in this run")
    together = Coverage.union(passed[process_id])
    assert sorted(together.missing_flows) == []
    assert sorted(together.missing_rules) == []
