"""What a scenario tells where the case goes otherwise than expected."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine import clock
from engine.commands.deploy import File
from engine.database import Database
from engine.json_text import dumps
from engine.scenarios import Played, Scenario, play, process_files, read_script, shared_files
from engine.scenarios.expecting import _Unordered, matches
from tests.bpmn.drawing import ROOT
from tests.interpreter.build import drawn

SCRIPT = read_script((ROOT / "bpmn/new_channel_filing/scenarios.json").read_bytes(), "scenarios.json")


def _scenario(name: str) -> Scenario:
    return next(one for one in SCRIPT.scenarios if one.id == name)


@pytest.fixture
def played(sqlite_url: str, tmp_path: Path) -> Played:
    """Play a scenario whose expectations are wrong in three places."""
    wrong = {"state": "ACTIVE", "ends": ["filing_rejected"], "registers": {"channel": []}, "open": {}}
    scenario = replace(_scenario("approved_and_recorded"), expect=wrong)
    database = Database(sqlite_url)
    sets = [shared_files(ROOT), process_files(ROOT, "new_channel_filing")]
    result = play(SCRIPT, scenario, database, tmp_path / "files", sets)
    database.dispose()
    return result


def test_each_difference_is_told_with_what_was_expected_and_what_came(played: Played) -> None:
    told = {difference.place.split()[-1]: difference for difference in played.differences}
    assert set(told) == {"state", "ends", "registers"}
    assert (told["state"].expected, told["state"].actual) == ("ACTIVE", "COMPLETED")
    assert told["ends"].actual == ["filing_recorded"]


def test_a_task_bound_to_the_intranet_is_refused_to_whoever_comes_from_elsewhere(
    sqlite_url: str, tmp_path: Path
) -> None:
    script = read_script((ROOT / "bpmn/account_application/scenarios.json").read_bytes(), "scenarios.json")
    whole = next(one for one in script.scenarios if one.id == "only_from_the_intranet")
    outside = replace(whole.steps[2], told={**whole.steps[2].told, "refused": None})
    scenario = replace(whole, steps=(whole.steps[0], outside), expect={"state": "ACTIVE"})
    database = Database(sqlite_url)
    result = play(script, scenario, database, tmp_path, [shared_files(ROOT), process_files(ROOT, script.process_id)])
    database.dispose()
    (told,) = result.differences
    assert told.actual == "“初审账号申请”只能在公司内网办理，这一步却从 203.0.113.9 来。"


def test_what_was_passed_is_known_and_so_is_what_was_not(played: Played) -> None:
    assert "flow_decision_approved" in played.coverage.passed_flows
    assert "flow_decision_rejected" in played.coverage.missing_flows


def test_the_programs_clock_is_its_own_again(played: Played) -> None:
    assert played.scenario.id == "approved_and_recorded"
    assert clock._clock is clock.system_clock


@pytest.mark.parametrize(
    ("wanted", "actual", "agree"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"b": 2}, False),
        ([1, 2], [1, 2], True),
        ([2, 1], [1, 2], False),
        ([2, 1], _Unordered([1, 2]), True),
        ([1, 1], _Unordered([1, 2]), False),
        ("120.50", 120, False),
        (None, 0, False),
        (True, 1, False),
    ],
)
def test_values_agree_as_their_reader_means_it(wanted: object, actual: object, agree: bool) -> None:
    assert matches(wanted, actual) is agree


def _choosing(*steps: dict[str, object], **expected: object) -> bytes:
    """Write a scenario of a process in which people choose what is done next."""
    begun = {"at": "2026-03-02T09:00", "do": "start", "by": "zhang.wei", "answers": {"ready": False}}
    one = {"id": "one", "title": "选着办", "clauses": [], "steps": [begun, *steps], "expect": expected}
    return dumps({"format": 1, "process": "process", "organisation": "demo", "scenarios": [one]})


def _at(hour: int, **step: object) -> dict[str, object]:
    return {"at": f"2026-03-02T{hour}:00", "by": "zhang.wei", **step}


def _play(content: bytes, sqlite_url: str, folder: Path) -> Played:
    script = read_script(content, "scenarios.json")
    database = Database(sqlite_url)
    result = play(script, script.scenarios[0], database, folder, [[File(name="p.bpmn", content=drawn("adhoc_choice"))]])
    database.dispose()
    return result


def test_people_of_a_scenario_choose_what_is_done_in_an_ad_hoc_sub_process(sqlite_url: str, tmp_path: Path) -> None:
    content = _choosing(
        _at(10, do="choose", **{"in": "gather"}, tasks=["ask", "check"]),
        _at(11, do="choose", **{"in": "gather"}, tasks=["note"], refused={"error": "InvalidError"}),
        _at(12, do="choose", by="li.na", **{"in": "gather"}, tasks=["ask"], refused={"error": "ForbiddenError"}),
        _at(13, do="complete", task="ask", answers={"ready": True}),
        _at(14, do="choose", **{"in": "gather"}, tasks=["ask"], refused={"error": "NotFoundError"}),
        _at(15, do="complete", task="decide", answers={}),
        state="COMPLETED",
        ends=["end"],
    )
    assert _play(content, sqlite_url, tmp_path).differences == []
