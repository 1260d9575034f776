"""Substitution: who may act for whom, for how long and where, and how history tells it."""

import datetime as dt
import threading

import pytest
from sqlalchemy import insert, select
from sqlalchemy import text as sql

from engine.commands.create_substitution import WantedSubstitution, create_substitution
from engine.commands.delegate_task import delegate_task
from engine.commands.end_substitution import end_substitution
from engine.commands.reassign_task import reassign_task
from engine.commands.recall_task import recall_task
from engine.commands.return_task import return_task
from engine.commands.save_task_draft import save_task_draft
from engine.commands.unclaim_task import unclaim_task
from engine.errors import ConflictError, ForbiddenError, InvalidError
from engine.model import Substitution, UserTask
from engine.queries.inbox import delegated_tasks, own_tasks
from engine.queries.people import find_person
from engine.queries.task_view import view_task
from tests.execution.operating import Office, task
from tests.execution.test_passing_on import reads
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written


def substitute(office: Office, principal: str, other: str, *, days: float = 7, by: str = "", **more: object) -> int:
    """Let somebody stand in from now on."""
    wanted = {
        "starts_at": office.clock.moment,
        "ends_at": office.clock.moment + dt.timedelta(days=days),
        "reason": "出差",
        **more,
    }
    number: int = office.do(
        create_substitution,
        WantedSubstitution(principal=principal, substitute=other, **wanted),  # type: ignore[arg-type] # named by the tests
        by or principal,
    )
    return number


def test_a_substitute_does_what_was_open_already_and_history_names_both(office: Office) -> None:
    case = office.begin()
    number = substitute(office, "li.na", "wang.fang")
    one = office.row(case)
    office.finish(one.id, "wang.fang")
    event = office.events(case)[-1]
    assert (event.kind, event.actor, event.on_behalf_of) == ("task.completed", "wang.fang", "li.na")
    assert f'"substitutions":[{number}]' in event.body
    (done,) = office.rows(case, "COMPLETED")
    assert (done.assignee, done.completed_by) == ("li.na", "wang.fang")
    assert len(office.told("wang.fang")) == 1


def test_who_passes_a_task_on_in_somebodys_name_may_read_the_case_as_they_may(office: Office) -> None:
    case = office.begin()
    number = substitute(office, "li.na", "wang.fang")
    office.do(reassign_task, office.row(case).id, "wu.tao", "不归我们", "wang.fang")
    office.do(end_substitution, number, "li.na")
    assert [name for name in ("li.na", "wang.fang", "sun.yan") if reads(office, name, case)] == ["li.na", "wang.fang"]


def test_it_ends_by_itself_and_can_be_ended_before(office: Office) -> None:
    first, second = office.begin(), office.begin()
    substitute(office, "li.na", "wang.fang", days=1)
    office.clock.advance(days=1)
    with pytest.raises(ForbiddenError):
        office.finish(office.row(first).id, "wang.fang")

    number = substitute(office, "li.na", "wang.fang")
    with pytest.raises(ForbiddenError):
        office.do(end_substitution, number, "wang.fang")
    office.do(end_substitution, number, "li.na")
    with pytest.raises(ForbiddenError):
        office.finish(office.row(second).id, "wang.fang")
    with pytest.raises(ConflictError):
        office.do(end_substitution, number, "li.na")


def test_one_that_has_not_begun_does_not_count_and_can_be_called_off(office: Office) -> None:
    one = office.row(office.begin())
    later = office.clock.moment + dt.timedelta(days=2)
    number = substitute(office, "li.na", "wang.fang", starts_at=later)
    with pytest.raises(ForbiddenError):
        office.finish(one.id, "wang.fang")
    office.do(end_substitution, number, "admin")
    office.clock.advance(days=3)
    with pytest.raises(ForbiddenError):
        office.finish(one.id, "wang.fang")


def test_it_holds_for_the_processes_it_names_only(office: Office) -> None:
    one = office.row(office.begin())
    with pytest.raises(InvalidError):
        substitute(office, "li.na", "wang.fang", process_ids=["nothing"])
    number = substitute(office, "li.na", "wang.fang", process_ids=["process"])
    office.do(end_substitution, number, "li.na")
    with pytest.raises(InvalidError):
        substitute(office, "li.na", "wang.fang", process_ids=[])
    substitute(office, "li.na", "wang.fang", process_ids=["process"])
    office.finish(one.id, "wang.fang")


