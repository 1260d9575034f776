"""Suspended cases rest: tasks, timers, jobs and messages wait, and go on once the case is resumed."""

import datetime as dt

import pytest
from sqlalchemy import select

from engine.commands.cancel_instance import cancel_instance
from engine.commands.claim_task import claim_task
from engine.commands.complete_job import complete_job
from engine.commands.complete_task import complete_task
from engine.commands.resume_instance import resume_instance
from engine.commands.suspend_instance import suspend_instance
from engine.errors import ConflictError, ForbiddenError, SuspendedError
from engine.json_text import loads
from engine.model import HistoryEvent, Job, ProcessInstance, UserTask
from engine.worker import do_job, next_due
from tests.execution.test_events import AGREEMENT, MINE, PAYING, WAITING, World, activate, called
from tests.interpreter.build import END, START, diagram, user_task

TIMED = diagram(
    START
    + user_task("a").replace(*MINE)
    + user_task("late").replace(*MINE)
    + END
    + '<bpmn:boundaryEvent id="border" attachedToRef="a" cancelActivity="false"><bpmn:timerEventDefinition>'
    "<bpmn:timeCycle>R/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent>",
    {"start->a": "f1", "a->end": "f2", "border->late": "f3", "late->end": "f4"},
)

EACH = (
    '<bpmn:callActivity id="call"><bpmn:extensionElements><zeebe:calledElement processId="agreement"/>'
    "</bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
    '<zeebe:loopCharacteristics inputCollection="=partners" inputElement="partner"/></bpmn:extensionElements>'
    "</bpmn:multiInstanceLoopCharacteristics></bpmn:callActivity>"
)


def suspend(world: World, case: int, actor: str = "admin") -> None:
    with world.database.transaction() as session:
        suspend_instance(session, case, "等总部通知", actor)


def resume(world: World, case: int) -> None:
    with world.database.transaction() as session:
        resume_instance(session, case, "admin")


def test_no_task_of_a_suspended_case_is_done_until_it_is_resumed(world: World) -> None:
    world.publish(AGREEMENT)
    case = world.start()
    suspend(world, case)
    with pytest.raises(SuspendedError, match="暂停"):
        world.complete("sign")
    with world.database.reading() as session:
        task = session.scalars(select(UserTask.id)).one()
    with pytest.raises(SuspendedError), world.database.transaction() as session:
        claim_task(session, task, "zhang.wei")
    resume(world, case)
    world.complete("sign")
    assert world.state(case) == "COMPLETED"
    with world.database.reading() as session:
        kinds = session.scalars(select(HistoryEvent.kind).order_by(HistoryEvent.sequence)).all()
    assert kinds == ["case.started", "case.suspended", "case.resumed", "task.completed"]


def test_a_cycle_that_was_missed_many_times_happens_once_after_the_resumption(world: World) -> None:
    world.publish(TIMED)
    case = world.start()
    suspend(world, case)
    assert next_due(world.database) == dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
    world.clock.advance(hours=10)
    world.work()
    assert world.open_tasks() == ["a"]
    resume(world, case)
    world.work()
    assert world.open_tasks() == ["a", "late"]


def test_a_message_for_a_suspended_case_arrives_when_it_is_resumed(world: World) -> None:
    world.publish(WAITING)
    case = world.start(order="7")
    suspend(world, case)
    world.message("7", amount=3)
    world.work()
    assert world.state(case) == "ACTIVE"
    resume(world, case)
    world.work()
    assert world.state(case) == "COMPLETED"
    assert world.variables(case)["amount"] == 3


def test_external_workers_get_no_job_of_a_suspended_case_and_finish_none(world: World) -> None:
    world.publish(PAYING)
    case = world.start()
    (job,) = activate(world)
    suspend(world, case)
    with pytest.raises(SuspendedError), world.database.transaction() as session:
        complete_job(session, job.id, {}, "admin")
    world.clock.advance(hours=2)
    assert activate(world) == []
    resume(world, case)
    (again,) = activate(world)
    with world.database.transaction() as session:
        complete_job(session, again.id, {}, "admin")
    assert world.state(case) == "COMPLETED"


def test_a_job_that_a_worker_had_taken_before_waits_too(world: World) -> None:
    world.publish(TIMED)
    case = world.start()
    world.clock.advance(hours=2)
    with world.database.reading() as session:
        job = session.scalars(select(Job.id)).one()
    suspend(world, case)
    do_job(world.database, job)
    with world.database.reading() as session:
        assert session.get_one(Job, job).state == "CREATED"
    resume(world, case)
    world.work()
    assert world.open_tasks() == ["a", "late"]


