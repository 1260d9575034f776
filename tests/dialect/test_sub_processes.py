"""Sub-processes, event sub-processes and ad-hoc sub-processes."""

from sqlalchemy import select

from engine.commands.activate_adhoc_elements import Chosen, activate_adhoc_elements
from engine.model import ElementInstance
from tests.dialect.playing import Play


def test_a_sub_process_keeps_its_own_variables(play: Play) -> None:
    case = play.start(budget=100)
    (seen,) = play.seen("buy")
    assert (seen["left"], seen["budget"], seen["secret"]) == (50, 100, "仅在里面")
    play.do("buy", paid=30, shop="一号店")
    # The inner one's "left" is its own; the outer one's is counted down and leaves as "remaining".
    assert play.seen("close")[0].keys() & {"left", "secret", "paid"} == set()
    play.do("close")
    variables = play.variables(case)
    assert (variables["budget"], variables["remaining"], variables["shop"]) == (100, 99, "一号店")


TRIGGERS = ("timer", "message", "signal", "condition", "escalation", "error")


def happen(play: Play, case: int, trigger: str) -> None:
    """Let what starts one of the event sub-processes happen."""
    if trigger == "timer":
        play.wait(days=1)
    elif trigger == "message":
        play.message("接管消息", "7")
    elif trigger == "signal":
        play.signal("接管信号")
    elif trigger == "condition":
        play.change(case, money=-1)
    else:
        play.do("act", how={"escalation": "up", "error": "wrong"}[trigger])


def test_an_event_takes_over_from_what_it_interrupts(play: Play) -> None:
    case = play.start(order="7", money=1)
    play.do("act", how="well")
    play.do("after")
    assert play.outcome(case) == "了结"
    for trigger in TRIGGERS:
        case = play.start(order="7", money=1)
        happen(play, case, trigger)
        assert play.tasks() == [f"do_{trigger}"]
        assert (play.waits(), play.due()) == ([], [])
        play.do(f"do_{trigger}")
        assert play.tasks() == ["after"]
        play.do("after")
        assert play.outcome(case) == "了结"
        assert play.passed(case)[f"on_{trigger}"] == 1
        assert play.passed(case)["work"] == 1


def test_an_event_runs_beside_what_it_does_not_interrupt(play: Play) -> None:
    case = play.start(order="7", money=1)
    for _ in range(2):
        play.message("并行消息", "7")
        play.signal("并行信号")
    play.change(case, money=-1)
    play.wait(days=1)
    play.do("act")
    expected = ["do_condition", "do_escalation", *["do_message"] * 2, *["do_signal"] * 2, "do_timer", "go_on"]
    assert play.tasks() == expected
    play.do("go_on")
    assert play.outcome(case) is None
    for element in expected[:-1]:
        play.do(element)
    assert play.outcome(case) == "了结"
    assert play.passed(case)["on_message"] == 2


def test_a_list_says_what_is_done_ad_hoc(play: Play) -> None:
    case = play.start(wanted=["ask", "check", "rate"], price=4)
    assert play.tasks() == ["ask", "check"]
    play.do("check", answer="属实")
    assert play.tasks() == ["ask", "note"]
    play.do("note", answer="已记")
    play.do("ask", answer="三家")
    assert play.tasks() == ["decide"]
    play.do("decide")
    assert play.outcome(case) == "已定夺"
    assert len(play.variables(case)["answers"]) == 3  # type: ignore[arg-type]
    # An empty list leaves the choice to people.
    nothing = play.start(wanted=[], price=1)
    assert play.tasks() == []
    choose(play, nothing, "rate")
    play.do("decide")
    assert play.passed(nothing)["gather"] == 1


def choose(play: Play, case: int, *elements: str) -> None:
    with play.database.reading() as session:
        wanted = select(ElementInstance.token).where(
            ElementInstance.instance_id == case, ElementInstance.element_id == "gather"
        )
        token = session.scalars(wanted).one()
    chosen = [Chosen(element_id=element) for element in elements]
    play.command(activate_adhoc_elements, case, token, chosen, "zhang.wei")


def test_people_choose_what_is_done_ad_hoc(play: Play) -> None:
    case = play.start()
    assert play.tasks() == []
    choose(play, case, "ask", "check", "ask")
    assert play.tasks() == ["ask", "ask", "check"]
    play.do("ask", enough=False)
    play.do("ask", enough=True)
    # The rest is waited for.
    assert (play.tasks(), play.outcome(case)) == (["check"], None)
    play.do("check")
    assert play.outcome(case) == "已收集"


def test_enough_takes_the_rest_away_ad_hoc(play: Play) -> None:
    for first, rest in (("ask", "check"), ("check", "ask")):
        case = play.start()
        play.do(first, enough=True)
        assert play.outcome(case) == "已收集"
        assert play.passed(case, "TERMINATED").keys() == {rest}
