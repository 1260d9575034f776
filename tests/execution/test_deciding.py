"""Decisions that can't be taken become Incidents that say why, and are taken once the data are mended."""

import pytest

from tests.execution.test_events import MINE, TABLE, World
from tests.execution.test_incidents import incidents, retry
from tests.interpreter.build import END, START, diagram, user_task


def deciding(decision: str) -> bytes:
    rule = (
        '<bpmn:businessRuleTask id="rule" name="定比例"><bpmn:extensionElements>'
        f'<zeebe:calledDecision decisionId="{decision}" resultVariable="share"/></bpmn:extensionElements>'
        "</bpmn:businessRuleTask>"
    )
    nodes = START + user_task("first").replace(*MINE) + rule + user_task("then").replace(*MINE) + END
    return diagram(nodes, {"start->first": "f1", "first->rule": "f2", "rule->then": "f3", "then->end": "f4"})


def test_a_decision_that_fails_says_what_is_wrong_and_is_taken_with_mended_data(world: World) -> None:
    asserting = TABLE.replace(b"<text>0.5</text>", '<text>assert(amount, amount &lt; 500, "金额太大")</text>'.encode())
    world.publish(deciding("rate"), table=asserting)
    case = world.start(amount=900)
    world.complete("first")
    (incident,) = incidents(world)
    assert (incident.code, incident.facts["decision"]) == ("decision_failed", "rate")
    assert "金额太大" in str(incident.facts["detail"])
    retry(world, incident, amount=400)
    assert (world.open_tasks(), world.variables(case)["share"]) == (["then"], 400)


@pytest.mark.parametrize("which", ["nothing", "rate"])
def test_a_decision_that_was_not_published_with_the_version_is_named(world: World, which: str) -> None:
    world.publish(deciding("=which"), table=TABLE)
    case = world.start(which=which, amount=1)
    world.complete("first")
    if which == "rate":
        assert incidents(world) == []
        return
    (incident,) = incidents(world)
    assert (incident.code, incident.facts["decision"]) == ("decision_missing", "nothing")
    retry(world, incident, which="rate")
    assert world.open_tasks() == ["then"]
    assert str(world.variables(case)["share"]) == "0.1"
