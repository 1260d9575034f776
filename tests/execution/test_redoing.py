"""Elements that administrators run again: what they had caused is gone, other branches stay, history replays."""

import datetime as dt

import pytest
from sqlalchemy import select

from engine.commands.redo_element import redo_element
from engine.commands.resume_instance import resume_instance
from engine.commands.set_variables import WantedValues, set_variables
from engine.commands.suspend_instance import suspend_instance
from engine.errors import ForbiddenError, InvalidError
from engine.execution.immutable import definition
from engine.execution.ways import way_of
from engine.json_text import loads
from engine.model import ElementInstance, HistoryEvent, ProcessInstance, UserTask
from tests.execution.operating import Office, task
from tests.execution.test_events import MINE, World
from tests.interpreter.build import END, START, diagram, script, user_task

BRANCHES = (
    START
    + '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    + script("count", "=n + 1", "n")
    + user_task("a")
    + user_task("b")
    + user_task("c")
    + END
)
FLOWS = {
    "start->split": "f1", "split->count": "f2", "count->a": "f3", "split->b": "f4",
    "a->join": "f5", "b->join": "f6", "join->c": "f7", "c->end": "f8",
}  # fmt: skip
INSIDE = (
    START
    + '<bpmn:subProcess id="sub"><bpmn:startEvent id="in"/>'
    + user_task("x")
    + user_task("y")
    + '<bpmn:endEvent id="out"/>'
    + '<bpmn:sequenceFlow id="i1" sourceRef="in" targetRef="x"/><bpmn:sequenceFlow id="i2" sourceRef="x" targetRef="y"/>'
    + '<bpmn:sequenceFlow id="i3" sourceRef="y" targetRef="out"/></bpmn:subProcess>'
    + user_task("after")
    + END
)
INSIDE_FLOWS = {"start->sub": "f1", "sub->after": "f2", "after->end": "f3"}
CHOICE = (
    START
    + task("ask", "=who")
    + '<bpmn:exclusiveGateway id="large" name="金额大？" default="no"/>'
    + task("boss", "zhao.lei")
    + task("clerk", "wang.fang")
    + END
)
CHOICE_FLOWS: dict[str, str | tuple[str, str]] = {
    "start->ask": "f1", "ask->large": "f2", "large->boss": ("yes", "=amount &gt; 100"), "large->clerk": "no",
    "boss->end": "f3", "clerk->end": "f4",
}  # fmt: skip


def mine(nodes: str, flows: dict[str, str]) -> bytes:
    return diagram(nodes.replace(*MINE), flows)


def passages(world: World, case: int) -> dict[str, int]:
    """Give what can be run again, by element."""
    with world.database.reading() as session:
        row = session.get_one(ProcessInstance, case)
        way = way_of(session, definition(session, row.definition_id).process, case)
        return {one.element_id: one.token for one in way.repeatable()}


def redo(world: World, case: int, element: str, *, actor: str = "admin", reason: str = "配错了") -> None:
    number = passages(world, case)[element]
    with world.database.transaction() as session:
        redo_element(session, case, number, reason, actor)


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_one_branch_runs_again_and_the_join_waits_for_it_alone(world: World, order: tuple[str, str]) -> None:
    world.publish(mine(BRANCHES, FLOWS))
    case = world.start(n=0)
    for element in order:
        world.complete(element)
    assert world.open_tasks() == ["c"]
    redo(world, case, "count")
    assert (world.open_tasks(), world.variables(case)["n"]) == (["a"], 2)
    world.complete("a")
    assert world.open_tasks() == ["c"]
    world.complete("c")
    assert world.state(case) == "COMPLETED"


def test_what_is_being_done_begins_anew_by_its_rule_of_now(office: Office) -> None:
    case = office.begin(diagram(CHOICE, CHOICE_FLOWS), who="li.na", amount=3)
    before = office.row(case)
    office.do(set_variables, case, WantedValues(values={"who": "wang.fang"}, reason="李娜休假"), "admin")
    redo(office, case, "ask")
    now = office.row(case)
    assert (now.element_id, now.assignee) == ("ask", "wang.fang")
    assert now.returned is not None
    assert (now.returned["act"], now.returned["reason"]) == ("redo", "配错了")
    assert [row.id for row in office.rows(case, "CANCELED")] == [before.id]
    said = [(one.kind, one.actor) for one in office.events(case)]
    assert said[1:] == [("variables.set", "admin"), ("element.redone", "admin")]


def test_a_gateway_decides_again_with_better_data(office: Office) -> None:
    case = office.begin(diagram(CHOICE, CHOICE_FLOWS), who="li.na", amount=3)
    office.finish(office.row(case).id, "li.na")
    assert office.row(case).element_id == "clerk"
    office.do(set_variables, case, WantedValues(values={"amount": 300}, reason="少写了两个零"), "admin")
    redo(office, case, "large")
    assert office.row(case).element_id == "boss"
    office.finish(office.row(case).id, "zhao.lei")
    assert office.state(case) == "COMPLETED"


