"""What signers can't do with a task that is somebody else's, and where nobody can be asked to sign."""

import pytest

from engine.commands.add_signers import MOST
from engine.commands.delegate_task import delegate_task
from engine.commands.reassign_task import reassign_task
from engine.commands.reject_task import reject_task
from engine.commands.remove_signer import remove_signer
from engine.commands.return_task import return_task
from engine.commands.sign_task import sign_task
from engine.commands.take_back_task import take_back_task
from engine.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tests.execution.operating import Office, task
from tests.execution.test_handover import LISTENERS
from tests.execution.test_signing import ask, many, sign, vote, voters
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

TWO = written(
    START + task("draw", "zhang.wei") + task("check") + END,
    {"start->draw": "f1", "draw->check": "f2", "check->end": "f3"},
)


def test_whoever_only_signs_neither_returns_nor_rejects_nor_passes_it_further(office: Office) -> None:
    case = office.begin(TWO)
    office.finish(office.row(case).id, "zhang.wei")
    ask(office, office.row(case).id, "wang.fang")
    signature = office.row(case, "wang.fang").id
    (earlier,) = office.rows(case, "COMPLETED")
    with pytest.raises(ForbiddenError, match="您只是签署“核对check”"):
        office.do(return_task, signature, earlier.token, "请补充", "wang.fang")
    with pytest.raises(ForbiddenError, match="您只是签署“核对check”"):
        office.do(reject_task, signature, "不行", "wang.fang")
    with pytest.raises(ConflictError, match="加签的任务不能再加签"):
        ask(office, signature, "chen.jie", by="wang.fang")
    with pytest.raises(ConflictError, match="加签的任务不能再委派"):
        office.do(delegate_task, signature, "chen.jie", "请看", "wang.fang")
    with pytest.raises(ConflictError, match="请写好意见签署"):
        office.finish(signature, "wang.fang")
    assert office.state(case) == "ACTIVE"
    assert voters(office, case) == ["li.na", "wang.fang"]


def test_whoever_has_a_task_completes_it_and_does_not_sign_it(office: Office) -> None:
    case = office.begin()
    with pytest.raises(ConflictError, match="不是加签，直接办理即可"):
        office.do(sign_task, office.row(case).id, "好", "li.na", agreed=True)
    ask(office, office.row(case).id, "wang.fang")
    with pytest.raises(ForbiddenError, match="由王芳办理"):
        office.do(sign_task, office.row(case, "wang.fang").id, "好", "li.na", agreed=True)


def test_a_delegate_asks_nobody_to_sign(office: Office) -> None:
    case = office.begin()
    office.do(delegate_task, office.row(case).id, "wang.fang", "请看", "li.na")
    with pytest.raises(ConflictError, match="是李娜委派的"):
        ask(office, office.row(case).id, "chen.jie", by="wang.fang")


def test_signers_are_asked_and_removed_only_where_the_diagram_says_so(office: Office) -> None:
    plain = written(START + task("check", operations="comment") + END, {"start->check": "f1", "check->end": "f2"})
    one = office.row(office.begin(plain)).id
    with pytest.raises(ForbiddenError, match="不提供加签"):
        ask(office, one, "wang.fang")
    added = written(START + task("check", operations="addSign") + END, {"start->check": "f1", "check->end": "f2"})
    case = office.begin(added)
    ask(office, office.row(case).id, "wang.fang")
    with pytest.raises(ForbiddenError, match="不提供减签"):
        office.do(remove_signer, office.row(case, "wang.fang").id, "不用了", "li.na")


def test_fifty_people_are_asked_at_once_and_none_twice(office: Office) -> None:
    case = office.begin()
    one = office.row(case).id
    for people in ([], [f"person{number}" for number in range(MOST + 1)]):
        with pytest.raises(InvalidError, match="请选 1 到"):
            ask(office, one, *people)
    with pytest.raises(InvalidError, match="请填写原因"):
        office.do(remove_signer, one, " ", "li.na")
    ask(office, one, "wang.fang", "chen.jie", "wang.fang")
    assert voters(office, case) == ["li.na", "wang.fang", "chen.jie"]
    sign(office, case, "wang.fang")
    # Whoever has signed may be asked once more.
    ask(office, one, "wang.fang")
    sign(office, case, "wang.fang", "还是可以")
    sign(office, case, "chen.jie")
    office.finish(one, "li.na")
    assert [said["opinion"] for said in office.of(case)["signatures"]] == ["可以", "还是可以", "可以"]


