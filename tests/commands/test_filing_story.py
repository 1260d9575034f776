"""The first process from start to end, on a real database of each kind."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.commands.claim_task import claim_task
from engine.commands.complete_task import complete_task
from engine.commands.reassign_task import reassign_task
from engine.commands.withdraw_instance import withdraw_instance
from engine.errors import ConflictError, ForbiddenError, FormInvalidError, InvalidError
from engine.model import Attachment, Job, Notification, RegisterEntry, RegisterEntryVersion, UserTask
from tests.support.company import Company


def test_an_approved_filing_ends_as_an_entry_of_the_channel_register(company: Company) -> None:
    case = company.start()
    company.approve(case)
    company.record(case)

    instance = company.instance(case)
    assert (instance.state, instance.outcome) == ("COMPLETED", "已备案")
    with company.database.reading() as session:
        entry = session.scalars(select(RegisterEntry)).one()
        version = session.scalars(select(RegisterEntryVersion)).one()
        told = session.scalars(select(Notification)).one()
        assert (entry.number, entry.status, entry.title) == ("QD-2026-0001", "已备案", "抖音旗舰店")
        assert entry.fields["expected_business_size"] == Decimal("120.5")
        assert (entry.instance_id, version.version, version.instance_id) == (case, 1, case)
        assert (told.username, told.instance_id) == ("zhang.wei", case)
        assert "QD-2026-0001" in told.text


def test_numbers_of_a_register_go_up_without_a_gap(company: Company) -> None:
    for _ in range(3):
        case = company.start()
        company.approve(case)
        company.record(case)
    with company.database.reading() as session:
        numbers = session.scalars(select(RegisterEntry.number).order_by(RegisterEntry.id)).all()
    assert numbers == ["QD-2026-0001", "QD-2026-0002", "QD-2026-0003"]


def test_the_approver_is_the_initiators_own_superior(company: Company) -> None:
    east = company.task(company.start("zhang.wei"))
    south = company.task(company.start("wang.fang"))
    assert (east.assignee, south.assignee) == ("zhao.lei", "sun.yan")
    assert east.facts["assignee"] == {
        "rule": "=superior of(initiator)",
        "result": "zhao.lei",
        "read": [{"call": "superior of(zhang.wei)", "answer": "zhao.lei"}],
    }


def test_the_register_names_who_really_approved_and_not_whom_the_rule_had_found(company: Company) -> None:
    case = company.start("zhang.wei")
    with company.database.transaction() as session:
        reassign_task(session, company.task(case).id, "sun.yan", "出差在外", "zhao.lei")
    company.approve(case, "sun.yan")
    company.record(case)
    with company.database.reading() as session:
        assert session.scalars(select(RegisterEntry)).one().fields["approver_name"] == "孙艳"


def test_a_returned_filing_goes_back_to_its_manager_and_comes_again(company: Company) -> None:
    case = company.start()
    company.send_back(case, opinion="缺少资质")
    correction = company.task(case)
    assert (correction.element_id, correction.assignee) == ("correct_filing", "zhang.wei")
    assert company.variables(case)["opinion"] == "缺少资质"

    company.correct(case, channel_name="抖音旗舰店(修改)")
    company.send_back(case)
    company.correct(case)
    company.approve(case)
    company.record(case)
    assert company.instance(case).outcome == "已备案"
    assert company.variables(case)["channel_name"] == "抖音旗舰店(修改)"


def test_a_rejected_filing_ends_and_leaves_no_entry(company: Company) -> None:
    case = company.start()
    company.complete(case, "zhao.lei", {"decision": "reject", "opinion": "与现有渠道重复"})
    company.work()
    assert (company.instance(case).state, company.instance(case).outcome) == ("COMPLETED", "未通过")
    with company.database.reading() as session:
        assert session.scalars(select(RegisterEntry)).all() == []
        assert session.scalars(select(Notification.username)).all() == ["zhang.wei"]


def test_reminder_and_escalation_come_once_when_nobody_files_in_time(company: Company) -> None:
    case = company.start()
    company.approve(case)
    assert company.work() == 0
    company.clock.advance(days=1, minutes=1)
    company.work()
    company.clock.advance(days=1)
    company.work()
    assert company.work() == 0
    with company.database.reading() as session:
        told = session.scalars(select(Notification.username).order_by(Notification.id)).all()
    assert sorted(told[:2]) == ["wu.tao", "xu.jing"]
    assert set(told[2:]) == {"he.qiang", "zhou.min"}

    company.record(case)
    assert company.instance(case).outcome == "已备案"


def test_filing_in_time_takes_the_timers_away(company: Company) -> None:
    case = company.start()
    company.approve(case)
    company.record(case)
    company.clock.advance(days=10)
    assert company.work() == 0
    with company.database.reading() as session:
        timers = session.scalars(select(Job.state).where(Job.kind == "timer")).all()
    assert timers == ["CANCELED", "CANCELED"]


def test_the_initiator_can_withdraw_until_the_filing_is_done(company: Company) -> None:
    case = company.start()
    company.approve(case)
    with pytest.raises(ForbiddenError), company.database.transaction() as session:
        withdraw_instance(session, case, "不做了", "zhao.lei")
    with pytest.raises(InvalidError), company.database.transaction() as session:
        withdraw_instance(session, case, "  ", "zhang.wei")
    with company.database.transaction() as session:
        withdraw_instance(session, case, "合作方退出", "zhang.wei")

    assert (company.instance(case).state, company.instance(case).outcome) == ("WITHDRAWN", "合作方退出")
    with company.database.reading() as session:
        assert set(session.scalars(select(UserTask.state))) == {"COMPLETED", "CANCELED"}
        assert set(session.scalars(select(Job.state))) == {"CANCELED"}
    company.clock.advance(days=10)
    assert company.work() == 0
    with pytest.raises(ConflictError), company.database.transaction() as session:
        withdraw_instance(session, case, "再来一次", "zhang.wei")


def test_only_a_channel_manager_may_start_a_filing(company: Company) -> None:
    with pytest.raises(ForbiddenError, match="渠道经理"):
        company.start("luo.dan")


def test_a_group_task_is_claimed_once(company: Company) -> None:
    case = company.start()
    company.approve(case)
    task = company.task(case)
    with pytest.raises(ForbiddenError), company.database.transaction() as session:
        claim_task(session, task.id, "zhang.wei")
    with company.database.transaction() as session:
        claim_task(session, task.id, "wu.tao")
    with company.database.transaction() as session:
        claim_task(session, task.id, "wu.tao")
    with pytest.raises(ConflictError, match="吴涛"), company.database.transaction() as session:
        claim_task(session, task.id, "xu.jing")
    with pytest.raises(ForbiddenError, match="吴涛"):
        company.record(case, "xu.jing")
    company.record(case, "wu.tao")
    assert [event.kind for event in company.events(case)].count("task.claimed") == 1


def test_a_form_is_checked_and_nothing_changes_when_it_is_wrong(company: Company) -> None:
    with pytest.raises(FormInvalidError) as refused:
        company.start(channel_name="", attachments=[])
    assert {"channel_name", "attachments"} <= set(refused.value.problems)

    case = company.start()
    before = company.instance(case).revision
    with pytest.raises(FormInvalidError) as refused:
        company.complete(case, "zhao.lei", {"decision": "approve", "completeness_checked": True})
    assert "compliance_checked" in refused.value.problems
    assert company.instance(case).revision == before
    assert company.task(case).state == "CREATED"


def test_what_a_form_shows_read_only_cannot_be_changed_by_it(company: Company) -> None:
    case = company.start()
    values = {
        "channel_name": "冒名渠道",
        "initiator": "li.na",
        "decision": "approve",
        "opinion": "",
        "completeness_checked": True,
        "compliance_checked": True,
    }
    company.complete(case, "zhao.lei", values)
    assert company.variables(case)["channel_name"] == "抖音旗舰店"
    assert company.variables(case)["initiator"] == "zhang.wei"


def test_a_file_belongs_to_the_case_it_was_handed_in_with_and_to_no_other(company: Company) -> None:
    mine = company.upload("zhang.wei")
    first = company.start("zhang.wei", attachments=[mine])
    with company.database.reading() as session:
        assert session.get_one(Attachment, mine["documentId"]).instance_id == first
    with pytest.raises(InvalidError, match="附件"):
        company.start("zhang.wei", attachments=[mine])
    with pytest.raises(InvalidError, match="附件"):
        company.start("zhang.wei", attachments=[company.upload("li.na")])


def test_two_people_cannot_complete_the_same_task(company: Company) -> None:
    case = company.start()
    company.approve(case)
    task = company.task(case)
    company.record(case, "wu.tao")
    with pytest.raises(ConflictError, match="吴涛"), company.database.transaction() as session:
        complete_task(session, task.id, {"filing_date": "2026-03-02"}, "xu.jing")
