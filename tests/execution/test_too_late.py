"""Until when what is done can be taken back: each thing that touches what came of it, and what does not."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update

from engine.commands.add_signers import Signers, add_signers
from engine.commands.comment_case import comment_case
from engine.commands.copy_task import copy_task
from engine.commands.delegate_task import delegate_task
from engine.commands.migrate_instance import migrate_instance
from engine.commands.modify_instance import Activation, Modification, modify_instance
from engine.commands.reassign_task import reassign_task
from engine.commands.return_task import return_task
from engine.commands.save_task_draft import save_task_draft
from engine.commands.sign_task import sign_task
from engine.commands.take_back_task import take_back_task
from engine.commands.unclaim_task import unclaim_task
from engine.commands.urge_task import urge_task
from engine.errors import ConflictError, ForbiddenError, InvalidError
from engine.model import OrganisationRevision, ProcessDefinition, User, UserTask
from tests.execution.operating import Office, task
from tests.execution.test_handover import hand_all_over
from tests.execution.test_in_somebodys_name import QUEUE
from tests.execution.test_signing import many, vote
from tests.execution.test_substitution import substitute
from tests.execution.test_unsigning import can
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import event, written

THREE = written(
    START + task("check") + task("approve", "zhao.lei") + task("file", "wu.tao") + END,
    {"start->check": "f1", "check->approve": "f2", "approve->file": "f3", "file->end": "f4"},
)
FILED = (
    many()
    .decode()
    .replace('targetRef="end"', 'targetRef="file"')
    .replace(END, task("file", "wu.tao") + END + '<bpmn:sequenceFlow id="f9" sourceRef="file" targetRef="end"/>')
    .encode()
)


def handed_in(office: Office) -> tuple[int, UserTask]:
    """Begin a case, let 李娜 do her task, and give it."""
    case = office.begin(THREE)
    office.finish(office.row(case).id, "li.na", amount=3)
    (done,) = office.rows(case, "COMPLETED")
    return case, done


def modified(office: Office, case: int) -> None:
    wanted = Modification(activations=[Activation(element_id="file")])
    office.do(modify_instance, case, wanted, "补一步", "admin")


TOUCHES: dict[str, Callable[[Office, int], object]] = {
    "typed": lambda office, case: office.do(save_task_draft, office.row(case).id, {"amount": 4}, "zhao.lei"),
    "done": lambda office, case: office.finish(office.row(case).id, "zhao.lei"),
    "passed_on": lambda office, case: office.do(reassign_task, office.row(case).id, "sun.yan", "出差", "zhao.lei"),
    "delegated": lambda office, case: office.do(delegate_task, office.row(case).id, "sun.yan", "请看", "zhao.lei"),
    "signed": lambda office, case: office.do(
        add_signers, office.row(case).id, Signers(people=["sun.yan"], position="before", reason="把关"), "zhao.lei"
    ),
    "modified": modified,
}


@pytest.mark.parametrize("name", TOUCHES)
def test_whatever_is_stop_with_what_came_of_it_is_too_late(office: Office, name: str) -> None:
    case, done = handed_in(office)
    TOUCHES[name](office, case)
    assert not can(office, done)
    with pytest.raises(ConflictError, match="下一步已有人领取、填写或办理"):
        office.do(take_back_task, done.id, "li.na")


def test_words_about_it_and_other_cases_are_not_too_late(office: Office) -> None:
    case, done = handed_in(office)
    other, _ = handed_in(office)
    office.do(save_task_draft, office.row(other).id, {"amount": 4}, "zhao.lei")
    office.finish(office.row(other).id, "zhao.lei")
    office.finish(office.row(other).id, "wu.tao")
    office.do(comment_case, case, "请尽快", "zhang.wei")
    office.do(urge_task, office.row(case).id, "请尽快", "zhang.wei")
    office.do(copy_task, office.row(case).id, ["peng.fei"], "请知悉", "zhang.wei")
    assert can(office, done)
    office.do(take_back_task, done.id, "li.na")
    assert office.row(case).draft == {"amount": 3, "signatures": []}


def test_what_was_typed_before_somebody_had_done_the_step_is_not_too_late(office: Office) -> None:
    case, done = handed_in(office)
    office.do(take_back_task, done.id, "li.na")
    office.do(save_task_draft, office.row(case).id, {"amount": 5}, "li.na")
    office.finish(office.row(case).id, "li.na", amount=5)
    again = office.rows(case, "COMPLETED")[-1]
    office.do(take_back_task, again.id, "li.na")
    assert office.row(case).draft == {"amount": 5, "signatures": []}
    # What was taken back once is not there any more.
    with pytest.raises(ConflictError, match="不能撤回"):
        office.do(take_back_task, done.id, "li.na")


def test_what_several_have_decided_together_nobody_takes_back_alone(office: Office) -> None:
    case = office.begin(FILED, people=["li.na", "wang.fang"])
    vote(office, case, "li.na", "wang.fang")
    assert [row.element_id for row in office.rows(case)] == ["file"]
    for row in office.rows(case, "COMPLETED"):
        assert not can(office, row)
        with pytest.raises(ConflictError, match="它是多人办理的"):
            office.do(take_back_task, row.id, str(row.assignee))


def test_a_part_that_is_taken_back_is_as_if_it_had_not_been_done(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang", "chen.jie"])
    office.do(reassign_task, office.row(case, "wang.fang").id, "sun.yan", "出差", "wang.fang")
    vote(office, case, "sun.yan")
    for decision in ("reject", "approve"):
        done = office.rows(case, "COMPLETED")[-1]
        office.do(take_back_task, done.id, "sun.yan", reason=" 看错了 ")
        # Whoever did it gets it again, and not whom the list names.
        again = office.row(case, "sun.yan")
        assert again.returned == {"act": "takeBack", "by": "sun.yan", "at": office.clock.moment.isoformat()}
        assert not can(office, done)
        vote(office, case, "sun.yan", decision=decision)
    vote(office, case, "li.na", "chen.jie")
    assert [one["decision"] for one in office.of(case)["votes"]] == ["approve"] * 3
    assert [one["person"] for one in office.of(case)["votes"]] == ["li.na", "wang.fang", "chen.jie"]


def test_a_part_is_not_taken_back_after_an_administrator_has_moved_tokens(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang"])
    vote(office, case, "li.na")
    (done,) = office.rows(case, "COMPLETED")
    wanted = Modification(activations=[Activation(element_id="check")])
    office.do(modify_instance, case, wanted, "再问一次", "admin")
    assert not can(office, done)
    with pytest.raises(ConflictError):
        office.do(take_back_task, done.id, "li.na")


def test_nobody_who_has_left_is_given_anything(office: Office) -> None:
    case = office.begin()
    one = office.row(case).id
    with office.database.transaction() as session:
        session.execute(update(User).where(User.username == "sun.yan").values(active=False))
        session.execute(update(OrganisationRevision).values(revision=OrganisationRevision.revision + 1))
    signers = Signers(people=["sun.yan"], position="before", reason="把关")
    for command, arguments in (
        (reassign_task, ("sun.yan", "出差", "li.na")),
        (delegate_task, ("sun.yan", "请看", "li.na")),
        (add_signers, (signers, "li.na")),
        (copy_task, (["sun.yan"], "请知悉", "li.na")),
    ):
        with pytest.raises(InvalidError, match="没有在职的用户"):
            office.do(command, one, *arguments)
    with pytest.raises(ForbiddenError):
        office.do(urge_task, one, "", "li.na")
    assert [event.kind for event in office.events(case)] == ["case.started"]


def test_what_has_sent_a_signal_is_not_taken_back(office: Office) -> None:
    throws = '<bpmn:intermediateThrowEvent id="throw">' + event("signal", 'signalRef="s_stop"')
    case = office.begin(
        written(
            START + task("check") + throws + "</bpmn:intermediateThrowEvent>" + task("file", "wu.tao") + END,
            {"start->check": "f1", "check->throw": "f2", "throw->file": "f3", "file->end": "f4"},
        )
    )
    office.finish(office.row(case).id, "li.na")
    (done,) = office.rows(case, "COMPLETED")
    assert not can(office, done)
    with pytest.raises(ConflictError, match="已有信号发出"):
        office.do(take_back_task, done.id, "li.na")


def test_nothing_is_taken_back_over_a_change_of_version(office: Office) -> None:
    case, done = handed_in(office)
    office.begin(THREE.replace("核对file".encode(), "归档".encode()))
    with office.database.reading() as session:
        newest = session.scalars(select(func.max(ProcessDefinition.id))).one()
    assert can(office, done)
    office.do(migrate_instance, case, newest, {}, "新版", "admin")
    assert not can(office, done)


def test_an_answer_that_is_taken_back_is_awaited_by_whoever_has_asked_and_not_whom_the_rule_names(
    office: Office,
) -> None:
    case, done = handed_in(office)
    handed_in(office)
    office.do(reassign_task, office.row(case).id, "sun.yan", "出差", "zhao.lei")
    office.do(return_task, office.row(case).id, done.token, "请补充", "sun.yan", straight_back=True)
    for _ in range(2):
        office.finish(office.row(case).id, "li.na", amount=4)
        assert (office.row(case).element_id, office.row(case).assignee) == ("approve", "sun.yan")
        answered = office.rows(case, "COMPLETED")[-1]
        office.do(take_back_task, answered.id, "li.na")
        assert (office.row(case).element_id, office.row(case).draft) == ("check", {"amount": 4, "signatures": []})
    office.finish(office.row(case).id, "li.na")
    office.finish(office.row(case).id, "sun.yan")
    assert office.row(case).element_id == "file"


def held(office: Office) -> int:
    """Let 王芳 hand in a task of 李娜 that somebody signs after her, and give its number."""
    case = office.begin(THREE)
    one = office.row(case).id
    office.do(add_signers, one, Signers(people=["sun.yan"], position="after", reason="把关"), "li.na")
    office.do(save_task_draft, one, {"amount": 1}, "wang.fang")
    office.finish(one, "wang.fang", amount=2)
    row = office.row(case, "li.na")
    assert (row.id, row.draft, (row.pending or {})["state"]) == (one, None, "COMPLETING")
    return one


def test_what_a_substitute_hands_in_and_signers_wait_for_is_taken_back_by_both(office: Office) -> None:
    substitute(office, "li.na", "wang.fang")
    for person in ("li.na", "wang.fang"):
        one = held(office)
        with pytest.raises(ForbiddenError):
            office.do(take_back_task, one, "sun.yan")
        office.do(take_back_task, one, person)
        with office.database.reading() as session:
            assert session.get_one(UserTask, one).draft == {"amount": 2, "signatures": []}
    left = held(office)
    hand_all_over(office, "zhou.min", "li.na")
    with pytest.raises(ForbiddenError):
        # It is no longer the task of whom they stood in for.
        office.do(take_back_task, left, "wang.fang")


def test_whoever_hands_in_a_task_that_nobody_has_claimed_has_it_while_signers_are_asked(office: Office) -> None:
    case = office.begin(QUEUE)
    one = office.row(case).id
    office.claim(one, "wu.tao")
    office.do(add_signers, one, Signers(people=["sun.yan"], position="after", reason="把关"), "wu.tao")
    office.do(unclaim_task, one, "wu.tao")
    office.clock.advance(days=2)
    office.finish(one, "xu.jing", amount=1)
    assert office.row(case, "xu.jing").id == one
    # 孙艳 has waited for nothing until now, and nobody for her.
    assert office.row(case, "sun.yan").created_at == office.clock.moment
    office.do(sign_task, office.row(case, "sun.yan").id, "可以", "sun.yan", agreed=True)
    assert office.state(case) == "COMPLETED"
