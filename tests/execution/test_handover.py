"""Hand-overs: everything open of a leaver goes to another person, case by case, and the rules that name them."""

import json

import pytest
from sqlalchemy.orm import Session

from engine.commands import continue_handover as continuing
from engine.commands.begin_handover import begin_handover
from engine.commands.cancel_instance import cancel_instance
from engine.commands.complete_job import complete_job
from engine.commands.continue_handover import continue_handover
from engine.commands.delegate_task import delegate_task
from engine.commands.remove_signer import remove_signer
from engine.commands.resolve_task import resolve_task
from engine.commands.resume_instance import resume_instance
from engine.commands.retry_handover import retry_handover
from engine.commands.save_task_draft import save_task_draft
from engine.commands.suspend_instance import suspend_instance
from engine.commands.take_back_task import take_back_task
from engine.errors import ConflictError, ForbiddenError, InvalidError
from engine.execution.handing_over import open_tasks_of
from engine.model import UserTask
from engine.queries.case_view import view_case
from engine.queries.handovers import HandoverView, rules_naming, view_handover
from engine.queries.people import find_person
from engine.queries.task_view import view_task
from engine.worker.housekeeping import HAND_OVER_EVERY, Housekeeping
from engine.worker.thread import LONGEST_WAIT
from tests.execution.operating import Office, task
from tests.execution.test_listeners import take
from tests.execution.test_signing import ask, many, sign, vote, votes
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

LISTENERS = (
    '<zeebe:taskListeners><zeebe:taskListener eventType="completing" type="check-amount"/></zeebe:taskListeners>'
    "</bpmn:extensionElements>"
)


def test_all_open_tasks_go_to_the_successor_each_with_an_event_of_its_case(office: Office) -> None:
    cases = [office.begin() for _ in range(5)]
    office.finish(office.row(cases[0]).id, "li.na")
    office.do(delegate_task, office.row(cases[1]).id, "wang.fang", "请看", "li.na")
    ask(office, office.row(cases[2]).id, "chen.jie", position="after")
    office.do(suspend_instance, cases[3], "等材料", "admin")

    number = office.do(begin_handover, "li.na", "zhou.min", "李娜离职", "admin")
    assert office.do(continue_handover, number, most=2) is True
    # The worker does the rest.
    Housekeeping(office.database, None).keep()
    with office.database.reading() as session:
        view = view_handover(session, number)
    assert (view.total, view.done, view.skipped) == (4, 4, ())
    assert view.finished_at is not None
    away = office.row(cases[1])
    assert (away.assignee, away.owner) == ("wang.fang", "zhou.min")
    assert [office.row(case, "zhou.min").assignee for case in cases[2:]] == ["zhou.min"] * 3
    kinds = [office.events(case)[-1].kind for case in cases]
    assert kinds == ["task.completed", *["task.handed_over"] * 4]
    assert office.told("zhou.min")[-1] == "李娜的 4 个任务已交接给您"


def test_who_is_named_among_candidates_is_replaced(office: Office) -> None:
    named = written(START + task("check") + END, {"start->check": "f1", "check->end": "f2"}).replace(
        b'assignee="li.na"', b'candidateUsers="li.na, chen.jie"'
    )
    case = office.begin(named)
    number = office.do(begin_handover, "li.na", "zhou.min", "李娜离职", "admin")
    assert office.do(continue_handover, number) is False
    office.claim(office.row(case).id, "zhou.min")


def test_a_hand_over_is_for_administrators_to_somebody_else_for_a_reason(office: Office) -> None:
    with pytest.raises(ForbiddenError):
        office.do(begin_handover, "li.na", "zhou.min", "离职", "zhang.wei")
    for leaver, successor, reason in (
        ("nobody", "zhou.min", "离职"),
        ("li.na", "nobody", "离职"),
        ("li.na", "li.na", "离职"),
        ("li.na", "zhou.min", " "),
    ):
        with pytest.raises(InvalidError):
            office.do(begin_handover, leaver, successor, reason, "admin")
    number = office.do(begin_handover, "li.na", "zhou.min", "没有任务", "admin")
    assert office.do(continue_handover, number) is False