def test_called_cases_rest_with_their_caller_and_end_with_it(world: World) -> None:
    case = called(world)
    suspend(world, case)
    with world.database.reading() as session:
        assert None not in session.scalars(select(ProcessInstance.suspended_at)).all()
    with pytest.raises(SuspendedError):
        world.complete("sign")
    with world.database.transaction() as session:
        cancel_instance(session, case, "不做了", "admin")
    world.work()
    assert {one.state for one in world.cases()} == {"TERMINATED"}


def test_only_administrators_suspend_and_resume_and_only_once(world: World) -> None:
    world.publish(AGREEMENT)
    case = world.start()
    with pytest.raises(ForbiddenError):
        suspend(world, case, "zhang.wei")
    with pytest.raises(ConflictError, match="没有暂停"):
        resume(world, case)
    suspend(world, case)
    with pytest.raises(ConflictError, match="已经暂停"):
        suspend(world, case)
    with pytest.raises(ForbiddenError), world.database.transaction() as session:
        resume_instance(session, case, "zhang.wei")


def told(world: World, case: int) -> list[tuple[str, str | None]]:
    """Give what history says of resting, and why."""
    wanted = select(HistoryEvent.kind, HistoryEvent.body).where(
        HistoryEvent.instance_id == case, HistoryEvent.kind.in_(("case.suspended", "case.resumed"))
    )
    with world.database.reading() as session:
        rows = session.execute(wanted.order_by(HistoryEvent.sequence)).all()
    return [(row.kind, loads(row.body).get("reason")) for row in rows]


def test_why_a_case_rests_and_goes_on_is_in_history(world: World) -> None:
    case = called(world)
    _, child = world.cases()
    suspend(world, case)
    with world.database.transaction() as session:
        resume_instance(session, case, "admin", reason=" 通知到了 ")
    for one in (case, child.id):
        assert told(world, one) == [("case.suspended", "等总部通知"), ("case.resumed", "通知到了")]
    suspend(world, case)
    resume(world, case)
    assert told(world, case)[2:] == [("case.suspended", "等总部通知"), ("case.resumed", None)]


def test_cases_that_others_have_called_neither_rest_nor_go_on_with_it(world: World) -> None:
    first = called(world)
    second = world.start("caller", partner="长河")
    world.work()
    suspend(world, first)
    resting = {one.parent_id: one.suspended_at is not None for one in world.cases() if one.parent_id is not None}
    assert resting == {first: True, second: False}
    suspend(world, second)
    resume(world, first)
    resting = {one.parent_id: one.suspended_at is not None for one in world.cases() if one.parent_id is not None}
    assert resting == {first: False, second: True}


def test_a_called_case_that_has_ended_or_rests_already_is_left_as_it_is(world: World) -> None:
    world.publish(AGREEMENT, "agreement")
    world.publish(diagram(START + EACH + END, {"start->call": "f1", "call->end": "f2"}), "caller")
    case = world.start("caller", partners=["星河", "长河", "黄河"])
    world.work()
    ended, alone, with_it = (one.id for one in world.cases() if one.parent_id is not None)
    with world.database.transaction() as session:
        wanted = select(UserTask.id).where(UserTask.instance_id == ended)
        complete_task(session, session.scalars(wanted).one(), {}, "zhang.wei")
    suspend(world, alone)
    suspend(world, case)
    resume(world, with_it)
    resume(world, case)
    assert [len(told(world, one)) for one in (case, ended, alone, with_it)] == [2, 0, 2, 2]
    for _ in range(2):
        world.complete("sign")
    world.work()
    assert world.state(case) == "COMPLETED"


def test_what_waits_in_other_cases_goes_on_or_rests_as_before(world: World) -> None:
    world.publish(TIMED)
    running, resting, first = (world.start() for _ in range(3))
    suspend(world, resting)
    suspend(world, first)
    resume(world, first)
    world.clock.advance(hours=1)
    world.work()
    with world.database.reading() as session:
        late = session.scalars(select(UserTask.instance_id).where(UserTask.element_id == "late")).all()
    assert sorted(late) == [running, first]


def test_a_case_that_is_to_end_with_its_caller_ends_though_it_was_made_to_rest(world: World) -> None:
    case = called(world)
    _, child = world.cases()
    with world.database.transaction() as session:
        cancel_instance(session, case, "不做了", "admin")
    suspend(world, child.id)
    world.work()
    assert world.state(child.id) == "TERMINATED"


def test_a_case_goes_on_although_one_it_has_called_was_ended_while_both_rested(world: World) -> None:
    case = called(world)
    _, child = world.cases()
    suspend(world, case)
    with world.database.transaction() as session:
        cancel_instance(session, child.id, "不签了", "admin")
    resume(world, case)
    assert (world.state(child.id), world.cases()[0].suspended_at) == ("TERMINATED", None)
    assert [kind for kind, _ in told(world, child.id)] == ["case.suspended"]
