"""Tokens moved by administrators: tasks, timers and subscriptions follow, and history can be executed again."""

from typing import Literal

import pytest
from sqlalchemy import select

from engine.commands.modify_instance import Activation, Modification, Move, modify_instance
from engine.commands.resume_instance import resume_instance
from engine.commands.suspend_instance import suspend_instance
from engine.errors import ForbiddenError, GoneError, InvalidError, SuspendedError
from engine.execution.immutable import definition
from engine.execution.locked import environment
from engine.interpreter import Case
from engine.json_text import loads
from engine.model import ElementInstance, EventSubscription, HistoryEvent, ProcessInstance, UserTask
from engine.organisation import organisation
from tests.execution.test_events import MINE, World
from tests.execution.test_incidents import count_on_row, incidents, stuck_at_gateway
from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.test_moving import AFTER, AFTER_FLOWS, BORDERED, NESTED


def mine(content: bytes) -> bytes:
    return content.replace(MINE[0].encode(), MINE[1].encode())


def modify(
    world: World, case: int, *moves: Move, put: tuple[Activation, ...] = (), take: tuple[int | str, ...] = ()
) -> None:
    with world.database.transaction() as session:
        wanted = Modification(activations=put, terminations=take, moves=moves)
        modify_instance(session, case, wanted, "走错了", "admin")


def token(world: World, element: str) -> int:
    with world.database.reading() as session:
        wanted = select(UserTask.token).where(UserTask.element_id == element, UserTask.state == "CREATED")
        return session.scalars(wanted).one()


def test_a_token_goes_back_into_both_branches_and_the_join_waits_for_both(world: World) -> None:
    world.publish(mine(diagram(AFTER, AFTER_FLOWS)))
    case = world.start()
    world.complete("b")
    world.complete("a")
    modify(world, case, Move(token=token(world, "c"), element_id="a"), put=(Activation(element_id="b"),))
    assert world.open_tasks() == ["a", "b"]
    world.complete("a")
    assert world.open_tasks() == ["b"]
    world.complete("b")
    assert world.open_tasks() == ["c"]
    world.complete("c")
    assert world.state(case) == "COMPLETED"


def test_subscriptions_come_and_go_with_the_activity_they_stand_on(world: World) -> None:
    world.publish(mine(BORDERED))
    case = world.start(order="7")
    modify(world, case, Move(token=token(world, "a"), element_id="b"))
    modify(world, case, Move(token=token(world, "b"), element_id="a"))
    with world.database.reading() as session:
        assert session.scalars(select(EventSubscription.id)).all() == []
    world.complete("a")
    world.message("7")
    world.work()
    assert world.open_tasks() == ["late"]


def test_variables_go_to_the_scope_that_is_named(world: World) -> None:
    world.publish(mine(NESTED))
    case = world.start()
    values = (("", {"whole": 1}), ("deep", {"inside": 2}), ("y", {"own": 3}))
    modify(world, case, Move(token=token(world, "a"), element_id="y", variables=values))
    assert world.open_tasks() == ["y"]
    assert world.variables(case) == {"initiator": "zhang.wei", "whole": 1}
    with pytest.raises(InvalidError):
        modify(world, case, put=(Activation(element_id="y", variables=(("z", {"x": 1}),)),))


def test_a_stuck_token_is_moved_and_its_incident_closed(world: World) -> None:
    case, incident = stuck_at_gateway(world)
    modify(world, case, Move(token=incident.token, element_id="a"))
    assert world.open_tasks() == ["a"]
    assert incidents(world) == []
    assert count_on_row(world, case) == 0


def test_a_case_without_a_token_is_terminated_with_the_reason(world: World) -> None:
    world.publish(mine(NESTED))
    case = world.start()
    modify(world, case, take=("a",))
    assert (world.state(case), world.cases()[0].outcome) == ("TERMINATED", "走错了")


def test_what_can_not_be_done_changes_nothing(world: World) -> None:
    world.publish(mine(NESTED))
    case = world.start()
    here = token(world, "a")
    for wrong in (Move(token=here, element_id="start"), Move(token=here, element_id="nothing")):
        with pytest.raises(InvalidError):
            modify(world, case, wrong)
    for nothing in ((), ("x",)):
        with pytest.raises(InvalidError):
            modify(world, case, take=nothing)
    with pytest.raises(GoneError):
        modify(world, case, take=(4711,))
    with pytest.raises(InvalidError), world.database.transaction() as session:
        modify_instance(session, case, Modification(terminations=["a"]), " ", "admin")
    with pytest.raises(ForbiddenError), world.database.transaction() as session:
        modify_instance(session, case, Modification(terminations=["a"]), "x", "zhang.wei")
    assert world.open_tasks() == ["a"]
    with world.database.reading() as session:
        assert session.scalars(select(HistoryEvent.kind)).all() == ["case.started"]


def test_tokens_of_a_suspended_case_are_moved_and_go_on_when_it_is_resumed(world: World) -> None:
    world.publish(mine(BORDERED))
    case = world.start(order="7")
    with world.database.transaction() as session:
        suspend_instance(session, case, "先停一停", "admin")
    modify(world, case, Move(token=token(world, "a"), element_id="b"))
    assert world.open_tasks() == ["b"]
    with pytest.raises(SuspendedError):
        world.complete("b")
    with world.database.transaction() as session:
        resume_instance(session, case, "admin")
    world.complete("b")
    assert world.state(case) == "COMPLETED"


