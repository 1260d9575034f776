"""Lists that people page through, on both kinds of database."""

import pytest

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.database import Session
from engine.execution.search_text import like_pattern
from engine.queries.audit_cases import AuditFilter, search_cases
from engine.queries.cases import CaseFilter, list_cases
from engine.queries.inbox import TaskFilter, list_tasks, processes_of_tasks
from engine.queries.notifications import list_notifications
from engine.queries.people import Person, find_person
from engine.queries.registers import EntryFilter, list_entries, list_registers, view_register
from engine.queries.waiting import waiting_for
from tests.api.test_called_cases import calling
from tests.execution.test_events import WAIT
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written
from tests.support.company import Company


def person(session: Session, username: str) -> Person:
    found = find_person(session, username)
    assert found is not None
    return found


def test_a_page_of_tasks_costs_three_statements_however_long_the_list_is(company: Company) -> None:
    for _ in range(25):
        company.start()
    with company.database.reading() as session:
        reader = person(session, "zhao.lei")
        company.statements.clear()
        page = list_tasks(session, reader, TaskFilter(), 2)
    assert len(company.statements) == 3
    assert (page.number, page.last, page.total, len(page.rows)) == (2, 2, 25, 5)


def test_a_page_of_cases_costs_three_statements(company: Company) -> None:
    for _ in range(12):
        company.start()
    with company.database.reading() as session:
        company.statements.clear()
        page = list_cases(session, CaseFilter(started_by="zhang.wei"), 1)
    assert len(company.statements) == 3
    assert [step.assignee for row in page.rows for step in row.steps] == ["赵磊"] * 12


def test_cases_without_a_task_say_what_they_wait_for_in_one_more_statement(company: Company) -> None:
    inner = written(START + WAIT + END, {"start->wait": "f1", "wait->end": "f2"})
    files = [calling("outer", "inner"), File(name="inner.bpmn", content=inner.replace(b'id="process"', b'id="inner"'))]
    with company.database.transaction() as session:
        deploy(session, files, "zeng.rui")
        start_instance(session, "outer", {"order": "7"}, "zhang.wei")
    company.start()
    while company.work():
        pass
    with company.database.reading() as session:
        company.statements.clear()
        page = list_cases(session, CaseFilter(started_by="zhang.wei", sort="started"))
    assert len(company.statements) == 4
    assert [[(one.kind, one.name) for one in row.waits] for row in page.rows] == [
        [("call", "调用")],
        [],
        [("event", "等待付款")],
    ]


def test_tasks_without_a_due_date_come_last_either_way(company: Company) -> None:
    sent_back, waiting = company.start(), company.start()
    company.send_back(sent_back)
    with company.database.reading() as session:
        for sort in ("due", "-due"):
            rows = list_tasks(session, person(session, "zhao.lei"), TaskFilter(sort=sort)).rows
            assert [row.instance_id for row in rows] == [waiting]


def test_a_task_that_several_groups_may_claim_is_listed_and_counted_once(company: Company) -> None:
    case = company.start()
    company.approve(case)
    with company.database.reading() as session:
        officer = person(session, "wu.tao")
        page = list_tasks(session, officer, TaskFilter(scope="claimable"))
        counted = waiting_for(session, officer)
    assert [row.name for row in page.rows] == ["备案"]
    assert (counted.own, counted.claimable, counted.tasks) == (0, 1, 1)


def test_the_filter_offers_only_processes_that_are_in_the_list(company: Company) -> None:
    company.start()
    with company.database.reading() as session:
        assert processes_of_tasks(session, person(session, "zhao.lei"), "mine") == [
            ("new_channel_filing", "新渠道报备")
        ]
        assert processes_of_tasks(session, person(session, "sun.yan"), "mine") == []


def test_done_tasks_are_those_the_person_completed(company: Company) -> None:
    case = company.start()
    company.approve(case)
    with company.database.reading() as session:
        done = list_tasks(session, person(session, "zhao.lei"), TaskFilter(scope="done", sort="-done"))
        others = list_tasks(session, person(session, "wu.tao"), TaskFilter(scope="done", sort="-done"))
    assert [row.name for row in done.rows] == ["审批新渠道报备"]
    assert others.rows == []


def test_a_filed_channel_tells_its_manager(company: Company) -> None:
    case = company.start()
    company.approve(case)
    company.record(case)
    with company.database.reading() as session:
        page = list_notifications(session, person(session, "zhang.wei"), 1)
        assert [row.instance_id for row in page.rows] == [case]
        assert waiting_for(session, person(session, "zhang.wei")).notifications == 1


def test_a_field_of_a_register_filters_by_its_value(company: Company) -> None:
    for kind in ("online", "offline"):
        case = company.start(channel_kind=kind)
        company.approve(case)
        company.record(case)
    with company.database.reading() as session:
        register = view_register(session, person(session, "li.na"), "channel")
        assert [column.key for column in register.filtered] == ["channel_kind", "region"]
        company.statements.clear()
        page = list_entries(session, register, EntryFilter(fields={"channel_kind": "offline"}), 1)
        assert len(company.statements) == 2
        assert [row.texts["channel_kind"] for row in page.rows] == ["线下"]
        assert ("channel", "渠道台账", 2) in list_registers(session, person(session, "li.na"))


def test_a_number_longer_than_any_case_has_finds_nothing(company: Company) -> None:
    number = company.start()
    with company.database.reading() as session:
        reader = person(session, "zhao.lei")
        for typed, count in ((f"#{number}", 1), ("9" * 30, 0)):
            assert list_cases(session, CaseFilter(search=typed), 1).total == count
            assert list_tasks(session, reader, TaskFilter(search=typed), 1).total == count
            assert search_cases(session, AuditFilter(search=typed), 1).total == count


@pytest.mark.parametrize(
    ("typed", "pattern"), [("  ABC ", "%abc%"), ("50%", "%50\\%%"), ("a_b", "%a\\_b%"), ("\\", "%\\\\%")]
)
def test_what_is_typed_is_searched_literally(typed: str, pattern: str) -> None:
    assert like_pattern(typed) == pattern


def test_roles_come_from_groups_and_auditors_only_read(company: Company) -> None:
    with company.database.reading() as session:
        assert person(session, "zhang.wei").roles == {"staff"}
        assert person(session, "he.qiang").roles == {"staff", "supervisor"}
        assert person(session, "xiao.han").roles == {"auditor"}
        assert person(session, "zhang.wei").groups == {"渠道经理", "华东区"}
        assert find_person(session, "nobody") is None
