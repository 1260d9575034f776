"""Who may give a task to whom: administrators, queues, candidates, and the listeners that are asked first."""

import pytest
from sqlalchemy import select

from engine import json_text
from engine.commands.assign_task import assign_task
from engine.commands.claim_task import claim_task
from engine.commands.delegate_task import delegate_task
from engine.commands.reassign_task import reassign_task
from engine.commands.recall_task import recall_task
from engine.commands.resolve_task import resolve_task
from engine.commands.save_task_draft import save_task_draft
from engine.commands.unclaim_task import unclaim_task
from engine.errors import ConflictError, ForbiddenError, InvalidError
from engine.model import UserTaskCandidate
from tests.execution.operating import Office, task
from tests.execution.test_handover import hand_all_over
from tests.execution.test_in_somebodys_name import QUEUE, last, said
from tests.execution.test_passing_on import reads
from tests.execution.test_signing import ask, many, sign
from tests.execution.test_substitution import substitute
from tests.execution.test_task_listeners import answer
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

ASKING = '<zeebe:taskListeners><zeebe:taskListener eventType="assigning" type="check_person"/></zeebe:taskListeners>'
ASKED = written(
    START + task("check").replace("</bpmn:extensionElements>", f"{ASKING}</bpmn:extensionElements>", 1) + END,
    {"start->check": "f1", "check->end": "f2"},
)


def named(*people: str) -> bytes:
    """Draw a task that some people may claim."""
    drawn = written(START + task("check") + END, {"start->check": "f1", "check->end": "f2"})
    return drawn.replace(b'assignee="li.na"', f'candidateUsers="{", ".join(people)}"'.encode())


def test_whoever_is_given_a_task_is_asked_about_first_and_nothing_is_lost(office: Office) -> None:
    case = office.begin(ASKED)
    answer(office, "check_person")
    one = office.row(case).id
    office.do(save_task_draft, one, {"amount": 1}, "li.na")
    assert office.do(delegate_task, one, "wang.fang", "请看", "li.na") is False
    asking = office.row(case)
    assert (asking.assignee, asking.owner, (asking.pending or {})["state"]) == ("li.na", None, "ASSIGNING")
    assert last(office, case) == ("task.assigning", "li.na", None)
    assert (said(office, case)["action"], said(office, case)["reason"]) == ("delegate", "请看")
    answer(office, "check_person", denied="她不懂价格")
    refused = office.row(case)
    assert (refused.assignee, refused.owner, refused.draft) == ("li.na", None, {"amount": 1})

    office.do(delegate_task, one, "wang.fang", "请看", "li.na")
    answer(office, "check_person")
    away = office.row(case)
    assert (away.assignee, away.owner, away.draft) == ("wang.fang", "li.na", None)
    office.do(resolve_task, one, "可以", "wang.fang")
    assert (office.row(case).assignee, office.row(case).draft) == ("li.na", {"amount": 1})

    assert office.do(reassign_task, one, "chen.jie", "出差", "li.na") is False
    assert (said(office, case)["action"], said(office, case)["reason"]) == ("reassign", "出差")
    answer(office, "check_person")
    passed = office.row(case)
    assert (passed.assignee, passed.owner, passed.draft) == ("chen.jie", None, None)
    assert reads(office, "li.na", case)
    assert office.told("chen.jie") == ["李娜把“核对check”转给您办理"]
    assert office.told("wang.fang") == ["李娜请您先看“核对check”"]


