"""Task listeners through commands, on a real database of each kind: they agree, correct or refuse, and nothing is lost."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.commands.assign_task import assign_task
from engine.commands.claim_task import claim_task
from engine.commands.complete_job import complete_job
from engine.commands.complete_task import complete_task
from engine.commands.report_failure import report_failure
from engine.commands.save_task_draft import save_task_draft
from engine.commands.skip_incident import skip_incident
from engine.commands.throw_job_error import throw_job_error
from engine.commands.unclaim_task import unclaim_task
from engine.commands.update_task import update_task
from engine.errors import ConflictError, ForbiddenError, InvalidError
from engine.json_text import loads
from engine.model import HistoryEvent, Incident, Job, UserTask, UserTaskCandidate
from tests.execution.test_events import World
from tests.execution.test_listeners import take

LISTENED = (Path(__file__).parent / "task_listeners.bpmn").read_bytes()


def answer(world: World, type_: str, denied: str | None = None, **corrections: object) -> None:
    """Do the one job of a type."""
    job = take(world, type_)
    with world.database.transaction() as session:
        complete_job(session, job.id, {}, "admin", denied=denied, corrections=corrections)


def task_of(world: World) -> UserTask:
    with world.database.reading() as session:
        return session.scalars(select(UserTask)).one()


def created(world: World) -> int:
    """Start a case and let its task be created; give the number of the task."""
    world.publish(LISTENED)
    world.start()
    answer(world, "prepare")
    return task_of(world).id


def claim(world: World, task: int, person: str = "wu.tao") -> None:
    with world.database.transaction() as session:
        claim_task(session, task, person)


def complete(world: World, task: int, person: str = "wu.tao", **values: object) -> bool:
    with world.database.transaction() as session:
        return complete_task(session, task, values, person)


def kinds(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        rows = session.execute(select(HistoryEvent.kind, HistoryEvent.actor).order_by(HistoryEvent.sequence)).all()
    return [(row.kind, row.actor) for row in rows]


def test_nobody_sees_a_task_before_its_creating_listeners_have_said_what_it_is(world: World) -> None:
    world.publish(LISTENED)
    world.start()
    assert world.open_tasks() == []
    job = take(world, "prepare")
    assert job.user_task is not None
    assert (job.user_task.id, job.user_task.attributes["candidateGroups"]) == (None, ["渠道专员"])
    due = dt.datetime(2026, 3, 9, 1, tzinfo=dt.UTC)
    corrections = {"candidateUsers": ["zhang.wei"], "candidateGroups": [], "priority": 80, "dueDate": due.isoformat()}
    with world.database.transaction() as session:
        complete_job(session, job.id, {}, "admin", corrections=corrections)
    task = task_of(world)
    assert (task.state, task.pending, task.priority, task.due_at) == ("CREATED", None, 80, due)
    with world.database.reading() as session:
        assert session.scalars(select(UserTaskCandidate.principal)).all() == ["zhang.wei"]


def test_a_claim_waits_for_its_listeners_and_one_may_give_it_to_somebody_else(world: World) -> None:
    task = created(world)
    claim(world, task)
    assert (task_of(world).assignee, (task_of(world).pending or {})["state"]) == (None, "ASSIGNING")
    for person in ("xu.jing", "wu.tao"):
        with pytest.raises(ConflictError, match="正在处理"):
            claim(world, task, person)
    job = take(world, "check_person")
    assert job.user_task is not None
    assert (job.user_task.id, job.user_task.action, job.user_task.changed) == (task, "claim", ("assignee",))
    assert job.user_task.attributes["assignee"] == "wu.tao"
    with world.database.transaction() as session:
        complete_job(session, job.id, {}, "admin", corrections={"assignee": "xu.jing"})
    assert (task_of(world).assignee, task_of(world).pending) == ("xu.jing", None)


def test_an_assignment_that_is_refused_changes_nothing_and_says_why(world: World) -> None:
    task = created(world)
    claim(world, task)
    answer(world, "check_person", denied="今天不在岗")
    found = task_of(world)
    assert (found.assignee, found.pending, (found.denied or {})["reason"]) == (None, None, "今天不在岗")
    claim(world, task)
    answer(world, "check_person")
    assert (task_of(world).assignee, task_of(world).denied) == ("wu.tao", None)
    with world.database.transaction() as session:
        save_task_draft(session, task, {"opinion": "价格太高"}, "wu.tao")
        unclaim_task(session, task, "wu.tao")
    answer(world, "check_person", denied="做完再走")
    assert (task_of(world).assignee, task_of(world).draft) == ("wu.tao", {"opinion": "价格太高"})
    with world.database.transaction() as session:
        assign_task(session, task, "xu.jing", "admin")
    answer(world, "check_person")
    assert (task_of(world).assignee, task_of(world).draft) == ("xu.jing", None)


def test_a_completion_goes_through_every_listener_and_one_that_refuses_keeps_what_was_typed(world: World) -> None:
    task = created(world)
    claim(world, task)
    answer(world, "check_person")
    assert not complete(world, task, amount=900)
    assert (task_of(world).state, (task_of(world).pending or {})["state"]) == ("CREATED", "COMPLETING")
    with pytest.raises(ConflictError, match="正在处理"):
        complete(world, task, amount=1)
    with pytest.raises(ConflictError), world.database.transaction() as session:
        save_task_draft(session, task, {"amount": 1}, "wu.tao")
    job = take(world, "check_values")
    assert job.variables["amount"] == 900
    with world.database.transaction() as session:
        complete_job(session, job.id, {}, "admin", denied="超过额度")
    found = task_of(world)
    assert (found.state, found.draft, (found.denied or {})["reason"]) == ("CREATED", {"amount": 900}, "超过额度")
    assert not complete(world, task, amount=100)
    answer(world, "check_values", priority=1)
    answer(world, "check_again")
    found = task_of(world)
    assert (found.state, found.completed_by, found.assignee, found.priority) == ("COMPLETED", "wu.tao", "wu.tao", 1)
    assert (found.draft, found.denied, found.pending) == (None, None, None)
    (case,) = world.cases()
    assert (case.state, world.variables(case.id)["amount"]) == ("COMPLETED", 100)
    assert kinds(world)[4:] == [
        ("task.completing", "wu.tao"),
        ("listener.completed", "admin"),
        ("task.completing", "wu.tao"),
        ("listener.completed", "admin"),
        ("task.completed", "wu.tao"),
    ]


def test_what_somebody_handed_in_without_a_claim_is_not_shown_to_who_claims_later(world: World) -> None:
    task = created(world)
    assert not complete(world, task, amount=900)
    answer(world, "check_values", denied="超过额度")
    assert (task_of(world).draft, task_of(world).assignee) == (None, None)


def test_a_task_that_is_assigned_from_the_start_asks_first_and_never_belongs_to_nobody(world: World) -> None:
    world.publish(LISTENED.replace('candidateGroups="渠道专员"'.encode(), b'assignee="wu.tao"'))
    world.start()
    answer(world, "prepare")
    assert (task_of(world).assignee, (task_of(world).pending or {})["assignee"]) == (None, "wu.tao")
    answer(world, "check_person", denied="已调岗")
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident)).all()
        groups = session.scalars(select(UserTaskCandidate.principal)).all()
    assert (incident.code, groups) == ("nobody_found", ["系统管理员"])
    with world.database.transaction() as session:
        assign_task(session, task_of(world).id, "xu.jing", "admin")
    answer(world, "check_person")
    with world.database.reading() as session:
        assert session.scalars(select(Incident.resolved_by)).all() == ["admin"]
    assert task_of(world).assignee == "xu.jing"


def test_a_listener_that_fails_is_an_incident_and_can_be_passed_over_for_a_reason(world: World) -> None:
    task = created(world)
    assert not complete(world, task, amount=1)
    job = take(world, "check_values")
    with world.database.transaction() as session:
        report_failure(session, job.id, "没有应答", "admin", retries=0)
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident)).all()
    with world.database.transaction() as session:
        skip_incident(session, incident.id, "系统停用", "admin")
    assert task_of(world).state == "CREATED"
    answer(world, "check_again")
    assert (task_of(world).state, task_of(world).completed_by) == ("COMPLETED", "wu.tao")


def test_a_listener_may_not_say_what_does_not_belong_to_it(world: World) -> None:
    world.publish(LISTENED)
    world.start()
    job = take(world, "prepare")
    for says in (
        {"variables": {"x": 1}},
        {"variables": {}, "denied": "不行"},
        {"variables": {}, "corrections": {"name": "别的"}},
    ):
        with pytest.raises(InvalidError), world.database.transaction() as session:
            complete_job(session, job.id, actor="admin", **says)
    with pytest.raises(InvalidError), world.database.transaction() as session:
        throw_job_error(session, job.id, "BAD", "", {}, "admin")
    with world.database.reading() as session:
        assert session.scalars(select(Job.state)).all() == ["CREATED"]


def change(world: World, task: int, actor: str = "admin", **changes: object) -> bool:
    with world.database.transaction() as session:
        return update_task(session, task, changes, actor)


def candidates(world: World) -> list[str]:
    with world.database.reading() as session:
        return sorted(session.scalars(select(UserTaskCandidate.principal)))


def test_a_change_of_a_task_waits_for_its_listeners_and_one_may_correct_or_refuse_it(world: World) -> None:
    task = created(world)
    assert not change(world, task, priority=90, candidateGroups=["渠道监督"])
    assert (task_of(world).priority, (task_of(world).pending or {})["state"]) == (50, "UPDATING")
    with pytest.raises(ConflictError, match="正在处理"):
        change(world, task, priority=1)
    job = take(world, "check_change")
    assert job.user_task is not None
    assert (job.user_task.action, set(job.user_task.changed)) == ("update", {"priority", "candidateGroups"})
    assert job.user_task.attributes["priority"] == 90
    with world.database.transaction() as session:
        complete_job(session, job.id, {}, "admin", corrections={"priority": 70})
    assert (task_of(world).priority, task_of(world).pending, candidates(world)) == (70, None, ["渠道监督"])
    assert not change(world, task, dueDate="2026-03-09T01:00:00+00:00", priority=10)
    answer(world, "check_change", denied="月底不改")
    found = task_of(world)
    assert (found.priority, found.due_at, (found.denied or {})["reason"]) == (70, None, "月底不改")
    assert [kind for kind, _ in kinds(world)][2:] == ["task.updating", "listener.completed"] * 2


def test_a_task_without_such_listeners_is_changed_at_once_and_never_left_to_nobody(world: World) -> None:
    world.publish(LISTENED.replace(b'eventType="updating"', b'eventType="completing"'))
    world.start()
    answer(world, "prepare")
    task = task_of(world).id
    due = dt.datetime(2026, 3, 9, 1, tzinfo=dt.UTC)
    assert change(world, task, dueDate=due.isoformat(), followUpDate=due.isoformat(), candidateUsers=["wu.tao"])
    found = task_of(world)
    assert (found.due_at, found.follow_up_at, candidates(world)) == (due, due, ["wu.tao", "渠道专员"])
    with world.database.reading() as session:
        body = loads(session.scalars(select(HistoryEvent.body).where(HistoryEvent.kind == "task.updated")).one())
    assert (body["task"], body["before"]["candidateUsers"], body["after"]["candidateUsers"]) == (task, [], ["wu.tao"])
    assert change(world, task, dueDate=None, candidateUsers=[])
    assert (task_of(world).due_at, candidates(world)) == (None, ["渠道专员"])
    assert change(world, task, candidateGroups=["没有这个组"])
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident)).all()
    assert (incident.code, candidates(world)) == ("nobody_found", ["系统管理员"])
    for wrong, error in ((("wu.tao", {"priority": 1}), ForbiddenError), (("admin", {}), InvalidError)):
        with pytest.raises(error):
            change(world, task, wrong[0], **wrong[1])
    with pytest.raises(InvalidError, match="可以修改的有"):
        change(world, task, assignee="wu.tao")
