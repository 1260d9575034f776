"""Each kind of Incident, resolved in each way that it has, through commands on a real database of each kind."""

import pytest
from sqlalchemy import select

from engine.commands.assign_task import assign_task
from engine.commands.cancel_instance import cancel_instance
from engine.commands.report_failure import report_failure
from engine.commands.resolve_incident import resolve_incident
from engine.commands.skip_incident import skip_incident
from engine.commands.throw_job_error import throw_job_error
from engine.errors import ConflictError, ForbiddenError, InvalidError
from engine.model import HistoryEvent, Incident, Job, ProcessInstance, UserTask
from tests.execution.test_events import CALLER, MINE, PAYING, World, activate
from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.test_elements import event_sub, written

TASK = user_task("a").replace(*MINE)
CHOICE = diagram(
    START
    + TASK
    + '<bpmn:exclusiveGateway id="g" name="金额多大"/>'
    + user_task("yes").replace(*MINE)
    + user_task("no").replace(*MINE)
    + END,
    {
        "start->a": "f1",
        "a->g": "f2",
        "g->yes": ("f3", "=n &gt; 10"),
        "g->no": ("f4", "=n &lt; 5"),
        "yes->end": "f5",
        "no->end": "f6",
    },
)


def incidents(world: World, *, open_only: bool = True) -> list[Incident]:
    with world.database.reading() as session:
        statement = select(Incident).order_by(Incident.id)
        return list(session.scalars(statement.where(Incident.resolved_at.is_(None)) if open_only else statement))


def count_on_row(world: World, case: int) -> int:
    with world.database.reading() as session:
        return session.get_one(ProcessInstance, case).incident_count


def retry(world: World, incident: Incident, **corrections: object) -> None:
    with world.database.transaction() as session:
        resolve_incident(session, incident.id, "admin", corrections=corrections)


def skip(world: World, incident: Incident, *flows: str, reason: str = "先走下去", **variables: object) -> None:
    with world.database.transaction() as session:
        skip_incident(session, incident.id, reason, "admin", variables=variables, flow_ids=flows)


def stuck_at_gateway(world: World) -> tuple[int, Incident]:
    world.publish(CHOICE)
    case = world.start()
    world.complete("a", n=7)
    (incident,) = incidents(world)
    return case, incident


def test_corrected_data_let_a_gateway_decide_and_history_has_them_before_and_after(world: World) -> None:
    case, incident = stuck_at_gateway(world)
    retry(world, incident, n=12)
    assert world.open_tasks() == ["yes"]
    assert incidents(world) == []
    assert count_on_row(world, case) == 0
    with world.database.reading() as session:
        body = session.scalars(select(HistoryEvent.body).where(HistoryEvent.kind == "incident.corrected")).one()
    assert '"before":{"n":7}' in body
    assert '"input":{"n":12}' in body


def test_data_that_are_still_wrong_give_a_new_incident(world: World) -> None:
    case, incident = stuck_at_gateway(world)
    retry(world, incident, n=8)
    (again,) = incidents(world)
    assert again.id != incident.id
    assert count_on_row(world, case) == 1
    with pytest.raises(ConflictError):
        retry(world, incident, n=12)


def test_a_gateway_is_skipped_by_a_flow_and_history_says_who_and_why(world: World) -> None:
    _, incident = stuck_at_gateway(world)
    skip(world, incident, "f4", reason="按老规矩走", note="口头同意")
    assert world.open_tasks() == ["no"]
    with world.database.reading() as session:
        row = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "incident.skipped")).one()
    assert row.actor == "admin"
    assert "按老规矩走" in row.body


@pytest.mark.parametrize(
    ("reason", "flows", "where"), [(" ", ["f4"], "reason"), ("x", [], "flows"), ("x", ["f1"], "flows")]
)
def test_skipping_wants_a_reason_and_a_way_out(world: World, reason: str, flows: list[str], where: str) -> None:
    _, incident = stuck_at_gateway(world)
    with pytest.raises(InvalidError) as refused:
        skip(world, incident, *flows, reason=reason)
    assert refused.value.where == where
    assert [one.id for one in incidents(world)] == [incident.id]


def test_only_administrators_resolve(world: World) -> None:
    _, incident = stuck_at_gateway(world)
    with pytest.raises(ForbiddenError), world.database.transaction() as session:
        skip_incident(session, incident.id, "x", "zhang.wei", flow_ids=["f4"])
    with pytest.raises(ForbiddenError), world.database.transaction() as session:
        resolve_incident(session, incident.id, "zhang.wei", corrections={"n": 1})


