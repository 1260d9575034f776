"""Messages that cases wait for, get on their borders and send to each other."""

from tests.dialect.playing import Play


def test_a_message_reaches_the_case_with_its_key(play: Play) -> None:
    first, second = play.start(order="7"), play.start(order="8")
    assert play.waits() == ["付款-按键 7", "付款-按键 8"]
    play.message("付款-按键", "8", amount=12, batch=1)
    # With output mappings only what they name leaves the event.
    assert play.variables(second)["received"] == 12
    assert play.variables(second).keys() & {"amount", "batch"} == set()
    # A message that comes before it is waited for is kept for its time.
    play.message("发货-按键", "7-2", minutes=10, parcel="P1")
    play.change(first, batch=2)
    play.message("付款-按键", "7", amount=1)
    assert (play.outcome(first), play.variables(first)["parcel"]) == ("已了结", "P1")
    assert [one.element_id for one in play.incidents()] == ["shipped"]
    play.resolve(batch=5)
    play.message("发货-按键", "8-5")
    assert play.outcome(second) == "已了结"


def test_a_message_on_the_border_comes_in(play: Play) -> None:
    case = play.start(order="7")
    for number in range(2):
        play.message("询问-边界", "7", question=number)
    assert play.tasks() == ["answer", "answer", "work"]
    assert play.variables(case)["asked_last"] == 1
    play.message("撤单-边界", "7", reason="不要了")
    assert (play.tasks(), play.waits()) == (["answer", "answer", "undo"], [])
    for element in ("answer", "undo", "answer"):
        play.do(element)
    assert (play.outcome(case), play.variables(case)["reason"]) == ("已收尾", "不要了")
    calm = play.start(order="9")
    play.do("work")
    assert (play.outcome(calm), play.waits()) == ("已办", [])


def test_one_process_sends_and_another_receives(play: Play) -> None:
    case = play.start(order="77")
    other = play.cases()[-1]
    assert (play.variables(other.id)["note"], play.variables(case)["price"]) == ("来自77", 12)
    assert (play.outcome(case), play.outcome(other.id)) == ("已成交", "已售出")
    assert play.went(case) == ["start", "ask", "offered", "thank", "sent"]
