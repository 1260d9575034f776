"""Links, loops and ad-hoc sub-processes through commands, on both databases; each case verifies and replays."""

import threading
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.audit.kinds import KIND_NAMES
from engine.commands.activate_adhoc_elements import Chosen, activate_adhoc_elements
from engine.commands.resolve_incident import resolve_incident
from engine.errors import ConflictError, EngineError, ForbiddenError, GoneError, InvalidError, NotFoundError
from engine.interpreter import read
from engine.model import HistoryEvent, Incident, Job
from engine.queries.choices import open_choices
from engine.queries.timeline import load_events
from tests.execution.test_events import MINE, World
from tests.interpreter.build import END, START, diagram, drawn, user_task

TWICE = ["zhang.wei", "zhang.wei"]


def events(world: World, case: int) -> list[tuple[str, str | None]]:
    with world.database.reading() as session:
        rows = session.execute(
            select(HistoryEvent.kind, HistoryEvent.element_id)
            .where(HistoryEvent.instance_id == case)
            .order_by(HistoryEvent.sequence)
        )
        return [(row.kind, row.element_id) for row in rows]


def token_of(world: World, case: int, element: str) -> int:
    """Give the newest token that waits at an element."""
    with world.database.reading() as session:
        waiting = [body for event in load_events(session, case) if (body := event.body.get("waiting")) is not None][-1]
    return max(int(token) for token, waits_at in waiting if waits_at == element)


def choose(world: World, case: int, *elements: str, by: str = "zhang.wei", where: str = "gather") -> None:
    token = token_of(world, case, where)
    with world.database.transaction() as session:
        activate_adhoc_elements(session, case, token, [Chosen(element_id=one) for one in elements], by)


@pytest.mark.parametrize(("urgent", "tasks"), [(True, ["archive"]), (False, ["check", "archive"])])
def test_a_case_goes_on_behind_its_links(world: World, urgent: bool, tasks: list[str]) -> None:
    world.publish(drawn("link_events"))
    case = world.start(urgent=urgent)
    for task in tasks:
        assert world.open_tasks() == [task]
        world.complete(task)
    assert world.state(case) == "COMPLETED"


def test_links_in_a_repeated_sub_process_and_around_it_do_not_mix(world: World) -> None:
    world.publish(drawn("link_events_nested"))
    case = world.start(people=TWICE)
    world.complete("sign")
    world.complete("sign")
    assert world.open_tasks() == ["close"]
    world.complete("close")
    assert world.variables(case)["notes"] == ["zhang.wei已签"] * 2


def test_a_loop_opens_one_task_after_the_other_under_one_timer(world: World) -> None:
    world.publish(drawn("standard_loop"))
    case = world.start()
    for _ in range(2):
        assert world.open_tasks() == ["draft"]
        world.complete("draft", approved=False)
    with world.database.reading() as session:
        assert session.scalars(select(Job.state).where(Job.kind == "timer")).all() == ["CREATED"]
    world.complete("draft", approved=True)
    world.complete("after")
    assert world.state(case) == "COMPLETED"


def test_a_timer_ends_the_loop_in_its_second_round(world: World) -> None:
    world.publish(drawn("standard_loop"))
    world.start()
    world.complete("draft", approved=False)
    world.clock.advance(days=4)
    world.work()
    assert world.open_tasks() == ["rescue"]


def test_two_rounds_of_a_sub_process_with_a_loop_and_a_multi_instance_inside(world: World) -> None:
    world.publish(drawn("standard_loop_nested"))
    case = world.start(people=TWICE, ok=True)
    for number in (1, 2):
        assert world.open_tasks() == ["sign", "sign"]
        world.complete("sign")
        world.complete("sign")
        world.complete("correct", open=1)
        world.complete("correct", open=0)
        if number == 1:
            world.clock.advance(days=2)
            world.work()
            world.complete("remind")
    world.complete("after")
    assert world.state(case) == "COMPLETED"
    assert Counter(element for _kind, element in events(world, case))["correct"] == 4


