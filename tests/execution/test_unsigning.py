"""Taking back what has moved nothing yet: signatures, and hand-ins that wait for signatures; and who is seen to do it."""

from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from engine.commands.complete_task import complete_task
from engine.commands.remove_signer import remove_signer
from engine.commands.save_task_draft import save_task_draft
from engine.commands.take_back_task import take_back_task
from engine.errors import ConflictError, ForbiddenError
from engine.execution.immutable import definition
from engine.model import ProcessInstance, UserTask
from engine.queries.audit_case import audit_case
from engine.queries.case_record import CaseRecord, view_record
from engine.queries.people import Person, find_person
from engine.queries.returnable import may_take_back
from tests.execution.operating import Office, task
from tests.execution.test_signing import ask, many, nested, sign, vote
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

TWO = written(
    START + task("check") + task("approve", "zhao.lei") + END,
    {"start->check": "f1", "check->approve": "f2", "approve->end": "f3"},
)


def can(office: Office, row: UserTask) -> bool:
    """Tell whether the page of a task offers to take it back."""
    with office.database.reading() as session:
        case = session.get_one(ProcessInstance, row.instance_id)
        now = session.get_one(UserTask, row.id)
        return may_take_back(session, definition(session, case.definition_id), now)


def record(office: Office, case: int) -> CaseRecord:
    with office.database.reading() as session:
        return view_record(session, auditor(session), case)


def auditor(session: Session) -> Person:
    person = find_person(session, "xiao.han")
    assert person is not None
    return person


def kinds(office: Office, case: int) -> Sequence[str]:
    return [event.kind for event in office.events(case)]


def test_a_signature_is_taken_back_while_its_task_is_not_done(office: Office) -> None:
    case = office.begin(TWO)
    one = office.row(case)
    ask(office, one.id, "wang.fang", "chen.jie", position="before")
    sign(office, case, "wang.fang", "看错了")
    (signed,) = office.rows(case, "COMPLETED")
    assert can(office, signed)
    with pytest.raises(ForbiddenError):
        office.do(take_back_task, signed.id, "chen.jie")
    office.do(take_back_task, signed.id, "wang.fang", reason="金额看错")
    assert kinds(office, case)[-1] == "task.taken_back"
    with pytest.raises(ConflictError, match="王芳、陈杰"):
        office.finish(one.id, "li.na")
    sign(office, case, "chen.jie")
    sign(office, case, "wang.fang", "不行", agreed=False)
    office.finish(one.id, "li.na")
    said = [(one["person"], one["agreed"]) for one in office.of(case)["signatures"]]
    assert said == [("chen.jie", True), ("wang.fang", False)]


def test_whoever_only_signed_can_not_take_back_what_its_owner_has_handed_in(office: Office) -> None:
    case = office.begin(TWO)
    one = office.row(case)
    ask(office, one.id, "wang.fang", position="before")
    sign(office, case, "wang.fang")
    (signed,) = office.rows(case, "COMPLETED")
    office.finish(one.id, "li.na")
    assert not can(office, signed)
    with pytest.raises(ConflictError, match="请您签署的人已经办理"):
        office.do(take_back_task, signed.id, "wang.fang")


def test_a_hand_in_that_waits_is_taken_back_until_somebody_has_signed_after_it(office: Office) -> None:
    case = office.begin(TWO)
    one = office.row(case)
    ask(office, one.id, "wang.fang", "chen.jie", position="after")
    assert office.do(complete_task, one.id, {"amount": 3}, "li.na") is False
    assert can(office, office.row(case, "li.na"))
    with pytest.raises(ForbiddenError):
        office.do(take_back_task, one.id, "zhao.lei")
    office.do(take_back_task, one.id, "li.na")
    mine = office.row(case)
    assert (mine.assignee, mine.pending, mine.draft) == ("li.na", None, {"amount": 3, "signatures": []})
    assert office.do(complete_task, one.id, {"amount": 4}, "li.na") is False
    sign(office, case, "wang.fang")
    assert not can(office, office.row(case, "li.na"))
    with pytest.raises(ConflictError, match="后面的人已经签署"):
        office.do(take_back_task, one.id, "li.na")
    sign(office, case, "chen.jie")
    assert office.of(case)["amount"] == 4
    assert office.row(case).assignee == "zhao.lei"


def test_what_signatures_have_let_go_is_taken_back_like_anything_else(office: Office) -> None:
    case = office.begin(TWO)
    one = office.row(case)
    ask(office, one.id, "wang.fang", position="after")
    office.do(complete_task, one.id, {"amount": 3}, "li.na")
    sign(office, case, "wang.fang")
    assert can(office, next(row for row in office.rows(case, "COMPLETED") if row.id == one.id))
    office.do(take_back_task, one.id, "li.na")
    again = office.row(case)
    assert (again.element_id, again.assignee) == ("check", "li.na")
    assert again.draft is not None
    assert again.draft["amount"] == 3
    office.finish(again.id, "li.na", amount=5)
    assert office.row(case).element_id == "approve"


def test_records_and_audits_tell_a_task_that_signatures_let_go_as_done_by_its_owner(office: Office) -> None:
    case = office.begin(TWO)
    one = office.row(case)
    ask(office, one.id, "wang.fang", position="after")
    office.do(complete_task, one.id, {"amount": 3}, "li.na")
    assert [sheet.happening.kind for sheet in record(office, case).sheets] == ["case.started"]
    sign(office, case, "wang.fang", "同意")
    _start, done = record(office, case).sheets
    assert (done.happening.actor, done.happening.kind) == ("李娜", "task.held")
    assert [(one.actor, one.agreed, one.reason) for one in done.signatures] == [("王芳", True, "同意")]
    with office.database.reading() as session:
        step = audit_case(session, auditor(session), case, 4).step
    assert step is not None
    assert {value.key: value.after.text for value in step.values if value.after}["amount"] == "3"


