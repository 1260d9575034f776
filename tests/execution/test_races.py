"""Two at once on one case: exactly one wins, the other is told so, and history has one of them."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.commands.cancel_instance import cancel_instance
from engine.commands.complete_task import complete_task
from engine.errors import ConflictError, GoneError
from engine.model import HistoryEvent, Job, UserTask
from engine.worker import do_job
from tests.execution.test_events import World
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import event, written

ROUNDS = 20
CAUGHT = (
    '<bpmn:boundaryEvent id="paid" name="已付款" attachedToRef="a">'
    + event("message", 'messageRef="m_paid"')
    + "</bpmn:boundaryEvent>"
)
PROCESS = written(
    START + user_task("a").replace('"tester"', '"zhang.wei"') + CAUGHT + END + '<bpmn:endEvent id="other"/>',
    {"start->a": "f1", "a->end": "f2", "paid->other": "f3"},
)


def at_once(*acts: Callable[[], object]) -> list[Exception]:
    """Do things in threads that start together; give what was refused."""
    barrier = threading.Barrier(len(acts))
    refused: list[Exception] = []

    def run(act: Callable[[], object]) -> None:
        barrier.wait(20)
        try:
            act()
        except (ConflictError, GoneError) as error:
            refused.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return refused


def completing(world: World, case: int) -> Callable[[], object]:
    with world.database.reading() as session:
        task = session.scalars(select(UserTask.id).where(UserTask.instance_id == case)).one()

    def act() -> None:
        with world.database.transaction() as session:
            complete_task(session, task, {}, "zhang.wei")

    return act


def canceling(world: World, case: int) -> Callable[[], object]:
    def act() -> None:
        with world.database.transaction() as session:
            cancel_instance(session, case, "测试", "admin")

    return act


def receiving(world: World, case: int) -> Callable[[], object]:
    world.message(str(case), ttl=1)
    with world.database.reading() as session:
        job = session.scalars(select(Job.id).where(Job.instance_id == case)).one()
    return lambda: do_job(world.database, job)


def kinds(world: World, case: int) -> list[str]:
    with world.database.reading() as session:
        return list(
            session.scalars(
                select(HistoryEvent.kind).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)
            )
        )


@pytest.mark.parametrize("other", [completing, canceling])
def test_of_a_completion_and_another_act_of_people_exactly_one_wins(
    world: World, other: Callable[[World, int], Callable[[], object]]
) -> None:
    world.publish(PROCESS)
    for number in range(1, ROUNDS + 1):
        case = world.start(order=str(number))
        refused = at_once(completing(world, case), other(world, case))
        assert len(refused) == 1
        assert any(word in str(refused[0]) for word in ("已经结束", "不在等待", "刚"))
        assert len(kinds(world, case)) == 2


def test_of_a_completion_and_a_message_exactly_one_wins(world: World) -> None:
    world.publish(PROCESS)
    for number in range(1, ROUNDS + 1):
        case = world.start(order=str(number))
        refused = at_once(completing(world, case), receiving(world, case))
        story = kinds(world, case)
        assert len(story) == 2
        assert ("event.received" in story) == bool(refused)


def test_of_two_workers_on_one_job_one_does_it(world: World) -> None:
    world.publish(PROCESS)
    for number in range(1, ROUNDS + 1):
        case = world.start(order=str(number))
        act = receiving(world, case)
        assert at_once(act, act) == []
        assert kinds(world, case).count("event.received") == 1
