"""Compensation and transactions, through commands on a real database of each kind; the diagrams lie beside."""

import datetime as dt
from pathlib import Path

from sqlalchemy import select

from engine.commands.activate_jobs import activate_jobs
from engine.commands.cancel_instance import cancel_instance
from engine.commands.complete_job import complete_job
from engine.commands.resolve_incident import resolve_incident
from engine.commands.throw_job_error import throw_job_error
from engine.execution.immutable import definition as definition_of
from engine.interpreter import Case, Environment
from engine.json_text import loads
from engine.model import HistoryEvent, Incident, Job, ProcessInstance, UserTask
from engine.queries.marks import marks
from tests.execution.test_events import World
from tests.interpreter.build import END, START, diagram, user_task

DIAGRAMS = Path(__file__).parent / "compensation"
CALLED = diagram(
    START + user_task("answer").replace("tester", "zhang.wei") + END, {"start->answer": "f1", "answer->end": "f2"}
)


def publish(world: World, name: str) -> None:
    """Publish one of the diagrams beside this file."""
    world.publish((DIAGRAMS / f"{name}.bpmn").read_bytes())


def do_job(world: World, job_type: str, error: str | None = None, **variables: object) -> None:
    """Do the one job of a type as an external worker would."""
    with world.database.transaction() as session:
        (job,) = activate_jobs(session, job_type, "w", most=10, timeout=dt.timedelta(minutes=1))
    with world.database.transaction() as session:
        if error is None:
            complete_job(session, job.id, variables, "admin")
        else:
            throw_job_error(session, job.id, error, "", {}, "admin")


def passages(world: World, case: int) -> list[tuple[str, str]]:
    """Give what happened to which element, in order."""
    with world.database.reading() as session:
        events = session.scalars(
            select(HistoryEvent).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)
        ).all()
    return [(what, element) for event in events for what, element, *_ in loads(event.body).get("passages", ())]


def completed(world: World, case: int, *elements: str) -> list[str]:
    """Give which of some elements were completed, in order."""
    return [element for what, element in passages(world, case) if what == "completed" and element in elements]


def seen_by_the_open_task(world: World, case: int) -> dict[str, object]:
    """Give the variables that the one open user task of a case sees."""
    with world.database.reading() as session:
        instance = session.get_one(ProcessInstance, case)
        specification = definition_of(session, instance.definition_id).specification
        token = session.scalars(select(UserTask.token).where(UserTask.state == "CREATED")).one()
        return Case.wake(instance.body, specification, Environment(now=world.clock())).visible(token)


UNDONE = ("cancel_flights", "cancel_hotel", "take_back_costs", "uninvite")


def prepare_conference(world: World) -> int:
    """Publish and start the preparation of a conference, and do all of it up to the question whether it is held."""
    world.publish(CALLED, "invitation")
    world.publish(CALLED, "withdrawal")
    publish(world, "undo_in_reverse")
    case = world.start(costs=0)
    do_job(world, "flights.book")
    world.complete("book_hotel", hotel="和平饭店")
    world.work()
    world.complete("answer")
    world.work()
    return case


def test_what_was_done_is_undone_in_reverse_order_and_the_event_waits_for_all_of_it(world: World) -> None:
    case = prepare_conference(world)
    assert world.variables(case)["costs"] == 1
    world.complete("confirm", decision="no")
    world.work()
    assert world.open_tasks() == ["answer"]
    world.complete("answer")
    world.work()
    assert world.variables(case)["costs"] == 0
    assert world.open_tasks() == ["cancel_hotel"]
    world.complete("cancel_hotel")
    assert world.open_tasks() == []
    do_job(world, "flights.cancel")
    assert world.open_tasks() == ["tell"]
    assert completed(world, case, *UNDONE, "undo_all") == [
        "uninvite",
        "take_back_costs",
        "cancel_hotel",
        "cancel_flights",
        "undo_all",
    ]


def test_what_was_undone_once_is_not_undone_again(world: World) -> None:
    case = prepare_conference(world)
    world.complete("confirm", decision="no")
    world.work()
    world.complete("answer")
    world.work()
    world.complete("cancel_hotel")
    do_job(world, "flights.cancel")
    world.complete("tell")
    assert world.state(case) == "COMPLETED"
    assert sorted(completed(world, case, *UNDONE)) == sorted(UNDONE)
    assert completed(world, case, "undo_again", "called_off") == ["undo_again", "called_off"]


def test_nothing_is_undone_where_nobody_asks_for_it(world: World) -> None:
    case = prepare_conference(world)
    world.complete("confirm", decision="yes")
    assert world.state(case) == "COMPLETED"
    assert completed(world, case, *UNDONE) == []