def test_only_administrators_give_a_task_to_anybody(office: Office) -> None:
    case = office.begin(QUEUE)
    one = office.row(case).id
    with pytest.raises(ForbiddenError, match="只有管理员可以指定办理人"):
        office.do(assign_task, one, "wu.tao", "wu.tao")
    with pytest.raises(InvalidError, match="没有在职的用户"):
        office.do(assign_task, one, "nobody", "admin")
    office.do(assign_task, one, "wu.tao", "admin", reason=" 他熟悉 ", allow_override=False)
    assert (said(office, case)["reason"], said(office, case)["assignee"]) == ("他熟悉", [None, "wu.tao"])
    with pytest.raises(ConflictError, match="已由吴涛领取"):
        office.do(assign_task, one, "xu.jing", "admin", allow_override=False)
    office.do(assign_task, one, "xu.jing", "admin", reason=" ")
    assert "reason" not in said(office, case)
    assert office.row(case).assignee == "xu.jing"


def test_what_an_administrator_gives_to_somebody_is_theirs_and_not_to_be_handed_back(office: Office) -> None:
    for person in ("wu.tao", "wang.fang", "li.na"):
        case = office.begin()
        one = office.row(case).id
        office.do(delegate_task, one, "wang.fang", "请看", "li.na")
        office.do(assign_task, one, person, "admin")
        assert (office.row(case).assignee, office.row(case).owner) == (person, None)
        office.finish(one, person)
        assert office.state(case) == "COMPLETED"

    case = office.begin(ASKED)
    answer(office, "check_person")
    one = office.row(case).id
    office.do(delegate_task, one, "wang.fang", "请看", "li.na")
    answer(office, "check_person")
    office.do(assign_task, one, "wu.tao", "admin")
    answer(office, "check_person")
    assert (office.row(case).assignee, office.row(case).owner) == ("wu.tao", None)


def test_nobody_is_given_by_an_administrator_what_they_sign_or_may_not_decide(office: Office) -> None:
    case = office.begin()
    one = office.row(case).id
    ask(office, one, "chen.jie")
    signature = office.row(case, "chen.jie").id
    for number, person in ((signature, "li.na"), (one, "chen.jie")):
        with pytest.raises(InvalidError, match="已经在办理或加签"):
            office.do(assign_task, number, person, "admin")

    several = office.begin(many(), people=["li.na", "wang.fang"])
    with pytest.raises(InvalidError, match="每人只签一份"):
        office.do(assign_task, office.row(several, "li.na").id, "wang.fang", "admin")

    own = office.begin(
        written(START + task("check", whenInitiator="superior") + END, {"start->check": "f1", "check->end": "f2"})
    )
    with pytest.raises(InvalidError, match="不由发起人办理"):
        office.do(assign_task, office.row(own).id, "zhang.wei", "admin")
    with pytest.raises(InvalidError, match="不由发起人办理"):
        ask(office, office.row(own).id, "zhang.wei")


def test_a_task_is_claimed_by_whom_it_names_and_whoever_stands_in_for_one_of_them(office: Office) -> None:
    case = office.begin(QUEUE)
    one = office.row(case).id
    substitute(office, "li.na", "sun.yan")
    substitute(office, "wu.tao", "zhang.wei")
    for person in ("sun.yan", "zhang.wei", "li.na"):
        # 孙艳 stands in for somebody who may not; 张伟 for somebody who may, but the case is his own.
        with pytest.raises(ForbiddenError, match="不在您的待办中"):
            office.claim(one, person)
        with pytest.raises(ForbiddenError, match="不在您的待办中"):
            office.finish(one, person)
    number = substitute(office, "wu.tao", "wang.fang")
    office.claim(one, "wang.fang")
    assert last(office, case) == ("task.claimed", "wang.fang", "wu.tao")
    assert (said(office, case)["substitutions"], office.row(case).assignee) == ([number], "wu.tao")
    with pytest.raises(ConflictError, match="已由吴涛领取"):
        office.claim(one, "xu.jing")
    office.claim(one, "wu.tao")
    assert last(office, case) == ("task.claimed", "wang.fang", "wu.tao")


