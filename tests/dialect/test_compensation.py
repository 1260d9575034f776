"""Compensation and transactions."""

from tests.dialect.playing import Play


def test_what_was_done_is_undone_in_reverse(play: Play) -> None:
    def prepare() -> int:
        case = play.start()
        play.do("hotel")
        play.answer("flight.book")
        assert play.tasks() == ["confirm"]
        return case

    going = prepare()
    play.do("confirm", goes=True)
    assert play.outcome(going) == "成行"
    case = prepare()
    play.do("confirm", goes=False)
    assert (play.tasks(), play.jobs()) == ([], ["flight.cancel"])
    play.answer("flight.cancel")
    play.do("tell")
    # What was undone already is left out; the event waits for the rest.
    assert (play.tasks(), play.jobs(), play.outcome(case)) == (["cancel_hotel"], [], None)
    assert play.variables(case)["invitation"] == "王总已取消"
    play.do("cancel_hotel")
    assert play.outcome(case) == "已撤销"
    undoing = play.went(case, "cancel_hotel", "cancel_flight", "uninvite", "undone")
    assert undoing == ["cancel_flight", "uninvite", "cancel_hotel", "undone"]


def test_an_event_sub_process_says_how_its_surroundings_are_undone(play: Play) -> None:
    good = play.start()
    play.do("paint")
    play.do("inspect", good=True)
    bad = play.start()
    play.do("paint")
    play.do("inspect", good=False)
    for element in ("empty", "unpaint"):
        assert play.tasks() == [element]
        play.do(element)
    assert [play.outcome(case) for case in (good, bad)] == ["开业", "不开了"]


def test_a_transaction_is_cancelled_as_a_whole(play: Play) -> None:
    outcomes = []
    for answer, rest in (("yes", []), ("no", ["refund", "thank"]), ("forged", ["report"])):
        case = play.start()
        play.do("deposit")
        play.do("sign", answer=answer)
        for element in rest:
            assert play.tasks() == [element]
            play.do(element)
        outcomes.append(play.outcome(case))
    assert outcomes == ["已签约", "未签约", "已报案"]