def test_a_case_that_is_cancelled_while_it_undoes_leaves_nothing_open(world: World) -> None:
    case = prepare_conference(world)
    world.complete("confirm", decision="no")
    world.work()
    with world.database.transaction() as session:
        cancel_instance(session, case, "不办了", "admin")
    world.work()
    assert {one.state for one in world.cases()} == {"COMPLETED", "TERMINATED"}
    assert world.open_tasks() == []
    with world.database.reading() as session:
        assert set(session.scalars(select(Job.state))) <= {"COMPLETED", "CANCELED"}


def test_the_picture_shows_what_undoes_as_current_and_then_as_passed(world: World) -> None:
    case = prepare_conference(world)
    world.complete("confirm", decision="no")
    world.work()
    world.complete("answer")
    world.work()
    with world.database.reading() as session:
        definition = definition_of(session, session.get_one(ProcessInstance, case).definition_id)
        events = session.scalars(select(HistoryEvent.body).where(HistoryEvent.instance_id == case)).all()
    shown = marks(definition.process, [loads(body) for body in events])
    assert shown.current == ["cancel_hotel"]
    assert {"uninvite", "invite_undo", "take_back_costs", "book_hotel"} <= set(shown.passed)
    assert "cancel_flights" not in shown.passed
    assert shown.returned == []


def test_sub_processes_are_undone_as_a_whole_and_inside_with_the_variables_they_had(world: World) -> None:
    publish(world, "undo_sub_processes")
    case = world.start(cities=["杭州", "成都", "西安"])
    world.complete("rent")
    for _ in range(3):
        world.complete("set_up")
    world.complete("review")
    assert world.open_tasks() == ["write_off"]
    world.complete("write_off")
    seen = []
    for _ in range(3):
        assert world.open_tasks() == ["take_down"]
        seen.append(seen_by_the_open_task(world, case)["city"])
        world.complete("take_down")
    assert sorted(map(str, seen)) == sorted(["杭州", "成都", "西安"])
    world.complete("give_back")
    assert world.state(case) == "COMPLETED"
    assert completed(world, case, "write_off", "take_down", "give_back", "stopped") == [
        "write_off",
        *["take_down"] * 3,
        "give_back",
        "stopped",
    ]


def sign(world: World) -> int:
    """Start a transaction and do its first steps: a deposit and a contract; two tasks are open then."""
    publish(world, "transaction")
    case = world.start()
    world.complete("pay_deposit")
    do_job(world, "contract.draw_up")
    assert world.open_tasks() == ["countersign", "decide"]
    return case


def test_a_cancelled_transaction_takes_its_tokens_away_undoes_what_was_done_and_leaves_by_its_border(
    world: World,
) -> None:
    case = sign(world)
    world.complete("decide", answer="no")
    assert world.open_tasks() == []
    do_job(world, "contract.void")
    assert world.open_tasks() == ["refund"]
    world.complete("refund")
    assert world.open_tasks() == ["thank"]
    world.complete("thank")
    assert world.state(case) == "COMPLETED"
    assert completed(world, case, "void", "refund", "give_up", "cancelled", "thank") == [
        "void",
        "refund",
        "give_up",
        "cancelled",
        "thank",
    ]
    assert ("canceled", "countersign") in passages(world, case)


def test_a_transaction_that_succeeds_undoes_nothing(world: World) -> None:
    case = sign(world)
    world.complete("decide", answer="yes")
    world.complete("countersign")
    assert world.state(case) == "COMPLETED"
    assert completed(world, case, "void", "refund", "concluded") == ["concluded"]


def test_an_error_leaves_a_transaction_without_undoing_anything(world: World) -> None:
    case = sign(world)
    world.complete("decide", answer="fraud")
    assert world.open_tasks() == ["report"]
    world.complete("report")
    assert world.state(case) == "COMPLETED"
    assert completed(world, case, "void", "refund", "hazard") == ["hazard"]


def test_an_event_sub_process_may_undo_what_was_done_around_it_and_another_one_say_how(world: World) -> None:
    publish(world, "undo_by_event_sub_process")
    case = world.start()
    world.complete("decorate")
    world.complete("stock")
    do_job(world, "shop.trade", error="NO_LICENCE")
    for element in ("announce", "return_stock", "restore", "apologise"):
        assert world.open_tasks() == [element]
        world.complete(element)
    assert world.state(case) == "COMPLETED"
    assert completed(world, case, "return_first", "closing_end", "undo_everything", "failing_end") == [
        "return_first",
        "closing_end",
        "undo_everything",
        "failing_end",
    ]


def test_a_handler_that_fails_becomes_an_incident_and_the_rest_is_undone_after_it_is_resolved(world: World) -> None:
    case = prepare_conference(world)
    world.complete("confirm", decision="no")
    world.work()
    world.complete("answer")
    world.work()
    world.complete("cancel_hotel")
    do_job(world, "flights.cancel", error="UNKNOWN")
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident)).all()
    assert (world.state(case), incident.element_id) == ("ACTIVE", "cancel_flights")
    with world.database.transaction() as session:
        resolve_incident(session, incident.id, "admin")
    do_job(world, "flights.cancel")
    assert world.open_tasks() == ["tell"]
