"""Administrators set variables of running cases, each where it belongs; history keeps it and replays it."""

import pytest
from sqlalchemy import select

from engine.commands.set_variables import WantedValues, set_variables
from engine.commands.suspend_instance import suspend_instance
from engine.errors import ForbiddenError, GoneError, InvalidError, SuspendedError
from engine.interpreter import load_scopes
from engine.model import ProcessInstance, UserTask
from tests.execution.test_events import World
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import written

MAPPED = (
    user_task("ask")
    .replace(
        "</bpmn:extensionElements>",
        '<zeebe:ioMapping><zeebe:input source="=price" target="mine"/></zeebe:ioMapping></bpmn:extensionElements>',
    )
    .replace("tester", "zhang.wei")
)
ASKING = written(START + MAPPED + END, {"start->ask": "f1", "ask->end": "f2"})
CHECK = (
    '<bpmn:intermediateCatchEvent id="wait" name="等够数">'
    "<bpmn:conditionalEventDefinition><bpmn:condition>=price &gt; 100</bpmn:condition>"
    "</bpmn:conditionalEventDefinition>"
    "</bpmn:intermediateCatchEvent>"
)


def put(
    world: World, case: int, token: int = 0, actor: str = "admin", *, local: bool = False, **values: object
) -> None:
    with world.database.transaction() as session:
        set_variables(session, case, WantedValues(values=values, token=token, local=local), actor)


def scopes(world: World, case: int) -> dict[int, dict[str, object]]:
    with world.database.reading() as session:
        return load_scopes(session.get_one(ProcessInstance, case).body)


def test_each_variable_goes_where_the_element_sees_it_or_stays_its_own(world: World) -> None:
    world.publish(ASKING)
    case = world.start(price=7)
    with world.database.reading() as session:
        token = session.scalars(select(UserTask.token)).one()
    put(world, case, token, mine=8, price=9, more=1)
    assert scopes(world, case) == {0: {"initiator": "zhang.wei", "price": 9, "more": 1}, token: {"mine": 8}}
    put(world, case, token, local=True, price=2)
    assert scopes(world, case)[token] == {"mine": 8, "price": 2}
    put(world, case, price=10)
    assert world.variables(case)["price"] == 10
    world.complete("ask")
    assert (world.state(case), world.variables(case)["price"]) == ("COMPLETED", 10)
    with pytest.raises(GoneError):
        put(world, case, price=1)


def test_a_condition_that_has_become_true_lets_the_case_go_on(world: World) -> None:
    world.publish(written(START + CHECK + END, {"start->wait": "f1", "wait->end": "f2"}))
    case = world.start(price=7)
    put(world, case, price=100)
    assert world.state(case) == "ACTIVE"
    put(world, case, price=101)
    assert world.state(case) == "COMPLETED"


def test_only_administrators_set_something_in_a_case_that_goes_on_at_a_token_that_stands(world: World) -> None:
    world.publish(ASKING)
    case = world.start(price=7)
    with pytest.raises(ForbiddenError):
        put(world, case, actor="zhang.wei", price=1)
    with pytest.raises(InvalidError):
        put(world, case)
    with pytest.raises(GoneError):
        put(world, case, 999, price=1)
    with world.database.transaction() as session:
        suspend_instance(session, case, "查一查", "admin")
    with pytest.raises(SuspendedError):
        put(world, case, price=1)