def test_a_call_activity_in_a_loop_starts_one_case_after_the_other(world: World) -> None:
    payment = diagram(START + user_task("pay").replace(*MINE) + END, {"start->pay": "f1", "pay->end": "f2"})
    world.publish(payment, "payment")
    world.publish(drawn("standard_loop_call"), "caller")
    case = world.start("caller", left=2)
    for left in (1, 0):
        world.work()
        assert world.open_tasks() == ["pay"]
        world.complete("pay", left=left)
        world.work()
    assert world.state(case) == "COMPLETED"
    assert [world.variables(one.id)["batch"] for one in world.cases() if one.parent_id == case] == [1, 2]


def test_staff_choose_what_is_done_until_the_condition_holds(world: World) -> None:
    world.publish(drawn("adhoc_choice"))
    case = world.start(price=3, ready=False)
    assert (world.open_tasks(), world.state(case)) == ([], "ACTIVE")
    choose(world, case, "ask", "check", "rate")
    assert world.open_tasks() == ["ask", "check"]
    world.complete("check")
    choose(world, case, "ask")
    assert world.open_tasks() == ["ask", "ask", "note"]
    world.complete("ask", ready=True)
    assert world.open_tasks() == ["decide"]
    world.complete("decide")
    assert world.state(case) == "COMPLETED"
    assert world.variables(case)["estimate"] == 6
    assert [kind for kind, element in events(world, case) if element == "gather"] == ["adhoc.activated"] * 2
    assert "adhoc.activated" in KIND_NAMES


def test_a_timer_ends_the_choice_and_what_was_chosen(world: World) -> None:
    world.publish(drawn("adhoc_choice"))
    world.start(ready=False)
    choose(world, 1, "ask", "check")
    world.clock.advance(days=11)
    world.work()
    assert world.open_tasks() == ["rescue"]


def test_only_the_initiator_process_owners_and_administrators_choose(world: World) -> None:
    world.publish(drawn("adhoc_choice"))
    case = world.start(ready=False)
    with pytest.raises(ForbiddenError):
        choose(world, case, "ask", by="li.na")
    for by in ("zhang.wei", "zeng.rui", "admin"):
        choose(world, case, "ask", by=by)
    assert world.open_tasks() == ["ask"] * 3


@pytest.mark.parametrize(
    ("elements", "error"),
    [(["note"], InvalidError), (["nothing"], InvalidError), ([], InvalidError), (["ask", "decide"], InvalidError)],
)
def test_what_cannot_be_begun_changes_nothing(world: World, elements: list[str], error: type[EngineError]) -> None:
    world.publish(drawn("adhoc_choice"))
    case = world.start(ready=False)
    before = events(world, case)
    with pytest.raises(error):
        choose(world, case, *elements)
    assert events(world, case) == before
    assert world.open_tasks() == []


def test_a_choice_that_comes_too_late_or_for_nothing_is_told_so(world: World) -> None:
    world.publish(drawn("adhoc_listed"))
    case = world.start(wanted=["ask"])
    token = token_of(world, case, "gather")
    world.complete("ask", answer=1)
    with pytest.raises(GoneError), world.database.transaction() as session:
        activate_adhoc_elements(session, case, token, [Chosen(element_id="ask")], "zhang.wei")
    with pytest.raises(NotFoundError), world.database.transaction() as session:
        activate_adhoc_elements(session, case + 100, token, [Chosen(element_id="ask")], "zhang.wei")


def test_what_a_list_names_is_begun_and_its_results_are_collected(world: World) -> None:
    world.publish(drawn("adhoc_listed"))
    case = world.start(wanted=["ask", "check"])
    world.complete("check")
    world.complete("ask", answer="便宜")
    world.complete("note", answer="属实")
    assert world.open_tasks() == ["decide"]
    assert world.variables(case)["answers"] == ["便宜", "属实"]