def signed(office: Office, case: int, person: str) -> UserTask:
    """Give the part that somebody has done."""
    return next(row for row in office.rows(case, "COMPLETED") if row.assignee == person)


def test_one_part_of_several_is_taken_back_while_the_others_go_on(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang", "chen.jie"])
    vote(office, case, "li.na", "wang.fang", decision="reject")
    mine = signed(office, case, "li.na")
    assert can(office, mine)
    with pytest.raises(ForbiddenError):
        office.do(take_back_task, mine.id, "chen.jie")
    office.do(take_back_task, mine.id, "li.na")
    again = office.row(case, "li.na")
    assert (again.draft, again.returned and again.returned["act"]) == (
        {"decision": "reject", "signatures": []},
        "takeBack",
    )
    assert not can(office, mine)
    with pytest.raises(ConflictError):
        office.do(take_back_task, mine.id, "li.na")
    vote(office, case, "chen.jie")
    assert office.state(case) == "ACTIVE"
    vote(office, case, "li.na")
    assert office.state(case) == "COMPLETED"
    said = [(one["person"], one["decision"]) for one in office.of(case)["votes"]]
    assert said == [("li.na", "approve"), ("wang.fang", "reject"), ("chen.jie", "approve")]


def test_a_part_keeps_its_place_when_others_are_removed_meanwhile(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang", "chen.jie"])
    vote(office, case, "chen.jie")
    office.do(remove_signer, office.row(case, "wang.fang").id, "出差", "wang.fang")
    office.do(take_back_task, signed(office, case, "chen.jie").id, "chen.jie")
    vote(office, case, "chen.jie", "li.na")
    assert [one["person"] for one in office.of(case)["votes"]] == ["li.na", "chen.jie"]


def test_in_a_sequence_a_part_is_taken_back_while_the_next_is_untouched(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "wang.fang", "chen.jie"])
    vote(office, case, "li.na")
    office.do(take_back_task, signed(office, case, "li.na").id, "li.na")
    assert [row.assignee for row in office.rows(case)] == ["li.na"]
    vote(office, case, "li.na", "wang.fang")
    assert not can(office, signed(office, case, "li.na"))
    with pytest.raises(ConflictError):
        office.do(take_back_task, signed(office, case, "li.na").id, "li.na")
    office.do(save_task_draft, office.row(case).id, {"decision": "approve"}, "chen.jie")
    assert not can(office, signed(office, case, "wang.fang"))
    vote(office, case, "chen.jie")
    assert office.state(case) == "COMPLETED"
    assert [one["person"] for one in office.of(case)["votes"]] == ["li.na", "wang.fang", "chen.jie"]


def test_in_a_sequence_a_part_is_taken_back_although_another_team_goes_on(office: Office) -> None:
    case = office.begin(nested(sequential=True), teams=[["li.na", "wang.fang"], ["chen.jie", "zhou.min"]])
    vote(office, case, "li.na", "chen.jie", "zhou.min")
    office.do(take_back_task, signed(office, case, "li.na").id, "li.na")
    assert [row.assignee for row in office.rows(case)] == ["li.na"]
    vote(office, case, "li.na", "wang.fang")
    assert office.state(case) == "COMPLETED"


def test_who_signed_before_takes_it_back_while_the_holder_has_only_what_they_had_typed_before(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "wang.fang"])
    office.do(save_task_draft, office.row(case).id, {"decision": "reject"}, "li.na")
    ask(office, office.row(case).id, "chen.jie", position="before")
    vote(office, case, "chen.jie")
    assert office.row(case).draft == {"decision": "reject"}
    assert can(office, signed(office, case, "chen.jie"))
    office.do(take_back_task, signed(office, case, "chen.jie").id, "chen.jie")
    assert [row.assignee for row in office.rows(case)] == ["chen.jie"]
    vote(office, case, "chen.jie")
    assert (office.row(case).assignee, office.row(case).draft) == ("li.na", {"decision": "reject"})
    office.do(save_task_draft, office.row(case).id, {"decision": "approve"}, "li.na")
    assert not can(office, signed(office, case, "chen.jie"))
    with pytest.raises(ConflictError):
        office.do(take_back_task, signed(office, case, "chen.jie").id, "chen.jie")


def test_what_others_have_said_stays_when_the_holder_takes_the_task_back_and_hands_it_in_again(office: Office) -> None:
    case = office.begin(TWO)
    one = office.row(case)
    ask(office, one.id, "wang.fang", position="before")
    sign(office, case, "wang.fang", "不妥", agreed=False)
    ask(office, one.id, "chen.jie", position="after")
    office.finish(one.id, "li.na")
    sign(office, case, "chen.jie")
    for _ in range(2):
        done = [row for row in office.rows(case, "COMPLETED") if row.parent_task_id is None]
        office.do(take_back_task, done[-1].id, "li.na")
        again = office.row(case)
        assert [said["person"] for said in again.signatures or ()] == ["wang.fang", "chen.jie"]
        office.finish(again.id, "li.na")
        signatures = office.of(case)["signatures"]
        assert [(said["person"], said["agreed"]) for said in signatures] == [("wang.fang", False), ("chen.jie", True)]
