"""Fair rotation: everybody has as many turns as the others, whatever comes at once, fails, or begins anew."""

import datetime as dt
from collections import Counter
from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import select, update

from engine.commands.resolve_incident import resolve_incident
from engine.commands.start_instance import start_instance
from engine.database import Database
from engine.errors import UnpublishableError
from engine.model import Incident, OrganisationRevision, Rotation, Substitution, User, UserTask
from tests.execution.test_events import World
from tests.execution.test_races import together
from tests.interpreter.build import END, START, diagram, script, user_task

CONSULTANTS = ["feng.yi", "han.mei", "song.jia", "tang.wei"]
ROTATE = "=rotate(&quot;咨询师&quot;, &quot;到院接待&quot;)"
BY_TURN = diagram(
    START + user_task("receive").replace('"tester"', f'"{ROTATE}"') + END,
    {"start->receive": "f1", "receive->end": "f2"},
)
WAIT = user_task("wait").replace("tester", "zhang.wei")
ARRIVALS = 50


def turns(world: World) -> list[str | None]:
    """Give who has got each case, in the order of the cases."""
    with world.database.reading() as session:
        return list(session.scalars(select(UserTask.assignee).order_by(UserTask.instance_id, UserTask.id)))


def be_active(world: World, username: str, *, active: bool) -> None:
    with world.database.transaction() as session:
        session.execute(update(User).where(User.username == username).values(active=active))
        session.execute(update(OrganisationRevision).values(revision=OrganisationRevision.revision + 1))


def test_everybody_has_the_same_number_of_turns_when_fifty_arrive_at_once(world: World) -> None:
    world.publish(BY_TURN)
    assert together(*[partial(world.start)] * ARRIVALS) == [None] * ARRIVALS
    shares = Counter(turns(world))
    assert sorted(shares.values()) == [12, 12, 13, 13]
    assert sorted(map(str, shares)) == CONSULTANTS
    for _ in range(2):
        world.start()
    assert Counter(turns(world)) == dict.fromkeys(CONSULTANTS, 13)
    with world.database.reading() as session:
        assert session.scalars(select(Rotation.turns)).all() == [52]


def test_the_turn_goes_on_after_a_restart(world: World) -> None:
    world.publish(BY_TURN)
    world.start()
    world.start()
    world.database.dispose()
    restarted = World(Database(world.database.url.render_as_string(hide_password=False)), world.clock)
    restarted.start()
    restarted.start()
    restarted.start()
    restarted.database.dispose()
    assert turns(world) == [*CONSULTANTS, "feng.yi"]


def test_who_is_absent_is_passed_over_and_nobody_else_loses_or_wins_a_turn(world: World) -> None:
    world.publish(BY_TURN)
    world.start()
    be_active(world, "han.mei", active=False)
    world.start()
    be_active(world, "song.jia", active=False)
    world.start()
    world.start()
    be_active(world, "han.mei", active=True)
    world.start()
    assert turns(world) == ["feng.yi", "song.jia", "tang.wei", "feng.yi", "han.mei"]


def test_whoever_is_stood_in_for_is_passed_over_until_back(world: World) -> None:
    world.publish(BY_TURN)
    away = {"substitute": "deng.chao", "reason": "休假", "made_by": "admin", "made_at": world.clock.moment}
    for principal, processes in (("feng.yi", None), ("han.mei", ["another"])):
        period = {"starts_at": world.clock.moment, "ends_at": world.clock.moment + dt.timedelta(days=1)}
        with world.database.transaction() as session:
            session.add(Substitution(principal=principal, process_ids=processes, **period, **away))
    world.start()
    world.clock.advance(days=1)
    for _ in range(3):
        world.start()
    assert turns(world) == ["han.mei", "song.jia", "tang.wei", "feng.yi"]


