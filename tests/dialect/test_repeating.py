"""Multi-instance, at once and one after the other, and loops."""

import datetime as dt
from decimal import Decimal

from engine.commands.activate_jobs import activate_jobs
from engine.commands.complete_job import complete_job
from engine.commands.complete_task import complete_task
from tests.dialect.playing import Play

PEOPLE = ["li.na", "wu.tao", "xu.jing", "zhao.lei", "zhang.wei"]


def test_everybody_is_asked_at_once(play: Play) -> None:
    case = play.start(people=PEOPLE[:3])
    assert [task.assignee for task in play.rows()] == PEOPLE[:3]
    assert [one["loopCounter"] for one in play.seen("sign")] == [1, 2, 3]
    for person in ("xu.jing", "li.na", "wu.tao"):
        sign(play, "sign", person, opinion=person)
    # The results stand in the order of the people; what each brought stays with each.
    assert play.variables(case)["opinions"] == PEOPLE[:3]
    assert play.variables(case).keys() & {"opinion", "person", "loopCounter"} == set()
    play.do("after")
    assert play.passed(case)["sign"] == 4
    nobody = play.start(people=[])
    play.do("after")
    assert play.variables(nobody)["opinions"] == []


def sign(play: Play, element: str, person: str, **values: object) -> None:
    """Complete the task of a person among several of the same element."""
    (task,) = [one for one in play.rows() if (one.element_id, one.assignee) == (element, person)]
    play.command(complete_task, task.id, values, person)


def test_one_is_asked_after_the_other(play: Play) -> None:
    case = play.start(people=PEOPLE[:3])
    for person in PEOPLE[:3]:
        (task,) = play.rows()
        assert task.assignee == person
        play.do("sign", by=person, opinion=f"{person}同意")
    assert play.variables(case)["opinions"] == [f"{person}同意" for person in PEOPLE[:3]]


def test_a_share_of_the_votes_is_enough(play: Play) -> None:
    passed = play.start(people=PEOPLE)
    for person, vote in zip(PEOPLE, ("yes", "no", "yes", "yes"), strict=False):
        sign(play, "vote", person, vote=vote)
    # Three of five are sixty per cent: the fifth is not asked any more.
    assert (play.outcome(passed), play.tasks()) == ("通过", [])
    assert play.variables(passed)["votes"] == ["yes", "no", "yes", "yes", None]
    assert play.passed(passed, "TERMINATED") == {"vote": 1}
    refused = play.start(people=PEOPLE)
    for person in PEOPLE:
        assert play.outcome(refused) is None
        sign(play, "vote", person, vote="no")
    assert play.outcome(refused) == "不通过"


def test_the_first_no_ends_it(play: Play) -> None:
    case = play.start(people=PEOPLE)
    for person, vote in (("li.na", "yes"), ("wu.tao", "no")):
        play.do("vote", by=person, vote=vote)
    assert (play.outcome(case), play.tasks()) == ("已投票", [])
    assert play.variables(case)["votes"] == ["yes", "no", None, None, None]


def test_what_is_repeated_has_its_own_variables(play: Play) -> None:
    case = play.start(shops=["一号", "二号"], cost=-1)
    assert [(one["shop_"], one["number"], one["cost"]) for one in play.seen("paint")] == [
        ("一号", 1, 0),
        ("二号", 2, 0),
    ]
    play.do("paint", cost=5)
    play.do("paint", cost=7)
    assert play.variables(case)["costs"] == [105, 207]
    assert play.variables(case)["cost"] == -1


def test_every_kind_of_activity_repeats(play: Play) -> None:
    case = play.start(numbers=[1, 2])
    assert play.variables(case)["squares"] == [1, 4]
    assert play.variables(case)["discounts"] == [0, Decimal("0.1")]
    for _ in range(2):
        finish_first(play, "repeated.work", done=True)
    assert play.waits() == ["回音-重复 1", "回音-重复 2"]
    for number in (2, 1):
        play.message("回音-重复", str(number), said=number * 10)
    assert play.variables(case)["heard"] == [10, 20]
    assert play.passed(case)["carry"] == 3
    for _ in range(2):
        assert play.jobs() == ["repeated.send"]
        play.answer("repeated.send")
    assert play.outcome(case) == "都做过了"


def finish_first(play: Play, type_: str, **variables: object) -> None:
    """Do one of several due jobs of a type."""
    (job,) = play.command(activate_jobs, type_, "worker", most=1, timeout=dt.timedelta(minutes=1))
    play.command(complete_job, job.id, variables, "admin")


def test_a_task_is_done_until_it_is_good(play: Play) -> None:
    good = play.start(counted=0, rough=0)
    play.do("draft", good=False)
    play.do("draft", good=True)
    assert (play.outcome(good), play.variables(good)["counted"]) == ("已定稿", 3)
    poor = play.start(counted=0, rough=2)
    for _ in range(3):
        play.do("draft", good=False)
    for rough in (1, 0):
        assert play.tasks() == ["polish"]
        play.do("polish", rough=rough)
    assert play.outcome(poor) == "已定稿"
    assert play.went(poor).count("count") == 3


def test_a_border_event_stands_on_all_repetitions(play: Play) -> None:
    case = play.start(people=PEOPLE[:3], reminded=0)
    assert play.due() == ["03-03 09:00", "03-04 09:00"]
    sign(play, "sign", "li.na", opinion="同意")
    play.wait(days=1)
    assert (play.tasks(), play.variables(case)["reminded"]) == (["sign", "sign"], 1)
    play.wait(days=1)
    assert (play.tasks(), play.due(), play.outcome(case)) == ([], [], "过期")
    signed = play.start(people=PEOPLE[:1], reminded=0)
    play.do("sign", by="li.na")
    assert play.outcome(signed) == "已会签"