def test_the_rules_that_name_the_leaver_are_listed(office: Office) -> None:
    rule = "=if amount > 3 then &quot;zhao.lei&quot; else &quot;zhao.lei.2&quot;"
    office.begin(
        written(
            START + task("check", copyTo="zhao.lei") + task("later", rule, copyTo="zhao.leiting") + END,
            {"start->check": "f1", "check->later": "f2", "later->end": "f3"},
        )
    )
    with office.database.reading() as session:
        found = {(rule.what, rule.where, rule.text) for rule in rules_naming(session, "zhao.lei")}
    assert ("流程图里的规则", "测试 · 核对check", "copyTo = zhao.lei") in found
    assert ("流程图里的规则", "测试 · 核对later", '=if amount > 3 then "zhao.lei" else "zhao.lei.2"') in found
    assert ("部门负责人", "华东区", "赵磊") in found
    assert ("上级", "张伟", "赵磊") in found
    assert ("岗位或小组的成员", "上级主管领导", "孙艳") in found
    assert not [one for one in found if one[2] == "copyTo = zhao.leiting"]


def test_a_group_says_who_is_left_in_it(office: Office) -> None:
    with office.database.reading() as session:
        shared = {(rule.where, rule.note, rule.text) for rule in rules_naming(session, "zhao.lei")}
        alone = {(rule.where, rule.note, rule.text) for rule in rules_naming(session, "gao.yuan")}
    assert ("上级主管领导", "另有", "孙艳") in shared
    assert ("账号管理员", "没有别人", "") in alone


def test_what_was_passed_over_is_tried_again(office: Office) -> None:
    case = office.begin()
    office.do(set_pending, office.row(case).id, {"state": "ASSIGNING", "assignee": "li.na"})
    number = office.do(begin_handover, "li.na", "zhou.min", "李娜离职", "admin")
    office.do(continue_handover, number)
    with office.database.reading() as session:
        assert len(view_handover(session, number).skipped) == 1
    assert office.told("admin")[-1] == "李娜的 1 个任务没有交接，可以再试一次"
    office.do(set_pending, office.row(case).id, None)
    with pytest.raises(ForbiddenError):
        office.do(retry_handover, number, "zhang.wei")
    office.do(retry_handover, number, "admin")
    with pytest.raises(ConflictError):
        office.do(retry_handover, number, "admin")
    Housekeeping(office.database, None).keep()
    with office.database.reading() as session:
        view = view_handover(session, number)
    assert (view.total, view.done, view.skipped, office.row(case).assignee) == (1, 1, (), "zhou.min")


def hand_all_over(office: Office, successor: str = "zhou.min", leaver: str = "li.na") -> HandoverView:
    number = office.do(begin_handover, leaver, successor, "离职", "admin")
    assert office.do(continue_handover, number) is False
    with office.database.reading() as session:
        assert not session.scalars(open_tasks_of(leaver)).all()
        return view_handover(session, number)


def test_whoever_has_started_a_case_does_not_decide_on_it_by_a_hand_over_either(office: Office) -> None:
    rule = task("check", whenInitiator="superior")
    case = office.begin(written(START + rule + END, {"start->check": "f1", "check->end": "f2"}), "zhou.min")
    number = office.do(begin_handover, "li.na", "zhou.min", "离职", "admin")
    assert office.do(continue_handover, number) is False
    with office.database.reading() as session:
        view = view_handover(session, number)
    assert view.done == 0
    assert [one.message.format(**one.facts) for one in view.skipped] == [
        "流程图规定“核对check”不由发起人办理，请选别人。"
    ]
    assert office.row(case).assignee == "li.na"


