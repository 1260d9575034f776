"""Signals, errors, escalations, conditions, links and terminating ends."""

from tests.dialect.playing import Play


def test_a_signal_reaches_everybody(play: Play) -> None:
    first, second = play.start(calls=0), play.start(calls=10)
    for _ in range(2):
        play.signal("抽查")
    assert play.tasks() == ["sell", "sell"]
    assert [play.variables(case)["calls"] for case in (first, second)] == [2, 12]
    play.do("sell")
    assert play.outcome(first) == "卖完"
    play.signal("召回", reason="标签有误")
    assert play.tasks() == ["stock"]
    assert play.variables(second)["reason"] == "标签有误"
    play.do("stock")
    assert play.waits() == ["恢复销售"]
    play.signal("恢复销售")
    assert play.outcome(second) == "结束"
    assert play.passed(second, "TERMINATED").keys() == {"sell"}
    # What the second case announced has started a third one.
    third = play.cases()[-1]
    assert (third.id > second, play.tasks()) == (True, ["report"])
    play.do("report")
    assert play.outcome(third.id) == "已记"
    assert play.went(third.id) == ["heard", "report", "counted"]


def test_an_error_leaves_by_the_border_that_catches_it(play: Play) -> None:
    paid = play.start(balance=1)
    play.answer("bank.transfer")
    short = play.start(balance=1)
    play.answer("bank.transfer", balance=-5)
    assert play.tasks() == ["top_up"]
    play.do("top_up")
    other = play.start(balance=1)
    play.fail("bank.transfer", "NETWORK")
    assert play.tasks() == ["look"]
    play.do("look")
    assert [play.outcome(case) for case in (paid, short, other)] == ["付款完成", "已充值", "已查看"]
    assert play.went(short)[-3:] == ["caught_short", "top_up", "topped"]
    assert play.passed(other, "TERMINATED").keys() >= {"pay", "transfer"}


def test_a_workers_error_carries_its_data(play: Play) -> None:
    case = play.start()
    play.fail("bank.transfer", "CLOSED", reason="账户已销", unasked=1)
    assert play.tasks() == ["ask"]
    assert play.variables(case)["why"] == "账户已销"
    assert "unasked" not in play.variables(case)
    play.do("ask")
    good = play.start()
    play.answer("bank.transfer")
    assert [play.outcome(one) for one in (case, good)] == ["已问清", "已转账"]


def test_an_escalation_tells_those_above(play: Play) -> None:
    closed, taken = play.start(), play.start()
    for case, serious in ((closed, False), (taken, True)):
        play.do("listen")
        assert play.tasks() == (["answer", "listen", "note"] if case == closed else ["answer", "note"])
        play.do("answer", serious=serious)
        play.do("note")
    assert play.outcome(closed) == "已了结"
    assert play.tasks() == ["take_over"]
    play.do("take_over")
    assert play.outcome(taken) == "已了结"
    assert play.went(taken, "told", "given_up", "taken") == ["told", "given_up", "taken"]


def test_any_escalation_is_caught_without_a_code(play: Play) -> None:
    case = play.start()
    assert play.tasks() == ["look"]
    play.do("look")
    assert play.outcome(case) == "已查看"


def test_a_condition_fires_when_it_becomes_true(play: Play) -> None:
    home = play.start(people=1)
    assert play.tasks() == []
    play.change(home, people=3)
    assert play.tasks() == ["tour"]
    for people in (6, 7, 4, 6):
        play.change(home, people=people)
    assert play.tasks() == ["tour", "warn", "warn"]
    play.do("warn")
    play.do("warn")
    play.do("tour")
    stormy = play.start(people=3)
    play.change(stormy, storm=True)
    assert play.tasks() == ["turn_back"]
    play.do("turn_back")
    assert [play.outcome(case) for case in (home, stormy)] == ["已归来", "中止"]


def test_a_link_leads_on_elsewhere(play: Play) -> None:
    urgent, calm = play.start(urgent=True), play.start(urgent=False)
    assert play.tasks() == ["review", "sign"]
    play.do("sign")
    play.do("review")
    play.do("sign")
    assert play.went(urgent) == ["start", "urgent", "to_sign", "sign_here", "sign", "signed"]
    assert play.went(calm)[-4:] == ["also_to_sign", "sign_here", "sign", "signed"]


def test_a_terminate_end_stops_everything_in_its_scope(play: Play) -> None:
    case = play.start()
    assert play.tasks() == ["ask_a", "ask_b", "wait"]
    play.do("ask_a")
    assert play.tasks() == ["order", "wait"]
    play.do("order")
    assert play.outcome(case) == "全部停止"
    assert play.passed(case, "TERMINATED").keys() == {"ask_b", "wait"}
    patient = play.start()
    play.do("wait")
    play.do("ask_b")
    play.do("order")
    assert play.passed(patient)["given_up"] == 1
