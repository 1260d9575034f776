"""Tasks passed on for good (转办) and for an opinion (委派)."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.commands.add_signers import Signers, add_signers
from engine.commands.assign_task import assign_task
from engine.commands.complete_task import complete_task
from engine.commands.delegate_task import delegate_task
from engine.commands.reassign_task import reassign_task
from engine.commands.recall_task import recall_task
from engine.commands.reject_task import reject_task
from engine.commands.resolve_task import resolve_task
from engine.commands.return_task import return_task
from engine.commands.save_task_draft import save_task_draft
from engine.commands.unclaim_task import unclaim_task
from engine.errors import ConflictError, ForbiddenError, InvalidError
from engine.model import UserTask
from engine.queries.access import may_read_case
from engine.queries.people import find_person
from tests.execution.operating import Office, task
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written


def reads(office: Office, username: str, case: int) -> bool:
    with office.database.reading() as session:
        person = find_person(session, username)
        assert person is not None
        return may_read_case(session, person, case)


def test_a_task_that_is_passed_on_is_the_other_person_s_and_history_says_why(office: Office) -> None:
    case = office.begin()
    one = office.row(case)
    office.do(save_task_draft, one.id, {"amount": 1}, "li.na")
    assert office.do(reassign_task, one.id, "wang.fang", " 我明天休假 ", "li.na") is True

    again = office.row(case)
    assert (again.id, again.assignee, again.draft) == (one.id, "wang.fang", None)
    with office.database.reading() as session:
        # Not the JSON of nothing either, which lists and 撤回 would take for something that was typed.
        assert session.scalars(select(UserTask.id).where(UserTask.draft.is_not(None))).all() == []
    event = office.events(case)[-1]
    assert (event.kind, event.actor, event.on_behalf_of) == ("task.reassigned", "li.na", None)
    assert '"assignee":["li.na","wang.fang"]' in event.body
    assert '"reason":"我明天休假"' in event.body
    assert office.told("wang.fang") == ["李娜把“核对check”转给您办理"]
    assert reads(office, "li.na", case)

    with pytest.raises(ForbiddenError):
        office.finish(one.id, "li.na")
    office.finish(one.id, "wang.fang")
    assert office.state(case) == "COMPLETED"


def test_a_task_is_passed_on_only_by_who_has_it_to_somebody_else_in_service_for_a_reason(office: Office) -> None:
    one = office.row(office.begin())
    for arguments, kind in (
        (("wang.fang", "忙", "zhang.wei"), ForbiddenError),
        (("nobody", "忙", "li.na"), InvalidError),
        (("li.na", "忙", "li.na"), InvalidError),
        (("wang.fang", "  ", "li.na"), InvalidError),
    ):
        with pytest.raises(kind):
            office.do(reassign_task, one.id, *arguments)
    assert office.told("wang.fang") == []


def test_what_the_diagram_does_not_offer_is_refused(office: Office) -> None:
    shown = written(START + task("check", operations="comment") + END, {"start->check": "f1", "check->end": "f2"})
    one = office.row(office.begin(shown))
    with pytest.raises(ForbiddenError, match="不提供"):
        office.do(reassign_task, one.id, "wang.fang", "忙", "li.na")
    with pytest.raises(ForbiddenError, match="不提供"):
        office.do(delegate_task, one.id, "wang.fang", "忙", "li.na")


def test_a_delegated_task_comes_back_with_an_opinion_and_its_owner_completes_it(office: Office) -> None:
    case = office.begin()
    one = office.row(case)
    office.do(save_task_draft, one.id, {"amount": 1}, "li.na")
    assert office.do(delegate_task, one.id, "wang.fang", "请看价格", "li.na") is True

    away = office.row(case)
    assert (away.assignee, away.owner, away.draft) == ("wang.fang", "li.na", None)
    assert reads(office, "li.na", case)
    for actor, kind in (("li.na", ForbiddenError), ("wang.fang", ConflictError)):
        with pytest.raises(kind):
            office.finish(one.id, actor)
    for command in (delegate_task, reassign_task):
        with pytest.raises(ConflictError, match="交回"):
            office.do(command, one.id, "chen.jie", "也忙", "wang.fang")
    with pytest.raises(ConflictError):
        office.do(unclaim_task, one.id, "wang.fang")
    with pytest.raises(InvalidError):
        office.do(resolve_task, one.id, "", "wang.fang")

    office.do(resolve_task, one.id, "价格偏高", "wang.fang")
    back = office.row(case)
    assert (back.assignee, back.owner, back.delegation, back.draft) == ("li.na", None, None, {"amount": 1})
    assert back.signatures is not None
    (signature,) = back.signatures
    assert (signature["person"], signature["way"], signature["opinion"]) == ("wang.fang", "delegate", "价格偏高")
    assert office.told("li.na") == ["王芳交回了“核对check”"]
    with pytest.raises(ForbiddenError):
        office.do(complete_task, one.id, {}, "wang.fang")
    office.finish(one.id, "li.na")
    assert [event.kind for event in office.events(case)] == [
        "case.started", "task.delegated", "task.resolved", "task.completed",
    ]  # fmt: skip


def test_an_owner_takes_a_delegated_task_back_and_nobody_else_does(office: Office) -> None:
    case = office.begin()
    one = office.row(case)
    office.do(delegate_task, one.id, "wang.fang", "请看价格", "li.na")
    with pytest.raises(ForbiddenError):
        office.do(recall_task, one.id, "chen.jie")
    office.do(recall_task, one.id, "li.na")
    assert office.row(case).assignee == "li.na"
    with pytest.raises(ForbiddenError):
        office.do(resolve_task, one.id, "晚了", "wang.fang")
    office.finish(one.id, "li.na")


def test_a_task_that_nobody_delegated_is_not_given_back(office: Office) -> None:
    one = office.row(office.begin())
    with pytest.raises(ConflictError):
        office.do(resolve_task, one.id, "好", "li.na")
    with pytest.raises(ForbiddenError):
        office.do(recall_task, one.id, "li.na")


def test_a_draft_stays_its_writer_s_when_the_task_goes_back_to_the_queue_or_to_somebody_else(office: Office) -> None:
    queue = written(START + task("check", groups="渠道专员") + END, {"start->check": "f1", "check->end": "f2"})
    case = office.begin(queue)
    one = office.row(case)
    office.claim(one.id, "wu.tao")
    office.do(save_task_draft, one.id, {"opinion": "价格太高"}, "wu.tao")
    office.do(unclaim_task, one.id, "wu.tao")
    assert office.row(case).draft is None

    office.claim(one.id, "xu.jing")
    office.do(save_task_draft, one.id, {"opinion": "还行"}, "xu.jing")
    office.do(assign_task, one.id, "xu.jing", "admin")
    assert office.row(case).draft == {"opinion": "还行"}
    office.do(assign_task, one.id, "wu.tao", "admin")
    assert office.row(case).draft is None


def test_what_the_initiator_may_not_decide_is_not_passed_on_to_them(office: Office) -> None:
    own, other = task("check", whenInitiator="superior"), task("free", whenInitiator="self")
    case = office.begin(
        written(START + own + other + END, {"start->check": "f1", "check->free": "f2", "free->end": "f3"})
    )
    with pytest.raises(InvalidError, match="不由发起人办理"):
        office.do(reassign_task, office.row(case).id, "zhang.wei", "请你批", "li.na")
    office.finish(office.row(case).id, "li.na")
    office.do(reassign_task, office.row(case).id, "zhang.wei", "请你办", "li.na")
    assert office.row(case).assignee == "zhang.wei"


@pytest.mark.parametrize(
    "decide",
    [
        lambda office, one: office.finish(one, "wang.fang"),
        lambda office, one: office.do(return_task, one, 0, "退回", "wang.fang"),
        lambda office, one: office.do(reject_task, one, "不同意", "wang.fang"),
        lambda office, one: office.do(reassign_task, one, "wu.tao", "转办", "wang.fang"),
        lambda office, one: office.do(delegate_task, one, "wu.tao", "再问", "wang.fang"),
        lambda office, one: office.do(unclaim_task, one, "wang.fang"),
        lambda office, one: office.do(
            add_signers, one, Signers(people=["wu.tao"], position="before", reason="请看"), "wang.fang"
        ),
    ],
    ids=["complete", "return", "reject", "reassign", "delegate", "unclaim", "addSign"],
)
def test_whoever_is_asked_for_an_opinion_gives_it_and_decides_nothing(
    office: Office, decide: Callable[[Office, int], object]
) -> None:
    case = office.begin()
    one = office.row(case).id
    office.do(delegate_task, one, "wang.fang", "请先看", "li.na")
    before = [event.kind for event in office.events(case)]
    with pytest.raises(ConflictError, match="李娜委派的，请写好意见交回给李娜"):
        decide(office, one)
    assert [event.kind for event in office.events(case)] == before
    office.do(resolve_task, one, "可以", "wang.fang")
    office.finish(one, "li.na")
