"""How a task that several people do stands while it goes on."""

from engine.commands.add_signers import Signers, add_signers
from engine.commands.take_back_task import take_back_task
from engine.queries.case_view import view_case
from engine.queries.people import find_person
from engine.queries.task_view import view_task
from tests.execution.operating import Office
from tests.execution.test_signing import many, nested, vote


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