def test_a_token_is_only_put_or_only_taken_and_history_says_so(world: World) -> None:
    world.publish(mine(diagram(AFTER, AFTER_FLOWS)))
    case = world.start()
    modify(world, case, put=(Activation(element_id="c"),))
    assert world.open_tasks() == ["a", "b", "c"]
    here = token(world, "c")
    modify(world, case, take=("c",))
    assert world.open_tasks() == ["a", "b"]
    with world.database.reading() as session:
        put, taken = (
            loads(body)
            for body in session.scalars(
                select(HistoryEvent.body).where(HistoryEvent.kind == "case.modified").order_by(HistoryEvent.sequence)
            )
        )
    assert ([one["element_id"] for one in put["activate"]], put["terminate"]) == (["c"], [])
    assert (taken["activate"], taken["terminate"], taken["reason"]) == ([], [here], "走错了")


def twice_inside(world: World) -> tuple[int, list[int]]:
    """Start a case with two instances of a sub-process; give it and their tokens."""
    inside = (
        '<bpmn:subProcess id="sub"><bpmn:startEvent id="in"/>'
        + user_task("x")
        + user_task("y")
        + '<bpmn:subProcess id="deep"><bpmn:startEvent id="deep_in"/>'
        + user_task("z")
        + '<bpmn:endEvent id="deep_out"/><bpmn:sequenceFlow id="d1" sourceRef="deep_in" targetRef="z"/>'
        '<bpmn:sequenceFlow id="d2" sourceRef="z" targetRef="deep_out"/></bpmn:subProcess>'
        '<bpmn:endEvent id="out"/><bpmn:sequenceFlow id="i1" sourceRef="in" targetRef="x"/>'
        '<bpmn:sequenceFlow id="i2" sourceRef="x" targetRef="deep"/>'
        '<bpmn:sequenceFlow id="i3" sourceRef="deep" targetRef="y"/>'
        '<bpmn:sequenceFlow id="i4" sourceRef="y" targetRef="out"/>'
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=[1, 2]"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:subProcess>"
    )
    world.publish(mine(diagram(START + inside + END, {"start->sub": "f1", "sub->end": "f2"})))
    case = world.start()
    with world.database.reading() as session:
        row = session.get_one(ProcessInstance, case)
        found = definition(session, row.definition_id)
        awake = Case.wake(row.body, found.specification, environment(session, organisation(session), found))
        tasks = sorted(session.scalars(select(UserTask.token).where(UserTask.element_id == "x")))
        return case, [awake.around(one)[0] for one in tasks]


def scopes(world: World, element: str) -> list[int | None]:
    """Give the sub-processes in which something goes on at an element, by their tokens."""
    with world.database.reading() as session:
        wanted = select(ElementInstance.scope).where(
            ElementInstance.element_id == element, ElementInstance.state == "ACTIVE"
        )
        return list(session.scalars(wanted.order_by(ElementInstance.token)))


@pytest.mark.parametrize("chosen", [0, 1])
def test_a_token_is_put_into_the_instance_that_is_named(world: World, chosen: int) -> None:
    case, instances = twice_inside(world)
    with pytest.raises(InvalidError):
        modify(world, case, put=(Activation(element_id="y"),))
    modify(world, case, put=(Activation(element_id="y", within=instances[chosen]),))
    assert scopes(world, "y") == [instances[chosen]]


def test_a_token_moves_within_its_own_instance_or_into_the_one_that_is_named(world: World) -> None:
    case, instances = twice_inside(world)
    with world.database.reading() as session:
        here = sorted(session.scalars(select(UserTask.token).where(UserTask.element_id == "x")))
    modify(world, case, Move(token=here[0], element_id="y", within=instances[1]))
    assert scopes(world, "y") == [instances[1]]
    modify(world, case, Move(token=here[1], element_id="z", within="inferred"))
    (deep,) = scopes(world, "deep")
    assert deep == instances[1]
    modify(world, case, Move(token=token(world, "z"), element_id="x", within="inferred"))
    assert scopes(world, "x") == [instances[1]]


def test_the_parent_of_a_token_is_what_it_stands_right_in(world: World) -> None:
    case, instances = twice_inside(world)
    with world.database.reading() as session:
        here = sorted(session.scalars(select(UserTask.token).where(UserTask.element_id == "x")))
    modify(world, case, Move(token=here[1], element_id="deep", within="parent"))
    assert scopes(world, "deep") == [instances[1]]
    with pytest.raises(InvalidError):
        modify(world, case, Move(token=token(world, "z"), element_id="x", within="parent"))


@pytest.mark.parametrize("within", ["parent", "inferred"])
def test_outside_of_any_sub_process_the_parent_is_the_case(world: World, within: Literal["parent", "inferred"]) -> None:
    world.publish(mine(diagram(AFTER, AFTER_FLOWS)))
    case = world.start()
    modify(world, case, Move(token=token(world, "a"), element_id="c", within=within))
    assert world.open_tasks() == ["b", "c"]


def test_a_case_whose_last_token_is_moved_to_the_end_has_ended_there(world: World) -> None:
    world.publish(mine(diagram(START + user_task("a") + END, {"start->a": "f1", "a->end": "f2"})))
    case = world.start()
    modify(world, case, Move(token=token(world, "a"), element_id="end"))
    assert (world.state(case), world.cases()[0].outcome) == ("COMPLETED", "结束")


def test_nothing_is_put_where_what_shall_be_taken_is_not_there(world: World) -> None:
    world.publish(mine(diagram(AFTER, AFTER_FLOWS)))
    case = world.start()
    with pytest.raises(InvalidError) as refused:
        modify(world, case, put=(Activation(element_id="c"),), take=("c",))
    assert (refused.value.where, refused.value.facts["element"]) == ("terminate", "c")
    assert world.open_tasks() == ["a", "b"]