@pytest.mark.parametrize("delegate", ["wang.fang", "zhou.min"])
def test_nor_does_what_others_were_asked_about_come_back_to_whoever_started_the_case(
    office: Office, delegate: str
) -> None:
    rule = task("check", whenInitiator="superior")
    case = office.begin(written(START + rule + END, {"start->check": "f1", "check->end": "f2"}), "zhou.min")
    office.do(delegate_task, office.row(case).id, delegate, "请看", "li.na")
    number = office.do(begin_handover, "li.na", "zhou.min", "离职", "admin")
    assert office.do(continue_handover, number) is False
    assert (office.row(case).assignee, office.row(case).owner) == (delegate, "li.na")


def test_nobody_gets_by_a_hand_over_what_they_sign_nor_signs_what_they_have(office: Office) -> None:
    for leaver, successor in (("li.na", "wang.fang"), ("wang.fang", "li.na"), ("wang.fang", "sun.yan")):
        case = office.begin()
        ask(office, office.row(case).id, "wang.fang", "sun.yan")
        number = office.do(begin_handover, leaver, successor, "离职", "admin")
        assert office.do(continue_handover, number) is False
        with office.database.reading() as session:
            (skipped,) = view_handover(session, number).skipped
        assert "已经在办理或加签这个任务" in skipped.message
        assert [one.assignee for one in office.rows(case)] == ["li.na", "wang.fang", "sun.yan"]
        office.do(cancel_instance, case, "下一个", "admin")


def test_what_is_handed_in_and_waits_for_signatures_is_handed_over_too(office: Office) -> None:
    for back in (False, True):
        case = office.begin()
        one = office.row(case)
        ask(office, one.id, "chen.jie", position="after")
        office.finish(one.id, "li.na", amount=3)
        view = hand_all_over(office)
        assert (view.done, view.skipped) == (1, ())
        assert office.row(case, "zhou.min").id == one.id
        if back:
            # Who has left takes nothing back: it would be theirs again.
            with pytest.raises(ForbiddenError):
                office.do(take_back_task, one.id, "li.na")
            office.do(take_back_task, one.id, "zhou.min", reason="金额不对")
            again = office.row(case, "zhou.min")
            assert (again.pending, again.draft) == (None, {"amount": 3, "signatures": []})
            office.finish(one.id, "zhou.min", amount=4)
        sign(office, case, "chen.jie")
        assert office.state(case) == "COMPLETED"
        assert office.of(case)["amount"] == (4 if back else 3)
        done = next(row for row in office.rows(case, "COMPLETED") if row.id == one.id)
        assert (done.assignee, done.completed_by) == ("zhou.min", "zhou.min" if back else "li.na")


def test_what_listeners_are_asked_about_is_handed_over_too(office: Office) -> None:
    content = written(
        START + task("check").replace("</bpmn:extensionElements>", LISTENERS, 1) + END,
        {"start->check": "f1", "check->end": "f2"},
    )
    for denied in (False, True):
        case = office.begin(content)
        office.finish(office.row(case).id, "li.na", amount=3)
        view = hand_all_over(office)
        assert (view.done, view.skipped) == (1, ())
        with office.database.reading() as session:
            person = find_person(session, "zhou.min")
            assert person is not None
            seen = view_task(session, person, office.row(case).id)
        assert (seen.pending, seen.is_mine, seen.is_asked_for_holder) == ("COMPLETING", True, False)
        job = take(office, "check-amount")
        office.do(complete_job, job.id, {}, "admin", denied="金额太大" if denied else None)
        if not denied:
            assert office.state(case) == "COMPLETED"
            continue
        again = office.row(case)
        assert (again.assignee, again.draft) == ("zhou.min", None)
        office.do(delegate_task, again.id, "wang.fang", "请看", "zhou.min")


