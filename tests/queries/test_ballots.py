"""How a task that several people do stands while it goes on."""

from engine.commands.add_signers import Signers, add_signers
from engine.commands.complete_task import complete_task
from engine.commands.take_back_task import take_back_task
from engine.queries.case_view import view_case
from engine.queries.people import find_person
from engine.queries.task_view import view_task
from tests.execution.operating import Office, task
from tests.execution.test_signing import ask, many, nested, sign, vote
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written


def standing(office: Office, case: int) -> list[tuple[str, int, list[tuple[str, str]]]]:
    with office.database.reading() as session:
        person = find_person(session, "zhang.wei")
        assert person is not None
        found = view_case(session, person, case).ballots
    return [(one.element, one.done, [(vote.person, vote.state) for vote in one.votes]) for one in found]


def test_who_has_voted_is_seen_while_others_have_not(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang"])
    vote(office, case, "wang.fang")
    assert standing(office, case) == [("核对check", 1, [("李娜", "open"), ("王芳", "done")])]
    vote(office, case, "li.na")
    assert standing(office, case) == []


def test_beside_a_task_nothing_is_told_twice(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang", "chen.jie"])
    vote(office, case, "wang.fang")
    with office.database.reading() as session:
        person = find_person(session, "li.na")
        assert person is not None
        shown = view_task(session, person, office.row(case, "li.na").id)
    assert [vote.person for one in shown.ballots for vote in one.votes if vote.state == "done"] == ["王芳"]
    assert shown.opinions == ()


def test_in_a_sequence_those_are_seen_whose_turn_comes_later(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "wang.fang", "chen.jie"])
    vote(office, case, "li.na")
    wanted = Signers(people=["zhou.min"], position="after", reason="请把关")
    office.do(add_signers, office.row(case).id, wanted, "wang.fang")
    votes = [("李娜", "done"), ("王芳", "open"), ("周敏", "later"), ("陈杰", "later")]
    assert standing(office, case) == [("核对check", 1, votes)]


def test_a_vote_that_was_taken_back_does_not_count(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang"])
    vote(office, case, "wang.fang")
    (voted,) = office.rows(case, "COMPLETED")
    office.do(take_back_task, voted.id, "wang.fang")
    assert standing(office, case) == [("核对check", 0, [("李娜", "open"), ("王芳", "open")])]
    vote(office, case, "wang.fang")
    assert standing(office, case) == [("核对check", 1, [("李娜", "open"), ("王芳", "done")])]


def test_each_part_of_what_is_repeated_around_has_its_own_ballot(office: Office) -> None:
    case = office.begin(nested(), teams=[["li.na", "wang.fang"], ["chen.jie", "zhou.min"]])
    vote(office, case, "zhou.min")
    one = ("核对check", 0, [("李娜", "open"), ("王芳", "open")])
    other = ("核对check", 1, [("陈杰", "open"), ("周敏", "done")])
    assert standing(office, case) == [one, other]


def test_what_somebody_took_back_is_not_told_as_their_opinion(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang"])
    vote(office, case, "wang.fang", decision="reject")
    (voted,) = office.rows(case, "COMPLETED")
    assert opinions(office, case, "li.na") == []
    office.do(take_back_task, voted.id, "wang.fang")
    assert opinions(office, case, "li.na") == []


def test_a_signature_that_was_taken_back_leaves_what_the_holder_has_said(office: Office) -> None:
    case = office.begin(
        written(
            START + task("check") + task("approve", "zhao.lei") + END,
            {"start->check": "f1", "check->approve": "f2", "approve->end": "f3"},
        )
    )
    ask(office, office.row(case).id, "wang.fang", "chen.jie")
    sign(office, case, "wang.fang")
    (signed,) = office.rows(case, "COMPLETED")
    office.do(take_back_task, signed.id, "wang.fang")
    sign(office, case, "wang.fang", agreed=False)
    office.do(complete_task, office.row(case, "li.na").id, {}, "li.na")
    sign(office, case, "chen.jie")
    assert opinions(office, case, "zhao.lei") == ["王芳", "李娜", "陈杰"]


def opinions(office: Office, case: int, reader: str) -> list[str]:
    with office.database.reading() as session:
        person = find_person(session, reader)
        assert person is not None
        return [one.actor for one in view_task(session, person, office.row(case, reader).id).opinions]