def test_a_claim_keeps_the_reason_that_a_program_gives(office: Office) -> None:
    case = office.begin(QUEUE)
    assert office.do(claim_task, office.row(case).id, "wu.tao", reason=" 我来 ") is True
    assert said(office, case)["reason"] == "我来"
    office.do(unclaim_task, office.row(case).id, "wu.tao")
    office.do(claim_task, office.row(case).id, "wu.tao", reason=" ")
    assert "reason" not in said(office, case)


def test_a_task_goes_back_to_a_queue_only_where_there_is_one(office: Office) -> None:
    case = office.begin()
    office.begin(QUEUE)
    with pytest.raises(InvalidError, match="没有可退回的队列"):
        office.do(unclaim_task, office.row(case).id, "li.na")
    queued = office.begin(QUEUE)
    office.claim(office.row(queued).id, "wu.tao")
    for stranger in ("xu.jing", "zhang.wei"):
        with pytest.raises(ForbiddenError, match="不是您领取的"):
            office.do(unclaim_task, office.row(queued).id, stranger)
    office.do(unclaim_task, office.row(queued).id, "admin")
    assert (last(office, queued), office.row(queued).assignee) == (("task.unclaimed", "admin", None), None)


def test_a_delegate_hears_that_a_task_is_recalled(office: Office) -> None:
    case = office.begin()
    one = office.row(case).id
    office.do(save_task_draft, one, {"amount": 1}, "li.na")
    office.do(delegate_task, one, "wang.fang", "请看", "li.na")
    with pytest.raises(ForbiddenError, match="不是您委派出去的"):
        office.do(recall_task, one, "wang.fang")
    office.do(recall_task, one, "li.na")
    assert office.told("wang.fang")[-1] == "李娜收回了“核对check”，不用再看"
    assert (office.row(case).draft, office.row(case).signatures) == ({"amount": 1}, None)


def candidates(office: Office, case: int) -> list[tuple[str, str]]:
    """Give who may claim the one open task of a case."""
    number = office.row(case).id
    with office.database.reading() as session:
        rows = session.execute(
            select(UserTaskCandidate.kind, UserTaskCandidate.principal).where(UserTaskCandidate.task_id == number)
        )
        return sorted((row.kind, row.principal) for row in rows)


def test_a_leaver_is_replaced_among_candidates_and_nobody_is_named_twice(office: Office) -> None:
    alone, both = office.begin(named("li.na", "chen.jie")), office.begin(named("li.na", "zhou.min", "chen.jie"))
    claimed, others = office.begin(named("li.na", "chen.jie")), office.begin(named("chen.jie", "sun.yan"))
    group = office.begin(QUEUE)
    office.claim(office.row(claimed).id, "chen.jie")
    assert hand_all_over(office).done == 2
    for case in (alone, both):
        assert candidates(office, case) == [("user", "chen.jie"), ("user", "zhou.min")]
        assert last(office, case) == ("task.handed_over", "admin", None)
        assert (said(office, case)["from"], said(office, case)["to"]) == ("li.na", "zhou.min")
        assert reads(office, "li.na", case)
    # What somebody else has claimed is theirs.
    assert candidates(office, claimed) == [("user", "chen.jie"), ("user", "li.na")]
    assert candidates(office, others) == [("user", "chen.jie"), ("user", "sun.yan")]
    assert candidates(office, group) == [("group", "渠道专员")]
    assert [event.kind for event in office.events(others)] == ["case.started"]


def test_what_a_leaver_was_asked_to_sign_later_is_handed_over_too(office: Office) -> None:
    case = office.begin()
    one = office.row(case).id
    ask(office, one, "chen.jie", position="after")
    view = hand_all_over(office, "zhou.min", "chen.jie")
    assert (view.total, view.done) == (1, 1)
    told = json_text.loads(office.events(case)[-1].body)
    assert (told["assignee"], told["handover"], told["reason"]) == (["chen.jie", "zhou.min"], view.id, "离职")
    office.finish(one, "li.na")
    sign(office, case, "zhou.min")
    assert office.state(case) == "COMPLETED"