def test_a_delegation_comes_back_to_the_successor_and_without_what_the_leaver_had_typed(office: Office) -> None:
    case = office.begin()
    one = office.row(case)
    office.do(save_task_draft, one.id, {"amount": 3}, "li.na")
    office.do(delegate_task, one.id, "wang.fang", "请看", "li.na")
    hand_all_over(office)
    event = office.events(case)[-1]
    assert json.loads(event.body)["owner"] == ["li.na", "zhou.min"]
    with office.database.reading() as session:
        person = find_person(session, "wang.fang")
        assert person is not None
        told = [one.assignee for one in view_case(session, person, case).happenings if one.kind == "task.handed_over"]
    assert told == ["周敏"]
    office.do(resolve_task, one.id, "可以", "wang.fang")
    again = office.row(case)
    assert (again.assignee, again.owner, again.draft) == ("zhou.min", None, None)


def test_a_delegation_between_leaver_and_successor_is_over(office: Office) -> None:
    to_successor = office.begin()
    one = office.row(to_successor)
    office.do(delegate_task, one.id, "zhou.min", "请看", "li.na")
    hand_all_over(office)
    own = office.row(to_successor)
    assert (own.assignee, own.owner, own.delegation) == ("zhou.min", None, None)
    office.do(save_task_draft, one.id, {"amount": 4}, "zhou.min")
    office.do(delegate_task, one.id, "wang.fang", "请看", "zhou.min")
    hand_all_over(office, "zhou.min", "wang.fang")
    back = office.row(to_successor)
    assert (back.assignee, back.owner, back.draft) == ("zhou.min", None, {"amount": 4})
    office.finish(one.id, "zhou.min")
    assert office.state(to_successor) == "COMPLETED"


def waiting_turns(office: Office, case: int) -> list[str | None]:
    """Give who is still to be asked in the sequence of a case."""
    with office.database.reading() as session:
        person = find_person(session, "admin")
        assert person is not None
        (ballot,) = view_case(session, person, case).ballots
        return [vote.username for vote in ballot.votes if vote.state == "later"]


def test_a_turn_in_a_sequence_that_has_not_come_is_the_successors(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["wang.fang", "li.na", "chen.jie"])
    untouched = office.begin(many(sequential=True), people=["wang.fang", "chen.jie"])
    office.do(suspend_instance, case, "等材料", "admin")
    view = hand_all_over(office)
    assert (view.done, view.skipped, view.finished_at is None) == (0, (), False)
    assert waiting_turns(office, case) == ["zhou.min", "chen.jie"]
    assert [event.kind for event in office.events(untouched)] == ["case.started"]
    assert office.told("zhou.min") == ["李娜依次签的 1 个任务还没轮到，轮到时由您接手"]
    office.do(resume_instance, case, "admin")
    vote(office, case, "wang.fang", "zhou.min", "chen.jie")
    assert office.state(case) == "COMPLETED"
    assert votes(office, case) == ["wang.fang", "li.na", "chen.jie"]
    said = json.loads(next(one.body for one in office.events(case) if one.kind == "task.handed_over"))
    assert (said["places"], said["from"], said["to"], said["reason"]) == ([0], "li.na", "zhou.min", "离职")


def test_a_turn_that_was_added_goes_from_leaver_to_leaver(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["wang.fang"])
    ask(office, office.row(case).id, "chen.jie", "li.na", position="after", by="wang.fang")
    hand_all_over(office)
    hand_all_over(office, "zhao.lei", "zhou.min")
    assert waiting_turns(office, case) == ["chen.jie", "zhao.lei"]
    office.do(remove_signer, office.row(case).id, "不用了", "wang.fang", place=0, person="chen.jie")
    vote(office, case, "wang.fang", "zhao.lei")
    assert (office.state(case), votes(office, case)) == ("COMPLETED", ["wang.fang", "li.na"])


def test_who_signed_before_a_turn_that_was_handed_over_takes_that_back(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["wang.fang", "li.na", "chen.jie"])
    hand_all_over(office)
    vote(office, case, "wang.fang")
    (signed,) = office.rows(case, "COMPLETED")
    office.do(take_back_task, signed.id, "wang.fang")
    assert waiting_turns(office, case) == ["zhou.min", "chen.jie"]
    vote(office, case, "wang.fang", "zhou.min", "chen.jie")
    assert office.state(case) == "COMPLETED"


