"""Gateways, and flows that split and merge without one."""

import pytest

from engine.commands.deploy import File, deploy
from engine.database import Database
from engine.errors import UnpublishableError
from tests.dialect.playing import FOLDER, Play


def test_the_first_true_condition_wins(play: Play) -> None:
    waiting = {play.start(amount=amount): play.tasks() for amount in (200_000,)}
    assert list(waiting.values()) == [["director"]]
    play.do("director", opinion="同意")
    middle = play.start(amount=20_000)
    assert play.tasks() == ["manager"]
    play.do("manager")
    small = play.start(amount=100)
    assert [play.outcome(case) for case in (*waiting, middle, small)] == ["已审批"] * 3
    assert play.variables(small)["opinion"] == "自动同意"
    assert play.went(small) == ["start", "by_amount", "approve", "merged", "done"]


def test_no_true_condition_becomes_an_incident(play: Play) -> None:
    case = play.start()
    play.do("fill", grade="乙")
    (incident,) = play.incidents()
    assert (incident.element_id, incident.code, play.outcome(case)) == ("by_grade", "no_condition_true", None)
    assert "start" in play.passed(case)
    play.resolve(grade="甲")
    assert play.outcome(case) == "保留"
    other = play.start()
    play.do("fill", grade="丙")
    assert play.outcome(other) == "淘汰"


def test_all_branches_are_awaited(play: Play) -> None:
    case = play.start(amount=7)
    assert play.tasks() == ["finance", "legal"]
    play.do("legal", opinion="无异议")
    assert play.tasks() == ["finance"]
    (seen,) = play.seen("finance")
    assert (seen["number"], seen["opinion"]) == ("合-7", "无异议")
    play.do("finance")
    play.do("sign")
    assert play.outcome(case) == "已签署"
    assert play.passed(case)["join"] == 1


def test_the_chosen_branches_are_awaited(play: Play) -> None:
    for chosen in (["legal"], ["finance"], ["finance", "legal"]):
        case = play.start(contract="legal" in chosen, payment="finance" in chosen)
        assert play.tasks() == chosen
        for element in chosen:
            assert "conclude" not in play.tasks()
            play.do(element)
        play.do("conclude")
        assert (play.outcome(case), play.passed(case)["join"]) == ("已汇总", 1)
    rest = play.start(contract=False, payment=False)
    assert play.tasks() == ["conclude"]
    play.do("conclude")
    assert play.went(rest) == ["start", "choose", "none", "join", "conclude", "concluded"]


def test_the_first_event_decides(play: Play) -> None:
    def begin() -> int:
        case = play.start(order="7", quota=3)
        assert play.waits() == ["付款-先到者 7", "全部取消-先到者", "答复-先到者 7"]
        assert play.due() == ["03-05 09:00"]
        return case

    answered = begin()
    play.message("答复-先到者", "7", answer="好")
    assert (play.waits(), play.due()) == ([], [])
    paid = begin()
    play.message("付款-先到者", "8")
    assert play.outcome(paid) is None
    play.message("付款-先到者", "7")
    cancelled = begin()
    play.signal("全部取消-先到者")
    spent = begin()
    play.change(spent, quota=0)
    late = begin()
    play.wait(days=3)
    ways = [play.went(case)[-3] for case in (answered, paid, cancelled, spent, late)]
    assert ways == ["answered", "paid", "cancelled", "enough", "late"]
    assert play.variables(answered)["answer"] == "好"
    assert play.passed(late, "TERMINATED").keys() == {"answered", "paid", "cancelled", "enough"}


def test_several_flows_split_and_merge_without_a_gateway(play: Play) -> None:
    case = play.start()
    play.do("draft")
    assert play.tasks() == ["print_", "send"]
    play.do("print_")
    assert play.tasks() == ["file", "send"]
    play.do("send")
    assert play.tasks() == ["file", "file"]
    play.do("file")
    assert play.outcome(case) is None
    play.do("file")
    assert play.outcome(case) == "已归档"
    assert play.passed(case)["filed"] == 2


def test_a_round_goes_back_to_an_earlier_task(play: Play) -> None:
    case = play.start()
    for approved in (False, False, True):
        play.do("draft")
        play.do("review", approved=approved)
    assert play.outcome(case) == "已发布"
    assert play.passed(case)["draft"] == 3


def test_a_case_goes_on_however_long_its_way_was(play: Play) -> None:
    # The library alone finds nothing to do any more once its tree is a thousand deep: tests/interpreter/test_traps.py.
    case = play.start()
    rounds = 8
    for number in range(rounds):
        assert play.tasks() == ["ask"]
        play.do("ask", again=number < rounds - 1)
    assert play.outcome(case) == "不数了"
    passed = play.passed(case)
    assert (passed["count"], passed.total()) == (50 * rounds, 1 + 1 + 154 * rounds + 1)


def test_a_flow_from_or_to_nowhere_is_refused(stage: Database) -> None:
    # The library alone takes it without a word.
    path = FOLDER / "gateways" / "all_branches_are_awaited.bpmn"
    content = path.read_bytes()
    for end in (b'sourceRef="legal"', b'targetRef="legal"'):
        loose = File(name=path.name, content=content.replace(end, end.replace(b"legal", b"nowhere")))
        with stage.transaction() as session, pytest.raises(UnpublishableError) as refused:
            deploy(session, [loose], "zeng.rui")
        (found,) = [one for one in refused.value.findings if one.code == "dangling_flow"]
        assert (found.facts["missing"], found.resource) == ("nowhere", path.name)