def test_what_is_inside_an_ended_sub_process_runs_again_inside_it(world: World) -> None:
    world.publish(mine(INSIDE, INSIDE_FLOWS))
    case = world.start()
    world.complete("x")
    world.complete("y")
    assert world.open_tasks() == ["after"]
    redo(world, case, "y")
    assert world.open_tasks() == ["y"]
    redo(world, case, "sub")
    assert world.open_tasks() == ["x"]
    for element in ("x", "y", "after"):
        world.complete(element)
    assert world.state(case) == "COMPLETED"


def test_a_repeated_task_runs_again_as_a_whole(office: Office) -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    nodes = START + task("vote", "=person", more=loop) + task("end_it", "zhao.lei") + END
    case = office.begin(
        diagram(nodes, {"start->vote": "f1", "vote->end_it": "f2", "end_it->end": "f3"}), people=["li.na", "chen.jie"]
    )
    for person in ("li.na", "chen.jie"):
        office.finish(office.row(case, person).id, person)
    redo(office, case, "vote")
    assert [row.assignee for row in office.rows(case)] == ["li.na", "chen.jie"]
    office.finish(office.row(case, "li.na").id, "li.na")
    redo(office, case, "vote")
    assert [row.assignee for row in office.rows(case)] == ["li.na", "chen.jie"]


def test_it_is_for_administrators_with_a_reason_and_only_for_what_holds(world: World) -> None:
    world.publish(mine(BRANCHES, FLOWS))
    case = world.start(n=0)
    world.complete("a")
    assert set(passages(world, case)) == {"count", "a", "b"}
    with pytest.raises(ForbiddenError):
        redo(world, case, "a", actor="zhang.wei")
    with pytest.raises(InvalidError):
        redo(world, case, "a", reason=" ")
    gone = passages(world, case)["a"]
    redo(world, case, "a")
    with pytest.raises(InvalidError, match="已经重做过"), world.database.transaction() as session:
        redo_element(session, case, gone, "再来", "admin")
    with world.database.reading() as session:
        assert session.scalars(select(UserTask.element_id).where(UserTask.state == "CREATED")).all() == ["b", "a"]
        assert session.scalar(select(HistoryEvent.body).where(HistoryEvent.kind == "element.redone")) is not None


def test_history_says_who_ran_what_again_and_why_and_so_does_the_task(office: Office) -> None:
    case = office.begin(diagram(CHOICE, CHOICE_FLOWS), who="li.na", amount=3)
    here = office.row(case).token
    office.do(suspend_instance, case, "先停一停", "admin")
    redo(office, case, "ask", reason=" 配错了 ")
    office.do(resume_instance, case, "admin")
    (event,) = (one for one in office.events(case) if one.kind == "element.redone")
    assert loads(event.body)["reason"] == "配错了"
    assert loads(event.body)["target"] == {"element": "ask", "token": here}
    returned = office.row(case).returned or {}
    assert (returned["by"], dt.datetime.fromisoformat(returned["at"])) == ("admin", event.at)


def test_the_form_of_what_is_done_again_begins_with_what_no_variable_keeps(office: Office) -> None:
    mapped = '<zeebe:ioMapping><zeebe:output source="=decision" target="verdict"/></zeebe:ioMapping>'
    first = task("ask", "li.na", operations="return").replace("<zeebe:userTask/>", f"<zeebe:userTask/>{mapped}")
    flows = {"start->ask": "f1", "ask->boss": "f2", "boss->end": "f3"}
    case = office.begin(diagram(START + first + task("boss", "zhao.lei") + END, flows))
    office.finish(office.row(case).id, "li.na", decision="approve", remarks="可以")
    redo(office, case, "ask")
    assert office.row(case).draft == {"decision": "approve", "remarks": "可以"}


def kept(world: World, case: int) -> list[tuple[int, str, int | None, bool]]:
    """Give what is on record of the way of a case."""
    wanted = select(ElementInstance).where(ElementInstance.instance_id == case).order_by(ElementInstance.token)
    with world.database.reading() as session:
        return [(one.token, one.element_id, one.scope, one.undone) for one in session.scalars(wanted)]


def test_going_back_in_one_case_undoes_nothing_of_another(world: World) -> None:
    world.publish(mine(INSIDE, INSIDE_FLOWS))
    case, other = world.start(), world.start()
    for element in ("x", "y"):
        for _ in range(2):
            world.complete(element)
    before = kept(world, other)
    redo(world, case, "y")
    redo(world, case, "x")
    assert kept(world, other) == before
    assert set(passages(world, other)) == {"sub", "x", "y", "out", "after"}
    redo(world, other, "x")
    assert world.open_tasks() == ["x", "x"]
    for element in ("x", "y", "after"):
        for _ in range(2):
            world.complete(element)
    assert [world.state(one) for one in (case, other)] == ["COMPLETED"] * 2
