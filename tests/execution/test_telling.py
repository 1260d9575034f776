"""Reminders, copies and comments: who hears of them, who may read then, and what stays in history."""

import pytest

from engine.commands.cancel_instance import cancel_instance
from engine.commands.comment_case import comment_case
from engine.commands.copy_task import copy_task
from engine.commands.mark_copy_read import mark_copy_read
from engine.commands.reject_task import reject_task
from engine.commands.return_task import return_task
from engine.commands.urge_task import urge_task
from engine.errors import ConflictError, ForbiddenError, InvalidError
from engine.queries.copies import CopyRow, list_copies
from engine.queries.people import find_person
from tests.execution.operating import Office, task
from tests.execution.test_passing_on import reads
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written


def drawn(one: str) -> bytes:
    return written(START + one + END, {"start->check": "f1", "check->end": "f2"})


def copies(office: Office, username: str) -> list[CopyRow]:
    with office.database.reading() as session:
        person = find_person(session, username)
        assert person is not None
        return list_copies(session, person, 1).rows


def test_whoever_has_a_task_is_reminded_and_not_again_before_the_interval_is_over(office: Office) -> None:
    case = office.begin(drawn(task("check", urgeInterval="PT2H")))
    one = office.row(case)
    assert office.do(urge_task, one.id, "今天要", "zhang.wei") == ["li.na"]
    assert office.told("li.na") == ["张伟催办“核对check”"]
    with pytest.raises(ConflictError, match="11:00"):
        office.do(urge_task, one.id, "", "admin")
    office.clock.advance(hours=2)
    office.do(urge_task, one.id, "", "zhang.wei")
    with pytest.raises(ForbiddenError):
        office.do(urge_task, one.id, "", "li.na")
    assert [event.kind for event in office.events(case)] == ["case.started", "task.urged", "task.urged"]


def test_of_a_queue_everybody_is_reminded_who_could_claim(office: Office) -> None:
    case = office.begin(drawn(task("check", groups="渠道专员")))
    assert office.do(urge_task, office.row(case).id, "", "zhang.wei") == ["wu.tao", "xu.jing"]
    assert len(office.told("xu.jing")) == 1


def test_whoever_could_claim_a_task_reminds_the_others_and_not_themselves(office: Office) -> None:
    case = office.begin(drawn(task("check", groups="渠道专员")))
    assert office.do(urge_task, office.row(case).id, "", "wu.tao") == ["xu.jing"]
    assert office.told("wu.tao") == []
    alone = office.begin(
        drawn(task("check", groups="渠道专员").replace('candidateGroups="渠道专员', 'candidateUsers="wu.tao'))
    )
    with pytest.raises(ForbiddenError, match="就在您这里"):
        office.do(urge_task, office.row(alone).id, "", "wu.tao")


def test_who_gets_a_copy_may_read_the_case_and_has_it_among_the_unread(office: Office) -> None:
    case = office.begin()
    one = office.row(case)
    assert not reads(office, "peng.fei", case)
    with pytest.raises(InvalidError):
        office.do(copy_task, one.id, ["peng.fei", "nobody"], "", "li.na")
    office.do(copy_task, one.id, ["peng.fei"], "请留意", "li.na")
    assert reads(office, "peng.fei", case)
    (row,) = copies(office, "peng.fei")
    assert (row.instance_id, row.by, row.note, row.read_at) == (case, "李娜", "请留意", None)
    office.do(mark_copy_read, case, "peng.fei")
    assert copies(office, "peng.fei")[0].read_at is not None
    office.do(copy_task, one.id, ["peng.fei"], "再看", "li.na")
    assert copies(office, "peng.fei")[0].read_at is None


def test_the_diagram_copies_a_case_when_a_task_is_done(office: Office) -> None:
    rule = '=concatenate([initiator], members of("财务"), [extra])'.replace('"', "&quot;")
    case = office.begin(drawn(task("check", copyTo=rule)))
    office.finish(office.row(case).id, "li.na", extra="xu.jing")
    assert [row.by for row in copies(office, "peng.fei")] == ["system"]
    assert [row.note for row in copies(office, "xu.jing")] == ["核对check"]
    assert '"copies":[{"element":"check","people":["zhang.wei","peng.fei","xu.jing"]}]' in office.events(case)[-1].body


def test_a_copy_to_what_is_nobody_s_name_is_an_incident_that_goes_on_when_the_data_are_mended(office: Office) -> None:
    from engine.commands.resolve_incident import resolve_incident
    from engine.model import Incident

    case = office.begin(drawn(task("check", copyTo="=reader")), reader=7)
    office.finish(office.row(case).id, "li.na")
    with office.database.reading() as session:
        (incident,) = session.query(Incident).all()
        assert incident.code == "copy_to_not_people"
    office.do(resolve_incident, incident.id, "admin", corrections={"reader": "peng.fei"})
    assert office.state(case) == "COMPLETED"
    assert len(copies(office, "peng.fei")) == 1


def test_who_is_mentioned_hears_of_it_and_may_read_the_case(office: Office) -> None:
    case = office.begin()
    text = "@彭飞请核对金额，@xu.jing 和 @何强 也看看；写信到 a@peng.fei.cn。<b>"
    assert office.do(comment_case, case, text, "zhang.wei") == ["peng.fei", "xu.jing", "he.qiang"]
    assert office.told("peng.fei") == ["张伟在评论里提到您"]
    assert reads(office, "peng.fei", case)
    assert reads(office, "xu.jing", case)
    assert office.events(case)[-1].kind == "case.commented"
    for wrong in ("  ", "长" * 2001):
        with pytest.raises(InvalidError):
            office.do(comment_case, case, wrong, "zhang.wei")
    office.finish(office.row(case).id, "li.na")
    with pytest.raises(ConflictError):
        office.do(comment_case, case, "晚了", "zhang.wei")


def test_who_has_a_task_again_hears_that_it_was_returned_and_the_initiator_how_a_case_was_ended(
    office: Office,
) -> None:
    two = written(
        START + task("first") + task("second", "zhao.lei") + END,
        {"start->first": "f1", "first->second": "f2", "second->end": "f3"},
    )
    case = office.begin(two)
    first = office.row(case)
    office.finish(first.id, "li.na")
    office.do(return_task, office.row(case).id, first.token, "缺报价单", "zhao.lei")
    assert office.told("li.na") == ["赵磊退回了“核对first”，请重新办理"]
    office.do(reject_task, office.row(case).id, "不做了", "li.na")
    assert office.told("zhang.wei") == ["李娜驳回了“测试”"]
    office.do(cancel_instance, office.begin(two), "录错了", "admin")
    assert office.told("zhang.wei")[1:] == ["系统管理员终止了“测试”"]
    office.do(reject_task, office.row(office.begin(two, actor="li.na")).id, "不做了", "li.na")
    assert len(office.told("li.na")) == 1
