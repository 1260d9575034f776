"""Tasks for which a rule found nobody: no case starts with one, and later the administrators get it with an Incident."""

from typing import Any

import pytest
from sqlalchemy import select, update

from engine.commands.update_task import update_task
from engine.errors import InvalidError
from engine.model import Incident, User, UserTask
from tests.execution.test_escalating import candidates, reorganise
from tests.execution.test_events import World
from tests.execution.test_incidents import count_on_row
from tests.execution.test_task_rules import NOBODY, asked, complete, row, task
from tests.interpreter.build import END, START, diagram

LEFT = "高级顾问"


def plain(element: str, **people: str) -> str:
    """Draw a task without a rule on whom it asks."""
    named = " ".join(f'{name}="{value}"' for name, value in people.items())
    return task(element, "x").replace('assignee="x"', named)


def incidents(world: World) -> list[Incident]:
    with world.database.reading() as session:
        found = list(session.scalars(select(Incident).order_by(Incident.element_id)))
        session.expunge_all()
        return found


def leave(world: World, username: str) -> None:
    reorganise(world, update(User).where(User.username == username).values(active=False))


@pytest.mark.parametrize(
    ("people", "rule"),
    [
        ({"assignee": NOBODY}, '=superior of("liu.yang")'),
        ({"assignee": "li.na"}, "li.na"),
        ({"assignee": "no.body"}, "no.body"),
        ({"candidateUsers": "li.na, no.body"}, "li.na, no.body"),
        ({"candidateGroups": LEFT}, LEFT),
    ],
)
def test_no_case_starts_with_a_task_for_nobody(world: World, people: dict[str, str], rule: str) -> None:
    world.publish(row(plain("a", **people)))
    leave(world, "li.na")
    with pytest.raises(InvalidError, match="没有办理人") as refused:
        world.start()
    assert (refused.value.facts["rule"], refused.value.facts["who"], refused.value.where) == (rule, "张伟", "a")
    assert world.cases() == []


def test_no_case_starts_that_gets_stuck_at_once(world: World) -> None:
    nodes = START + '<bpmn:exclusiveGateway id="g" name="金额"/>' + END
    world.publish(diagram(nodes, {"start->g": "f1", "g->end": ("f2", "=false")}))
    with pytest.raises(InvalidError, match="走不下去"):
        world.start()
    assert world.cases() == []


@pytest.mark.parametrize(
    "people",
    [
        {"candidateUsers": "li.na, wu.tao"},
        {"candidateUsers": "no.body, wu.tao"},
        {"candidateUsers": "li.na，wu.tao"},
        {"candidateGroups": "高级顾问，渠道专员"},
    ],
)
def test_one_of_several_who_is_here_is_enough(world: World, people: dict[str, str]) -> None:
    world.publish(row(plain("a", **people)))
    leave(world, "li.na")
    world.start()
    complete(world, "a", "wu.tao")
    assert incidents(world) == []


@pytest.mark.parametrize(
    ("people", "rule"),
    [
        ({"assignee": "=&quot;li.na&quot;"}, '="li.na"'),
        ({"candidateUsers": "li.na"}, "li.na"),
        ({"candidateGroups": LEFT}, LEFT),
    ],
)
def test_a_task_for_nobody_is_the_administrators_and_its_incident_names_the_rule(
    world: World, people: dict[str, str], rule: str
) -> None:
    world.publish(row(plain("first", assignee="wu.tao"), plain("a", **people)))
    leave(world, "li.na")
    case = world.start()
    complete(world, "first", "wu.tao")
    assert (asked(world), candidates(world, "a")) == ([("a", None)], [("group", "系统管理员")])
    (found,) = incidents(world)
    assert (found.code, found.facts) == ("nobody_found", {"label": "a", "rule": rule})
    with world.database.reading() as session:
        facts: dict[str, Any] = session.scalars(select(UserTask.facts).where(UserTask.element_id == "a")).one()
    assert ("assignee" in facts, facts["ruled"]["assignee"]) == (
        "assignee" in people,
        "li.na" if "assignee" in people else None,
    )
    complete(world, "a", "admin")
    assert world.state(case) == "COMPLETED"


def test_what_others_get_in_the_same_step_stays_theirs_and_what_is_stuck_is_told_too(world: World) -> None:
    nodes = (
        START
        + plain("first", assignee="wu.tao")
        + '<bpmn:parallelGateway id="split"/><bpmn:exclusiveGateway id="g"/>'
        + plain("a", assignee="li.na")
        + plain("b", assignee="xu.jing")
        + END
    )
    flows: dict[str, str | tuple[str, str]] = {
        "start->first": "f0", "first->split": "f1", "split->a": "f2", "split->b": "f3", "split->g": "f4",
        "g->end": ("f5", "=false"), "a->end": "f6", "b->end": "f7",
    }  # fmt: skip
    world.publish(diagram(nodes, flows))
    leave(world, "li.na")
    world.start()
    complete(world, "first", "wu.tao")
    assert sorted(asked(world), key=str) == [("a", None), ("b", "xu.jing")]
    assert (candidates(world, "a"), candidates(world, "b")) == ([("group", "系统管理员")], [])
    assert [one.element_id for one in incidents(world)] == ["a", "g"]


def begun(world: World) -> tuple[int, int]:
    """Let a case come to a task for nobody; give the numbers of both."""
    world.publish(row(plain("first", assignee="wu.tao"), plain("a", assignee=NOBODY)))
    case = world.start()
    complete(world, "first", "wu.tao")
    with world.database.reading() as session:
        return case, session.scalars(select(UserTask.id).where(UserTask.element_id == "a")).one()


def test_the_incident_is_over_once_an_administrator_names_who_may_claim_the_task(world: World) -> None:
    case, number = begun(world)
    with world.database.transaction() as session:
        update_task(session, number, {"priority": 80}, "admin")
    assert [one.resolved_at for one in incidents(world)] == [None]
    with world.database.transaction() as session:
        update_task(session, number, {"candidateUsers": ["xu.jing"], "candidateGroups": []}, "admin")
    assert candidates(world, "a") == [("user", "xu.jing")]
    assert None not in [one.resolved_at for one in incidents(world)]
    assert count_on_row(world, case) == 0
    complete(world, "a", "xu.jing")
    assert world.state(case) == "COMPLETED"


def test_the_incident_stays_where_nobody_is_here_of_those_who_are_named(world: World) -> None:
    case, number = begun(world)
    with world.database.transaction() as session:
        update_task(session, number, {"candidateGroups": [LEFT]}, "admin")
    assert candidates(world, "a") == [("group", "系统管理员")]
    assert count_on_row(world, case) == 1
    assert len([one for one in incidents(world) if one.resolved_at is None]) == 1
