"""Tokens moved by administrators: tasks, timers and subscriptions follow, and history can be executed again."""

import pytest
from sqlalchemy import select

from engine.commands.modify_instance import Activation, Modification, Move, modify_instance
from engine.errors import ForbiddenError, GoneError, InvalidError
from engine.model import EventSubscription, HistoryEvent, UserTask
from tests.execution.test_events import MINE, World
from tests.execution.test_incidents import count_on_row, incidents, stuck_at_gateway
from tests.interpreter.build import diagram
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