def test_a_list_that_names_nothing_becomes_an_incident_that_stays_until_it_is_mended(world: World) -> None:
    world.publish(drawn("adhoc_after_a_task"))
    case = world.start()
    world.complete("before", wanted=["nothing"])
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident)).all()
    assert (incident.code, incident.element_id) == ("adhoc_elements", "gather")
    assert "nothing" in incident.message.format(**incident.facts)
    with world.database.transaction() as session:
        resolve_incident(session, incident.id, "admin")
    with world.database.reading() as session:
        states = [one.resolved_at is None for one in session.scalars(select(Incident).order_by(Incident.id))]
    assert states == [False, True]
    assert world.state(case) == "ACTIVE"
    with pytest.raises(GoneError):
        choose(world, case, "ask")


def test_choices_with_variables_of_their_own_and_taking_away_what_was_begun(world: World) -> None:
    world.publish(drawn("adhoc_choice"))
    case = world.start(ready=False)
    token = token_of(world, case, "gather")
    with world.database.transaction() as session:
        chosen = [Chosen(element_id="ask", variables={"supplier": "星河"}), Chosen(element_id="check")]
        activate_adhoc_elements(session, case, token, chosen, "zhang.wei")
    with world.database.transaction() as session:
        activate_adhoc_elements(session, case, token, [Chosen(element_id="check")], "zhang.wei", cancel_remaining=True)
    assert world.open_tasks() == ["check"]
    assert "supplier" not in world.variables(case)


def test_two_rounds_with_everything_inside(world: World) -> None:
    world.publish(drawn("adhoc_nested"))
    case = world.start(people=TWICE)
    for _ in range(2):
        choose(world, case, "sign", "visit", "extra")
        choose(world, case, "photo", where="extra")
        choose(world, case, "scan", where="extra")
        world.clock.advance(days=2)
        world.work()
        assert world.open_tasks() == ["call", "go", "photo", "scan", "sign", "sign"]
        for task in ("sign", "photo", "call", "sign"):
            world.complete(task, page=1)
        world.complete("scan", page=2)
        assert world.variables(case)["pages"] == [1, 2]
        world.complete("go", length=3)
    assert world.state(case) == "COMPLETED"
    assert world.variables(case)["gathered"] == [1, 1, 1]


def test_choices_made_at_once_are_all_begun_exactly_once(world: World) -> None:
    world.publish(drawn("adhoc_choice"))
    case = world.start(ready=False)
    token = token_of(world, case, "gather")
    lost: list[Exception] = []

    def act(element: str) -> None:
        for _ in range(20):
            try:
                with world.database.transaction() as session:
                    activate_adhoc_elements(session, case, token, [Chosen(element_id=element)], "zhang.wei")
            except ConflictError as error:
                lost.append(error)
            else:
                return

    threads = [threading.Thread(target=act, args=(element,)) for element in ("ask", "check") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert world.open_tasks() == ["ask"] * 4 + ["check"] * 4
    assert [kind for kind, _element in events(world, case)].count("adhoc.activated") == 8


def test_the_page_of_a_case_knows_what_can_be_chosen(world: World) -> None:
    world.publish(drawn("adhoc_choice"))
    case = world.start(ready=False)
    choose(world, case, "ask", "ask")
    with world.database.reading() as session:
        bodies = [event.body for event in load_events(session, case)]
    (process,) = read(drawn("adhoc_choice"))
    (choice,) = open_choices(process, bodies)
    assert choice.name == "收集材料"
    assert [(one.id, one.running) for one in choice.elements] == [("ask", 2), ("check", 0), ("rate", 0)]
    world.complete("ask", ready=True)
    with world.database.reading() as session:
        assert open_choices(process, [event.body for event in load_events(session, case)]) == ()


def test_what_was_chosen_and_done_can_be_undone_later(world: World) -> None:
    world.publish((Path(__file__).with_name("undo_what_was_chosen.bpmn")).read_bytes())
    case = world.start(ready=False)
    choose(world, case, "ask", "ask", "check")
    world.complete("ask")
    world.complete("ask")
    world.complete("check", ready=True)
    assert world.open_tasks() == ["decide"]
    world.complete("decide", go_on=False)
    for _ in range(2):
        assert world.open_tasks() == ["tell_supplier"]
        world.complete("tell_supplier")
    assert world.state(case) == "COMPLETED"