def test_a_failed_job_is_skipped_with_the_result_it_should_have_brought(world: World) -> None:
    world.publish(PAYING)
    case = world.start()
    (job,) = activate(world)
    with world.database.transaction() as session:
        report_failure(session, job.id, "银行没有应答", "admin", retries=0)
    (incident,) = incidents(world)
    skip(world, incident, receipt="手工打款 7 号")
    assert world.state(case) == "COMPLETED"
    assert world.variables(case)["receipt"] == "手工打款 7 号"
    with world.database.reading() as session:
        assert session.get_one(Job, job.id).state == "CANCELED"


def test_a_failed_job_is_tried_again_with_corrected_data(world: World) -> None:
    world.publish(PAYING)
    world.start(account="旧账号")
    (job,) = activate(world)
    with world.database.transaction() as session:
        report_failure(session, job.id, "账号不存在", "admin", retries=0)
    retry(world, incidents(world)[0], account="新账号")
    (again,) = activate(world)
    assert again.id == job.id
    assert again.variables["account"] == "新账号"


def test_an_error_that_nobody_catches_is_tried_again_as_a_new_job_or_skipped(world: World) -> None:
    world.publish(PAYING)
    case = world.start()
    (job,) = activate(world)
    with world.database.transaction() as session:
        throw_job_error(session, job.id, "OTHER", "不认识", {}, "admin")
    retry(world, incidents(world)[0])
    (again,) = activate(world)
    assert again.id != job.id
    with world.database.transaction() as session:
        throw_job_error(session, again.id, "OTHER", "不认识", {}, "admin")
    skip(world, incidents(world)[0])
    assert world.state(case) == "COMPLETED"


def test_a_task_for_nobody_is_assigned_or_skipped(world: World) -> None:
    world.publish(diagram(START + TASK + user_task("b") + END, {"start->a": "f1", "a->b": "f2", "b->end": "f3"}))
    first, second = world.start(), world.start()
    world.complete("a")
    world.complete("a")
    for_first, for_second = incidents(world)
    with world.database.transaction() as session:
        assign_task(session, task_of(world, for_first), "zhang.wei", "admin")
    skip(world, for_second)
    assert (world.state(first), world.state(second)) == ("ACTIVE", "COMPLETED")
    assert incidents(world) == []
    assert world.open_tasks() == ["b"]


def task_of(world: World, incident: Incident) -> int:

    with world.database.reading() as session:
        return session.scalars(
            select(UserTask.id).where(UserTask.instance_id == incident.instance_id, UserTask.token == incident.token)
        ).one()


def test_a_call_of_an_unpublished_process_is_skipped_with_its_result(world: World) -> None:
    world.publish(CALLER, "caller")
    case = world.start("caller", partner="星河")
    world.work()
    skip(world, incidents(world)[0], agreement_number="补签 3 号")
    assert world.state(case) == "COMPLETED"
    assert world.variables(case)["agreement_number"] == "补签 3 号"


CIRCLE = diagram(
    START + TASK + '<bpmn:exclusiveGateway id="merge"/><bpmn:exclusiveGateway id="again" default="f3"/>' + END,
    {
        "start->a": "f0",
        "a->merge": "f1",
        "merge->again": "f2",
        "again->merge": "f3",
        "again->end": ("f4", "=done = true"),
    },
)


def test_an_endless_loop_ends_with_corrected_data(world: World) -> None:
    world.publish(CIRCLE)
    case = world.start()
    world.complete("a")
    (incident,) = incidents(world)
    assert incident.code == "endless_loop"
    retry(world, incident, done=True)
    assert world.state(case) == "COMPLETED"


def test_incidents_of_a_case_that_ends_otherwise_are_closed_with_it(world: World) -> None:
    case, _ = stuck_at_gateway(world)
    with world.database.transaction() as session:
        cancel_instance(session, case, "不做了", "admin")
    assert incidents(world) == []
    assert count_on_row(world, case) == 0


def test_an_incident_is_closed_when_its_token_is_taken_away_by_the_diagram(world: World) -> None:
    nodes = (
        START
        + TASK
        + '<bpmn:exclusiveGateway id="g"/>'
        + event_sub("message", 'messageRef="m_paid"', interrupting=True)
        + END
    )
    world.publish(
        written(nodes, {"start->a": "f1", "a->g": "f2", "g->end": ("f3", "=false")}).replace(b"tester", b"zhang.wei")
    )
    case = world.start(order="7")
    world.complete("a")
    assert count_on_row(world, case) == 1
    world.message("7")
    world.work()
    assert world.open_tasks() == ["handle"]
    assert incidents(world) == []
    assert count_on_row(world, case) == 0
