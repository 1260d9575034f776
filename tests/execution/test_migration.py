"""Cases that go on under another version: tokens, people and timers stay, and both versions are in evidence."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.audit.export import export_case
from engine.commands.migrate_instance import migrate_instance
from engine.errors import ForbiddenError, InvalidError, UnmigratableError
from engine.model import EventSubscription, HistoryEvent, Job, ProcessDefinition, UserTask
from tests.execution.test_events import MINE, WAITING, World
from tests.execution.test_incidents import CHOICE, incidents, retry
from tests.execution.test_modification import mine
from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.test_elements import event, event_sub, written
from tests.interpreter.test_moving import AFTER, AFTER_FLOWS, NESTED, votes


def migrate(world: World, case: int, reason: str = "新版修了规则", actor: str = "admin", **mapping: str) -> None:
    """Move a case to the newest version."""
    with world.database.transaction() as session:
        newest = session.scalars(select(ProcessDefinition.id).order_by(ProcessDefinition.id.desc()).limit(1)).one()
        migrate_instance(session, case, newest, mapping, reason, actor)


def task(world: World, element: str) -> UserTask:
    with world.database.reading() as session:
        found = session.scalars(
            select(UserTask).where(UserTask.element_id == element, UserTask.state == "CREATED")
        ).one()
        session.expunge(found)
        return found


LINE = {"start->a": "f1", "a->end": "f2"}
OLD = diagram(START + user_task("a").replace(*MINE) + END, LINE)


def test_a_waiting_task_keeps_its_number_and_person_and_goes_the_new_way(world: World) -> None:
    world.publish(OLD)
    case = world.start()
    before = task(world, "a")
    flows = {"start->check": "f1", "check->b": "f2", "b->end": "f3"}
    world.publish(diagram(START + user_task("check").replace(*MINE) + user_task("b").replace(*MINE) + END, flows))
    migrate(world, case, a="check")
    after = task(world, "check")
    assert (after.id, after.token, after.assignee, after.name) == (before.id, before.token, "zhang.wei", "check")
    world.complete("check")
    assert world.open_tasks() == ["b"]
    world.complete("b")
    assert world.state(case) == "COMPLETED"


@pytest.mark.parametrize("first", ["a", "b"])
def test_a_join_that_waits_waits_on_for_the_other_branch(world: World, first: str) -> None:
    world.publish(mine(diagram(AFTER, AFTER_FLOWS)))
    case = world.start()
    world.complete(first)
    world.publish(mine(diagram(AFTER.replace('name="c"', 'name="终审"'), AFTER_FLOWS)))
    migrate(world, case)
    world.complete("b" if first == "a" else "a")
    assert world.open_tasks() == ["c"]
    world.complete("c")
    assert world.state(case) == "COMPLETED"


def test_tokens_in_sub_processes_and_instances_go_on_inside_the_new_ones(world: World) -> None:
    world.publish(mine(NESTED))
    case = world.start()
    world.complete("a")
    world.complete("first")
    world.publish(mine(NESTED) + b"\n")
    migrate(world, case)
    for element in ("x", "y", "z"):
        world.complete(element)
    assert world.state(case) == "COMPLETED"

    world.publish(mine(votes()), "votes")
    voted = world.start("votes", people=["x", "y", "z"])
    world.complete("a")
    world.complete("vote")
    world.publish(mine(votes()) + b"\n", "votes")
    migrate(world, voted)
    world.complete("vote")
    world.complete("vote")
    assert world.open_tasks() == ["z"]


BORDER = (
    '<bpmn:boundaryEvent id="{0}" attachedToRef="a" cancelActivity="true">'
    + event("message", 'messageRef="m_paid"')
    + "</bpmn:boundaryEvent>"
)


def with_border(border: str) -> bytes:
    nodes = START + user_task("a") + user_task("late") + END + BORDER.format(border)
    return mine(written(nodes, {**LINE, f"{border}->late": "f3", "late->end": "f4"}))


def test_events_on_a_border_come_with_the_version_that_draws_them_and_go_with_one_that_does_not(world: World) -> None:
    world.publish(OLD)
    case = world.start(order="7")
    world.publish(with_border("first"))
    migrate(world, case)
    assert subscriptions(world) == ["first"]
    world.publish(with_border("second"))
    migrate(world, case, first="second")
    assert subscriptions(world) == ["second"]
    world.publish(with_border("third"))
    migrate(world, case)
    assert subscriptions(world) == ["third"]
    world.message("7")
    world.work()
    assert world.open_tasks() == ["late"]


def subscriptions(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(EventSubscription.element_id)))


def test_an_event_sub_process_of_the_new_version_waits_from_now_on(world: World) -> None:
    world.publish(OLD)
    case = world.start(order="7")
    nodes = START + user_task("a") + event_sub("message", 'messageRef="m_paid"', interrupting=True) + END
    world.publish(mine(written(nodes, LINE)))
    migrate(world, case)
    world.message("7")
    world.work()
    assert world.open_tasks() == ["handle"]
    world.complete("handle")
    assert world.state(case) == "COMPLETED"


def test_a_message_still_finds_a_migrated_case(world: World) -> None:
    world.publish(WAITING)
    case = world.start(order="7")
    world.publish(WAITING + b"\n")
    migrate(world, case)
    world.message("7", amount=5)
    world.work()
    assert world.state(case) == "COMPLETED"


def test_a_stuck_gateway_is_mended_by_a_version_with_a_default_flow(world: World) -> None:
    world.publish(CHOICE)
    case = world.start()
    world.complete("a", n=7)
    world.publish(CHOICE.replace(b'id="g"', b'id="g" default="f4"'))
    migrate(world, case)
    retry(world, incidents(world)[0])
    assert world.open_tasks() == ["no"]
    assert world.state(case) == "ACTIVE"


@pytest.mark.parametrize(
    ("nodes", "flows", "code"),
    [
        (user_task("b"), {"start->b": "f1", "b->end": "f2"}, "element_missing"),
        ('<bpmn:manualTask id="a"/>', LINE, "kind_differs"),
    ],
)
def test_a_version_without_a_place_for_a_token_is_refused_and_nothing_changes(
    world: World, nodes: str, flows: dict[str, str], code: str
) -> None:
    world.publish(OLD)
    case = world.start()
    world.publish(mine(diagram(START + nodes + END, flows)))
    with pytest.raises(UnmigratableError) as refused:
        migrate(world, case)
    assert [finding.code for finding in refused.value.findings] == [code]
    world.complete("a")
    assert world.state(case) == "COMPLETED"


def test_migration_wants_an_administrator_a_reason_and_another_version(world: World) -> None:
    world.publish(OLD)
    case = world.start()
    with pytest.raises(InvalidError):
        migrate(world, case)
    world.publish(OLD + b"\n")
    with pytest.raises(InvalidError):
        migrate(world, case, reason=" ")
    with pytest.raises(ForbiddenError):
        migrate(world, case, actor="zhang.wei")


def test_an_export_holds_both_versions_and_verifies_off_line(world: World, tmp_path: Path) -> None:
    world.publish(OLD)
    case = world.start()
    world.publish(OLD + b"\n")
    migrate(world, case)
    world.complete("a")
    target = tmp_path / "case.zip"
    with world.database.reading() as session, target.open("wb") as file:
        export_case(session, case, file, attachments=tmp_path)
        kinds = dict(session.execute(select(HistoryEvent.kind, HistoryEvent.definition_hash)).all())
        body = session.scalars(select(HistoryEvent.body).where(HistoryEvent.kind == "case.migrated")).one()
    assert kinds["case.started"] != kinds["case.migrated"] == kinds["task.completed"]
    told = json.loads(body)
    assert (told["from"]["hash"], told["to"]["hash"]) == (kinds["case.started"], kinds["case.migrated"])
    script = Path(__file__).parents[2] / "engine" / "audit" / "verify_export.py"
    done = subprocess.run([sys.executable, str(script), str(target)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_timer_keeps_its_time(world: World) -> None:
    timer = (
        '<bpmn:intermediateCatchEvent id="a"><bpmn:timerEventDefinition><bpmn:timeDuration>{0}</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    world.publish(diagram(START + timer.format("PT1H") + END, LINE))
    case = world.start()
    world.publish(diagram(START + timer.format("P9D") + END, LINE))
    migrate(world, case)
    with world.database.reading() as session:
        assert len(session.scalars(select(Job.id)).all()) == 1
    world.clock.advance(hours=2)
    world.work()
    assert world.state(case) == "COMPLETED"


def test_two_cases_are_migrated_at_the_same_time(world: World) -> None:
    world.publish(OLD)
    cases = world.start(), world.start()
    flows = {"start->check": "f1", "check->end": "f2"}
    world.publish(diagram(START + user_task("check").replace(*MINE) + END, flows))
    with world.database.reading() as session:
        newest = session.scalars(select(ProcessDefinition.id).order_by(ProcessDefinition.id.desc()).limit(1)).one()

    with ThreadPoolExecutor() as others:
        with world.database.transaction() as session:
            migrate_instance(session, cases[0], newest, {"a": "check"}, "新版修了规则", "admin")
            other = others.submit(migrate, world, cases[1], a="check")
            # Long enough for it to come to where it has to wait.
            time.sleep(0.5)
            assert not other.done()
        assert other.result(60) is None
    assert world.open_tasks() == ["check", "check"]