def test_who_started_a_case_does_not_decide_it_for_somebody_else(office: Office) -> None:
    case = office.begin(actor="zhang.wei")
    substitute(office, "li.na", "zhang.wei")
    with pytest.raises(ForbiddenError):
        office.finish(office.row(case).id, "zhang.wei")


def test_a_substitute_keeps_drafts_and_puts_back_what_was_claimed_for_somebody(office: Office) -> None:
    queue = written(START + task("check", groups="渠道专员") + END, {"start->check": "f1", "check->end": "f2"})
    case = office.begin(queue)
    substitute(office, "wu.tao", "li.na")
    one = office.row(case)
    office.claim(one.id, "li.na")
    office.do(save_task_draft, one.id, {"opinion": "看过一半"}, "li.na")
    assert (office.row(case).assignee, office.row(case).draft) == ("wu.tao", {"opinion": "看过一半"})
    for stranger in ("wang.fang", "zhang.wei"):
        with pytest.raises(ConflictError):
            office.do(save_task_draft, one.id, {"opinion": "不是我的"}, stranger)
        with pytest.raises(ForbiddenError):
            office.do(unclaim_task, one.id, stranger)
    office.do(unclaim_task, one.id, "li.na")
    event = office.events(case)[-1]
    assert (event.kind, event.actor, event.on_behalf_of) == ("task.unclaimed", "li.na", "wu.tao")
    assert office.row(case).assignee is None


def test_who_started_a_case_keeps_no_draft_of_it_in_somebody_else_s_name(office: Office) -> None:
    one = office.row(office.begin())
    substitute(office, "li.na", "zhang.wei")
    with pytest.raises(ConflictError):
        office.do(save_task_draft, one.id, {"opinion": "我自己的"}, "zhang.wei")


def test_a_chain_by_a_wider_way_is_found_beside_a_narrower_one(office: Office) -> None:
    one = office.row(office.begin(actor="chen.jie"))
    with office.database.transaction() as session:
        common = {"made_by": "admin", "made_at": office.clock.moment, "reason": "出差"}
        times = {"starts_at": office.clock.moment, "ends_at": office.clock.moment + dt.timedelta(days=1)}
        for principal, other, only in (
            ("wang.fang", "he.qiang", ["another"]),
            ("wu.tao", "he.qiang", None),
            ("wang.fang", "wu.tao", None),
            ("li.na", "wang.fang", None),
        ):
            row = {"principal": principal, "substitute": other, "process_ids": only}
            session.execute(insert(Substitution).values(**row, **common, **times))
    office.finish(one.id, "he.qiang")
    assert [row.completed_by for row in office.rows(one.instance_id, "COMPLETED")] == ["he.qiang"]


def test_a_chain_is_followed_to_its_end(office: Office) -> None:
    case = office.begin()
    first = substitute(office, "li.na", "wang.fang")
    second = substitute(office, "wang.fang", "chen.jie")
    office.do(reassign_task, office.row(case).id, "zhou.min", "请周敏办", "chen.jie")
    event = office.events(case)[-1]
    assert (event.actor, event.on_behalf_of) == ("chen.jie", "li.na")
    assert f'"substitutions":[{second},{first}]' in event.body


def test_a_chain_holds_only_where_each_of_its_links_does(office: Office) -> None:
    case = office.begin()
    substitute(office, "li.na", "wang.fang", process_ids=["process"])
    number = substitute(office, "wang.fang", "chen.jie", days=1)
    office.do(end_substitution, number, "wang.fang")
    with pytest.raises(ForbiddenError):
        office.finish(office.row(case).id, "chen.jie")


def test_a_circle_is_refused_with_the_people_it_leads_through(office: Office) -> None:
    substitute(office, "li.na", "wang.fang")
    substitute(office, "wang.fang", "chen.jie")
    with pytest.raises(InvalidError, match="陈杰 → 李娜 → 王芳 → 陈杰"):
        substitute(office, "chen.jie", "li.na")
    # Where they never hold at once there is no circle.
    later = office.clock.moment + dt.timedelta(days=30)
    substitute(office, "chen.jie", "li.na", starts_at=later, ends_at=later + dt.timedelta(days=1))


