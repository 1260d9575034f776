"""Two who come at the same time: exactly one wins, the other is told clearly, and history knows one of them only."""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from engine.commands.cancel_instance import cancel_instance
from engine.commands.claim_task import claim_task
from engine.commands.complete_task import complete_task
from engine.commands.withdraw_instance import withdraw_instance
from engine.errors import ConflictError, EngineError, GoneError
from engine.model import HistoryEvent, Job, UserTask
from engine.worker import do_job, run_due
from tests.execution.test_events import World
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import event, written

ROUNDS = 12
LATE = (
    '<bpmn:boundaryEvent id="late" attachedToRef="a"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
)
PAID = '<bpmn:boundaryEvent id="paid" attachedToRef="a">' + event("message", 'messageRef="m_paid"')
PAID += "</bpmn:boundaryEvent>"
ENDS = '<bpmn:endEvent id="too_late" name="超时"/><bpmn:endEvent id="was_paid" name="已付款"/>'
QUEUE = user_task("a").replace('assignee="tester"', 'candidateGroups="渠道专员"')
WITHDRAWABLE = (
    '<bpmn:extensionElements><zeebe:properties><zeebe:property name="withdrawable" value="true"/></zeebe:properties>'
    "</bpmn:extensionElements>"
)
RACE = written(
    WITHDRAWABLE + START + QUEUE + LATE + PAID + END + ENDS,
    {"start->a": "f1", "a->end": "f2", "late->too_late": "f3", "paid->was_paid": "f4"},
)
SAVE = (
    '<bpmn:serviceTask id="tell" name="告知"><bpmn:extensionElements><zeebe:taskDefinition type="notify"/>'
    '<zeebe:ioMapping><zeebe:input source="zhang.wei" target="to"/><zeebe:input source="好" target="title"/>'
    "</zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"
)


def together(*acts: Callable[[], object]) -> list[Exception | None]:
    """Do several things at the same moment; give what each was told."""
    barrier, told = threading.Barrier(len(acts)), list[Exception | None]([None] * len(acts))

    def do(number: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001 - compared by the test
            told[number] = error

    threads = [threading.Thread(target=do, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


def _task(world: World, case: int) -> int:
    with world.database.reading() as session:
        return session.scalars(select(UserTask.id).where(UserTask.instance_id == case)).one()


def _kinds(world: World, case: int) -> Counter[str]:
    with world.database.reading() as session:
        return Counter(session.scalars(select(HistoryEvent.kind).where(HistoryEvent.instance_id == case)))


def _complete(world: World, task: int, actor: str) -> None:
    with world.database.transaction() as session:
        complete_task(session, task, {}, actor)


def _claim(world: World, task: int, actor: str) -> None:
    with world.database.transaction() as session:
        claim_task(session, task, actor)


def _end(world: World, case: int, command: Callable[..., None], actor: str) -> None:
    with world.database.transaction() as session:
        command(session, case, "不做了", actor)


def _outcome(world: World, case: int) -> str | None:
    return next(one.outcome for one in world.cases() if one.id == case)


def test_of_two_who_complete_a_task_one_is_told_who_was_first(world: World) -> None:
    world.publish(RACE)
    for number in range(ROUNDS):
        case = world.start(order=str(number))
        task = _task(world, case)
        told = together(partial(_complete, world, task, "wu.tao"), partial(_complete, world, task, "xu.jing"))
        (loser,) = [one for one in told if one is not None]
        assert isinstance(loser, ConflictError)
        assert "任务“a”刚刚已由" in str(loser)
        assert _kinds(world, case)["task.completed"] == 1


def test_of_two_who_claim_a_task_one_is_told_who_has_it(world: World) -> None:
    world.publish(RACE)
    for number in range(ROUNDS):
        case = world.start(order=str(number))
        task = _task(world, case)
        told = together(partial(_claim, world, task, "wu.tao"), partial(_claim, world, task, "xu.jing"))
        (loser,) = [one for one in told if one is not None]
        assert isinstance(loser, ConflictError)
        with world.database.reading() as session:
            holder = session.get_one(UserTask, task).assignee
        assert str(loser) == f"任务“a”已由{'吴涛' if holder == 'wu.tao' else '徐静'}领取。"
        assert _kinds(world, case)["task.claimed"] == 1


def test_a_completion_and_its_timer_end_the_case_once(world: World) -> None:
    world.publish(RACE)
    for number in range(ROUNDS):
        case = world.start(order=str(number))
        task = _task(world, case)
        world.clock.advance(hours=1)
        (told, worked) = together(partial(_complete, world, task, "wu.tao"), partial(run_due, world.database, "one"))
        world.work()
        kinds = _kinds(world, case)
        assert worked is None
        assert (kinds["task.completed"], kinds["timer.fired"]) == ((1, 0) if told is None else (0, 1))
        assert _outcome(world, case) == ("结束" if told is None else "超时")
        assert told is None or isinstance(told, ConflictError)


def test_a_completion_and_a_message_end_the_case_once(world: World) -> None:
    world.publish(RACE)
    for number in range(ROUNDS):
        case = world.start(order=str(number))
        task = _task(world, case)
        world.message(str(number))
        (told, worked) = together(partial(_complete, world, task, "wu.tao"), partial(run_due, world.database, "one"))
        world.work()
        kinds = _kinds(world, case)
        assert worked is None
        assert kinds["task.completed"] + kinds["event.received"] == 1
        assert _outcome(world, case) == ("结束" if told is None else "已付款")
        assert told is None or isinstance(told, ConflictError)


def test_two_workers_do_a_job_once(world: World) -> None:
    world.publish(written(START + SAVE + END, {"start->tell": "f1", "tell->end": "f2"}))
    for _ in range(ROUNDS):
        case = world.start()
        with world.database.reading() as session:
            job = session.scalars(select(Job.id).where(Job.instance_id == case)).one()
        # Not only by the queue: both were handed the very same job, as after a lease that ran out too early.
        told = together(partial(do_job, world.database, job), partial(do_job, world.database, job))
        assert told == [None, None]
        assert _kinds(world, case)["job.completed"] == 1
        assert world.state(case) == "COMPLETED"


@pytest.mark.parametrize(("command", "actor"), [(withdraw_instance, "zhang.wei"), (cancel_instance, "admin")])
def test_a_case_is_ended_or_goes_on_and_never_both(world: World, command: Callable[..., None], actor: str) -> None:
    world.publish(RACE)
    for number in range(ROUNDS):
        case = world.start(order=str(number))
        task = _task(world, case)
        told = together(partial(_complete, world, task, "wu.tao"), partial(_end, world, case, command, actor))
        (loser,) = [one for one in told if one is not None]
        assert isinstance(loser, (ConflictError, GoneError, EngineError))
        kinds = _kinds(world, case)
        assert kinds["task.completed"] + kinds["case.withdrawn"] + kinds["case.terminated"] == 1
        assert world.state(case) in {"COMPLETED", "WITHDRAWN", "TERMINATED"}
