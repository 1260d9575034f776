"""What begins a case; it is Monday, the 2nd of March, nine o'clock."""

import pytest

from engine.errors import FormInvalidError
from tests.dialect.playing import Play


def test_a_form_begins_a_case(play: Play) -> None:
    with pytest.raises(FormInvalidError):
        play.start(goods="纸", price="三块")
    assert play.cases() == []
    case = play.start(goods="纸", price="2.50", pieces="4")
    assert (play.outcome(case), play.variables(case)["total"]) == ("已登记", 10)
    assert play.went(case) == ["asked", "sum", "noted"]


def test_a_message_begins_a_case(play: Play) -> None:
    play.message("来单-开始", order={"number": "A1"}, more="没有映射的不进来")
    (case,) = play.cases()
    assert play.variables(case.id) == {"initiator": None, "number": "A1"}
    play.do("check")
    assert (play.outcome(case.id), play.went(case.id)) == ("已核对", ["ordered", "check", "checked"])
    for _ in range(2):
        play.message("来单-开始", order={"number": "A2"})
    assert play.tasks() == ["check", "check"]
    play.do("check")
    play.do("check")


def test_a_signal_begins_a_case(play: Play) -> None:
    play.signal("盘点-开始", place="一号仓")
    (case,) = play.cases()
    assert play.variables(case.id)["place"] == "一号仓"
    play.do("count")
    assert play.outcome(case.id) == "已盘点"


def test_a_date_begins_a_case(play: Play) -> None:
    play.until("05 08:59")
    assert play.cases() == []
    play.until("05 09:00")
    (case,) = play.cases()
    assert (case.started_by, play.tasks()) == ("system", ["look"])
    play.until("06 09:00")
    play.do("look")
    assert play.outcome(case.id) == "已看"


def test_a_cycle_begins_cases(play: Play) -> None:
    begun = []
    for day in ("03", "04", "05"):
        play.until(f"{day} 09:00")
        begun.append(len(play.cases()))
    assert begun == [1, 2, 2]
    play.do("look")
    play.do("look")


def test_each_start_has_its_own_way(play: Play) -> None:
    play.start()
    play.message("各有各的消息")
    play.signal("各有各的信号")
    play.wait(hours=1)
    play.until("04 09:00")
    came = [play.variables(case.id)["came"] for case in play.cases()]
    assert came == ["by_hand", "by_message", "by_signal", "by_duration", "by_date"]
    for _ in came:
        play.do("handle")