def test_what_can_t_be_is_refused(office: Office) -> None:
    past = office.clock.moment - dt.timedelta(days=1)
    for principal, other, more in (
        ("li.na", "li.na", {}),
        ("li.na", "nobody", {}),
        ("li.na", "wang.fang", {"ends_at": office.clock.moment}),
        ("li.na", "wang.fang", {"starts_at": past - dt.timedelta(days=1), "ends_at": past}),
        ("li.na", "wang.fang", {"reason": " "}),
    ):
        with pytest.raises(InvalidError):
            substitute(office, principal, other, **more)
    with pytest.raises(ForbiddenError):
        substitute(office, "li.na", "wang.fang", by="wang.fang")
    substitute(office, "li.na", "wang.fang", by="admin")


def test_of_two_people_who_name_each_other_at_once_one_is_refused(office: Office) -> None:
    barrier = threading.Barrier(2)
    results: list[object] = []

    def make(principal: str, other: str) -> None:
        barrier.wait()
        try:
            results.append(substitute(office, principal, other))
        except InvalidError as error:
            results.append(error)

    pairs = (("li.na", "wang.fang"), ("wang.fang", "li.na"))
    threads = [threading.Thread(target=make, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(type(result) is int for result in results) == [False, True]
    with office.database.reading() as session:
        assert len(session.scalars(select(Substitution)).all()) == 1


def others_task(case: int, token: int) -> dict[str, object]:
    return {
        "instance_id": case,
        "token": token,
        "element_id": "check",
        "name": "核对",
        "state": "CREATED",
        "assignee": f"somebody{token}",
        "created_at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
        "facts": {},
    }


def test_the_list_of_tasks_of_a_substitute_is_found_by_the_index_of_assignees(office: Office) -> None:
    case = office.begin()
    substitute(office, "li.na", "wang.fang", process_ids=["process"])
    with office.database.transaction() as session:
        session.execute(insert(UserTask), [others_task(case, token) for token in range(1000, 3000)])
        session.execute(sql("ANALYZE"))
        person = find_person(session, "wang.fang")
        assert person is not None
        statement = own_tasks(session, person)
        assert len(session.scalars(statement).all()) == 1
        text = str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN " if office.database.is_sqlite else "EXPLAIN "
        plan = [str(row) for row in session.execute(sql(explain + text))]
        session.rollback()
    assert any("ix_user_tasks_inbox" in line for line in plan), plan


def test_a_task_that_was_opened_as_a_substitute_is_refused_when_the_substitution_has_ended(office: Office) -> None:
    case = office.begin()
    number = substitute(office, "li.na", "wang.fang")
    one = office.row(case)
    with office.database.reading() as session:
        person = find_person(session, "wang.fang")
        assert person is not None
        assert view_task(session, person, one.id).on_behalf_of == "李娜"
    office.do(end_substitution, number, "li.na")
    with pytest.raises(ForbiddenError, match="李娜"):
        office.finish(one.id, "wang.fang")
    office.finish(one.id, "li.na")


def test_what_a_substitute_has_done_is_returned_to_whose_it_was(office: Office) -> None:
    case = office.begin(
        written(
            START + task("check") + task("approve", "zhao.lei") + END,
            {"start->check": "f1", "check->approve": "f2", "approve->end": "f3"},
        )
    )
    number = substitute(office, "li.na", "wang.fang")
    done = office.row(case)
    office.finish(done.id, "wang.fang")
    office.do(end_substitution, number, "li.na")
    office.do(return_task, office.row(case).id, done.token, "再看看", "zhao.lei")
    assert office.row(case).assignee == "li.na"
    assert office.told("li.na") == ["赵磊退回了“核对check”，请重新办理"]


def test_who_delegates_for_somebody_sees_it_and_takes_it_back(office: Office) -> None:
    case = office.begin()
    substitute(office, "li.na", "wang.fang")
    one = office.row(case).id
    office.do(delegate_task, one, "chen.jie", "请看价格", "wang.fang")
    with office.database.reading() as session:
        agent, initiator = find_person(session, "wang.fang"), find_person(session, "zhang.wei")
        assert agent is not None
        assert initiator is not None
        assert list(session.scalars(delegated_tasks(session, agent))) == [one]
        assert view_task(session, agent, one).is_owner
        assert not view_task(session, initiator, one).is_owner
    substitute(office, "li.na", "zhang.wei")
    for nobody in ("zhang.wei", "chen.jie"):
        with pytest.raises(ForbiddenError):
            office.do(recall_task, one, nobody)
    office.do(recall_task, one, "wang.fang")
    event = office.events(case)[-1]
    assert (event.kind, event.actor, event.on_behalf_of) == ("task.recalled", "wang.fang", "li.na")
    assert office.row(case).assignee == "li.na"