def test_each_key_has_its_own_rotation(world: World) -> None:
    world.publish(BY_TURN)
    world.publish(BY_TURN.replace("到院接待".encode(), "复诊".encode()), "again")
    world.start()
    world.start()
    world.start("again")
    assert turns(world) == ["feng.yi", "han.mei", "feng.yi"]


def test_two_turns_in_one_step_are_two_and_replay_as_they_were(world: World) -> None:
    both = script("first", ROTATE, "first") + script("second", ROTATE, "second")
    flows = {"start->first": "f1", "first->second": "f2", "second->wait": "f3", "wait->end": "f4"}
    world.publish(diagram(START + both + WAIT + END, flows))
    variables = world.variables(world.start())
    assert (variables["first"], variables["second"]) == ("feng.yi", "han.mei")


def test_a_list_can_be_rotated_and_who_left_is_not_in_it(world: World) -> None:
    listed = "=rotate([&quot;tang.wei&quot;, &quot;nobody&quot;, &quot;han.mei&quot;], &quot;名单&quot;)"
    flows = {"start->first": "f1", "first->wait": "f2", "wait->end": "f3"}
    world.publish(diagram(START + script("first", listed, "first") + WAIT + END, flows))
    assert [world.variables(world.start())["first"] for _ in range(3)] == ["han.mei", "tang.wei", "han.mei"]


def test_nobody_to_rotate_leaves_the_turn_where_it_was(world: World) -> None:
    flows = {"start->first": "f1", "first->wait": "f2", "wait->end": "f3"}
    nobody = script("first", ROTATE.replace("咨询师", "没有这个组"), "first")
    world.publish(diagram(START + nobody + WAIT + END, flows))
    assert world.variables(world.start())["first"] is None
    with world.database.reading() as session:
        assert session.scalars(select(Rotation)).all() == []


def test_a_start_that_is_rolled_back_costs_nobody_a_turn(world: World) -> None:
    world.publish(BY_TURN)
    world.start()
    with suppress(ZeroDivisionError), world.database.transaction() as session:
        start_instance(session, "process", {}, "zhang.wei")
        raise ZeroDivisionError
    world.start()
    assert turns(world) == ["feng.yi", "han.mei"]


def test_a_token_that_gets_stuck_gives_its_turn_back(world: World) -> None:
    told = (
        '<bpmn:serviceTask id="tell" name="告知"><bpmn:extensionElements>'
        '<zeebe:taskDefinition type="outside" retries="=tries"/>'
        f'<zeebe:ioMapping><zeebe:input source="{ROTATE}" target="to"/></zeebe:ioMapping>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )
    flows = {"start->wait": "f1", "wait->tell": "f2", "tell->end": "f3"}
    world.publish(diagram(START + WAIT + told + END, flows), "stuck")
    world.publish(BY_TURN)
    world.start("stuck")
    world.complete("wait")
    world.start()
    with world.database.transaction() as session:
        incident = session.scalars(select(Incident)).one()
        resolve_incident(session, incident.id, "admin", corrections={"tries": 3})
    world.start()
    assert turns(world)[1:] == ["feng.yi", "song.jia"]
    with world.database.reading() as session:
        assert session.scalars(select(Rotation.turns)).all() == [3]


def test_a_condition_that_would_take_turns_is_refused_before_it_is_published(world: World) -> None:
    gateway = '<bpmn:exclusiveGateway id="who" name="轮到谁？" default="f3"/>'
    condition = "=rotate(&quot;咨询师&quot;, &quot;到院接待&quot;) = &quot;feng.yi&quot;"
    flows: dict[str, str | tuple[str, str]] = {
        "start->who": "f1",
        "who->wait": ("f2", condition),
        "who->end": "f3",
        "wait->end": "f4",
    }
    with pytest.raises(UnpublishableError) as refused:
        world.publish(diagram(START + gateway + WAIT + END, flows))
    assert [finding.code for finding in refused.value.findings if finding.severity == "error"] == ["turn_in_condition"]