def test_a_holder_who_leaves_while_somebody_signs_before_them_is_replaced(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "chen.jie"])
    office.do(save_task_draft, office.row(case).id, {"decision": "reject"}, "li.na")
    ask(office, office.row(case).id, "wang.fang", position="before")
    hand_all_over(office)
    assert waiting_turns(office, case) == ["zhou.min", "chen.jie"]
    vote(office, case, "wang.fang")
    # A draft is its writer's.
    assert (office.row(case).assignee, office.row(case).draft) == ("zhou.min", None)


def test_a_turn_is_found_by_the_part_of_an_item_that_the_rule_reads(office: Office) -> None:
    content = many(sequential=True).replace(b'assignee="=person"', b'assignee="= person.login"')
    people = [{"login": one, "applicant": "li.na"} for one in ("wang.fang", "chen.jie", "li.na")]
    case = office.begin(content, people=people)
    hand_all_over(office)
    vote(office, case, "wang.fang", "chen.jie")
    assert office.row(case).assignee == "zhou.min"


def test_very_many_turns_are_handed_over_a_few_at_a_time_by_the_worker(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [office.begin(many(sequential=True), people=["wang.fang", "li.na"]) for _ in range(3)]
    number = office.do(begin_handover, "li.na", "zhou.min", "离职", "admin")
    monkeypatch.setattr(continuing, "BATCH", 2)
    # To look through so many is left to the worker, which holds nobody up meanwhile.
    assert office.do(continue_handover, number) is True
    assert office.told("zhou.min") == []
    monkeypatch.setattr(continuing, "BATCH", 100)
    assert office.do(continue_handover, number, most=2) is True
    Housekeeping(office.database, None).keep()
    assert [waiting_turns(office, case) for case in cases] == [["zhou.min"]] * 3
    assert len(office.told("zhou.min")) == 2


def test_rules_of_a_task_are_asked_about_whoever_got_the_turn(office: Office) -> None:
    content = many(sequential=True).replace(
        b"<zeebe:properties>", b'<zeebe:properties><zeebe:property name="whenInitiator" value="skip"/>'
    )
    case = office.begin(content, people=["wang.fang", "li.na", "chen.jie"])
    hand_all_over(office, "zhang.wei")
    vote(office, case, "wang.fang")
    assert office.row(case).assignee == "chen.jie"


def set_pending(session: Session, task_id: int, pending: dict[str, str] | None) -> None:
    """Let a task look as while its listeners are asked."""
    session.get_one(UserTask, task_id).pending = pending


def test_a_hand_over_that_begins_just_after_the_last_look_waits_for_the_next_and_no_longer(office: Office) -> None:
    keeping, every = Housekeeping(office.database, None), HAND_OVER_EVERY.total_seconds()
    case = office.begin()
    keeping.keep()
    assert keeping.at_most(LONGEST_WAIT) == LONGEST_WAIT
    office.do(begin_handover, "li.na", "wang.fang", "离职", "admin")
    keeping.keep()
    assert office.row(case).assignee == "li.na"
    assert keeping.at_most(LONGEST_WAIT) == every
    office.clock.advance(seconds=every)
    keeping.keep()
    assert office.row(case).assignee == "wang.fang"


def test_the_next_batch_of_a_hand_over_comes_after_its_interval(office: Office) -> None:
    keeping, every = Housekeeping(office.database, None), HAND_OVER_EVERY.total_seconds()
    office.begin()
    office.do(begin_handover, "li.na", "wang.fang", "离职", "admin")
    keeping.keep()
    assert keeping.at_most(LONGEST_WAIT) == every
    office.clock.advance(seconds=every)
    keeping.keep()
    assert keeping.at_most(LONGEST_WAIT) == LONGEST_WAIT