def test_in_a_sequence_one_signs_before_and_nobody_beside(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "wang.fang"])
    with pytest.raises(InvalidError, match="依次签一次只能在前面加一位"):
        ask(office, office.row(case).id, "chen.jie", "zhou.min", position="before")
    with pytest.raises(InvalidError, match="依次签只能加在前面或后面"):
        ask(office, office.row(case).id, "chen.jie", position="parallel")
    assert voters(office, case) == ["li.na"]
    together = office.begin(many(), people=["li.na", "wang.fang"])
    for position in ("before", "after"):
        with pytest.raises(InvalidError, match="同时签的，只能并行加签"):
            ask(office, office.row(together, "li.na").id, "chen.jie", position=position)
    assert voters(office, together) == ["li.na", "wang.fang"]


def test_a_task_that_is_checked_when_it_is_handed_in_is_signed_before_that(office: Office) -> None:
    checked = written(
        START + task("check").replace("</bpmn:extensionElements>", LISTENERS, 1) + END,
        {"start->check": "f1", "check->end": "f2"},
    )
    case = office.begin(checked)
    for position in ("after", "parallel"):
        with pytest.raises(InvalidError, match="只能前加签"):
            ask(office, office.row(case).id, "wang.fang", position=position)
    ask(office, office.row(case).id, "wang.fang", position="before")
    assert voters(office, case) == ["li.na", "wang.fang"]


def test_what_is_not_several_peoples_has_nobody_to_remove(office: Office) -> None:
    case = office.begin()
    with pytest.raises(InvalidError, match="不是多实例"):
        office.do(remove_signer, office.row(case).id, "不用了", "li.na")
    assert voters(office, case) == ["li.na"]


def test_somebody_else_s_and_what_is_not_offered_is_not_taken_back(office: Office) -> None:
    once = written(
        START + task("check", operations="addSign") + task("file", "zhao.lei") + END,
        {"start->check": "f1", "check->file": "f2", "file->end": "f3"},
    )
    case = office.begin(once)
    ask(office, office.row(case).id, "wang.fang", position="before")
    sign(office, case, "wang.fang")
    office.finish(office.row(case).id, "li.na")
    signed, done = sorted(office.rows(case, "COMPLETED"), key=lambda row: row.parent_task_id is None)
    for row, person in ((signed, "wang.fang"), (done, "li.na")):
        with pytest.raises(ForbiddenError, match="这一步不提供撤回"):
            office.do(take_back_task, row.id, person)
    with pytest.raises(ForbiddenError, match="只有办理人可以撤回"):
        office.do(take_back_task, done.id, "zhao.lei")
    with pytest.raises(NotFoundError):
        office.do(take_back_task, 4711, "li.na")


def test_whoever_is_asked_later_is_not_asked_twice(office: Office) -> None:
    case = office.begin()
    ask(office, office.row(case).id, "wang.fang", position="after")
    with pytest.raises(InvalidError, match="已经在办理或加签这个任务"):
        ask(office, office.row(case).id, "wang.fang", position="before")


def test_whoever_has_done_or_does_something_else_may_get_a_voice(office: Office) -> None:
    elsewhere = office.begin(many(), people=["zhou.min", "wang.fang"])
    vote(office, elsewhere, "zhou.min")
    content = (
        many()
        .decode()
        .replace('targetRef="check"', 'targetRef="draw"')
        .replace(END, task("draw", "sun.yan") + END + '<bpmn:sequenceFlow id="f9" sourceRef="draw" targetRef="check"/>')
    )
    case = office.begin(content.encode(), people=["li.na", "chen.jie"])
    office.finish(office.row(case).id, "sun.yan")
    for person in ("sun.yan", "zhou.min", "wang.fang"):
        ask(office, office.row(case, "li.na").id, person)
    # Who was removed may be asked again.
    office.do(remove_signer, office.row(case, "wang.fang").id, "出差", "li.na")
    ask(office, office.row(case, "li.na").id, "wang.fang")
    assert voters(office, case) == ["li.na", "chen.jie", "sun.yan", "zhou.min", "wang.fang"]


def test_the_holder_hears_once_and_when_all_have_signed(office: Office) -> None:
    case = office.begin()
    ask(office, office.row(case).id, "wang.fang", "chen.jie", position="before")
    sign(office, case, "wang.fang")
    assert office.told("li.na") == []
    sign(office, case, "chen.jie")
    assert office.told("li.na") == ["“核对check”的加签都签完了"]
    office.do(reassign_task, office.row(case).id, "wang.fang", "出差", "li.na")
    office.finish(office.row(case).id, "wang.fang")
    assert office.state(case) == "COMPLETED"


def test_a_task_of_one_may_be_passed_to_who_did_an_earlier_step(office: Office) -> None:
    case = office.begin(TWO)
    office.finish(office.row(case).id, "zhang.wei")
    office.do(reassign_task, office.row(case).id, "zhang.wei", "您最清楚", "li.na")
    assert voters(office, case) == ["zhang.wei"]
