"""What the scenarios of every process keep: they speak of things that exist and prove every clause."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.bpmn.drawing import ROOT, Drawing, drawings
from tests.bpmn.test_diagrams import CLAUSES

every_process = pytest.mark.parametrize("drawing", drawings(), ids=lambda drawing: drawing.path.stem)


@every_process
def test_scenarios_have_a_title_and_their_own_id(drawing: Drawing) -> None:
    told = _told(drawing)
    assert told["format"] == 1
    assert told["process"] == drawing.path.stem
    ids = [scenario["id"] for scenario in told["scenarios"]]
    assert len(ids) == len(set(ids))
    assert all(scenario["title"] for scenario in told["scenarios"])


@every_process
def test_every_clause_is_proved_by_a_scenario(drawing: Drawing) -> None:
    proved = {clause for scenario in _told(drawing)["scenarios"] for clause in scenario["clauses"]}
    assert proved == CLAUSES[drawing.path.stem]


@every_process
def test_every_outcome_is_reached_by_a_scenario(drawing: Drawing) -> None:
    ends = set(drawing.texts("//bpmn:endEvent/@id"))
    reached = {end for scenario in _told(drawing)["scenarios"] for end in _ends(scenario["expect"])}
    assert reached & ends == ends


@every_process
def test_scenarios_name_people_elements_and_states_that_exist(drawing: Drawing) -> None:
    people = {person["username"] for person in _organisation()["people"]}
    groups = {group["name"] for group in _organisation()["groups"]}
    for scenario in _told(drawing)["scenarios"]:
        steps = scenario["steps"]
        assert {step["by"] for step in steps if "by" in step} <= people
        # A step that names its case may be about another process.
        assert {step["task"] for step in steps if "task" in step and "case" not in step} <= set(drawing.nodes)
        for expected in [scenario["expect"], *(step["then"] for step in steps if "then" in step)]:
            assert {*expected.get("open", {}), *expected.get("passed", [])} <= set(drawing.nodes)
            assert {name for task in _tasks(expected) for name in task.get("groups", [])} <= groups
            assert {name for one in expected.get("notified", []) for name in one["to"]} <= people


@every_process
def test_groups_that_the_diagram_names_exist_in_the_demo_organisation(drawing: Drawing) -> None:
    groups = {group["name"] for group in _organisation()["groups"]}
    named = drawing.texts("//zeebe:assignmentDefinition/@candidateGroups")
    named += drawing.texts("//zeebe:property[starts-with(@name, 'candidate')]/@value")
    assert {name.strip() for names in named for name in names.split(",")} <= groups


def test_the_demo_organisation_hangs_together() -> None:
    told = _organisation()
    people = {person["username"]: person for person in told["people"]}
    departments = {one["name"]: one["head"] for one in told["departments"]}
    groups = {one["name"] for one in told["groups"]}
    assert len(people) == len(told["people"])
    assert {person["department"] for person in people.values()} == set(departments)
    assert {name for person in people.values() for name in person["groups"]} == groups
    assert {person["superior"] for person in people.values()} - {None} <= set(people)
    assert [name for name, person in people.items() if person["superior"] is None] == ["liu.yang"]
    assert [head for name, head in departments.items() if head and people[head]["department"] != name] == []
    assert {one["name"]: one["grants"] for one in told["groups"] if one["grants"]} == {
        "渠道监督": "supervisor",
        "流程负责人": "owner",
        "审计员": "auditor",
        "系统管理员": "admin",
    }


def _tasks(expected: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the open tasks that are expected; several of one element are a list."""
    return [task for told in expected.get("open", {}).values() for task in (told if isinstance(told, list) else [told])]


def _ends(expected: dict[str, Any]) -> set[str]:
    others = expected.get("cases", {}).values()
    return {*expected.get("ends", []), *(end for other in others for end in _ends(other))}


def _told(drawing: Drawing) -> dict[str, Any]:
    return _read(drawing.path.parent / "scenarios.json")


def _organisation() -> dict[str, Any]:
    return _read(ROOT / "engine/demo/organisation.json")


def _read(path: Path) -> dict[str, Any]:
    read = orjson.loads(path.read_bytes())
    assert isinstance(read, dict)
    return read
