"""Who is above whom, and what rules read of it."""

import datetime as dt
from collections.abc import Mapping

import pytest
from sqlalchemy import select, update

from engine import feel
from engine.clock import SHANGHAI
from engine.commands.assign_task import assign_task
from engine.commands.complete_task import complete_task
from engine.commands.save_organisation import OrganisationRecord, PersonRecord, save_organisation
from engine.demo import demo_organisation
from engine.errors import InvalidError
from engine.model import Incident, User
from engine.organisation import Reads, functions, organisation
from engine.organisation.calendar import working_days_after
from tests.support.company import Company


def change(company: Company, **superiors: str | None) -> None:
    """Give people (``zhang_wei``) other superiors, through the command that an administrator would use."""
    chart = demo_organisation()
    changed = {name.replace("_", "."): superior for name, superior in superiors.items()}
    people = [
        PersonRecord(
            username=p.username,
            display_name=p.display_name,
            department=p.department,
            groups=p.groups,
            superior=changed.get(p.username, p.superior),
        )
        for p in chart.people
    ]
    with company.database.transaction() as session:
        save_organisation(
            session, OrganisationRecord(departments=chart.departments, groups=chart.groups, people=people)
        )


def rules(company: Company) -> tuple[Mapping[str, object], Reads]:
    reads = Reads()
    with company.database.reading() as session:
        return functions(organisation(session), reads), reads


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ('superior of("zhang.wei")', "zhao.lei"),
        ('superior of("zhang.wei", 2)', "liu.yang"),
        ('superior of("zhang.wei", 3)', None),
        ('superior of("liu.yang")', None),
        ('superior of("nobody")', None),
        ('head of("公司渠道部门")', "zhou.min"),
        ('department of("wu.tao")', "公司渠道部门"),
        ('name of("wu.tao")', "吴涛"),
        ('members of("渠道专员")', ["wu.tao", "xu.jing"]),
        ('members of("市场部")', ["guo.lin", "hu.ying", "ma.hong", "zhu.bo"]),
        ('holders of("没有这个岗位")', []),
        ('superior of(user: "zhang.wei", level: 1)', "zhao.lei"),
    ],
)
def test_rules_find_people(company: Company, rule: str, answer: object) -> None:
    found, reads = rules(company)
    assert feel.evaluate(rule, found) == answer
    assert len(reads.take()) == 1
    assert reads.take() == []


def test_a_superior_who_is_the_person_or_has_left_is_replaced_by_the_next_one_up(company: Company) -> None:
    change(company, zhang_wei="zhang.wei")
    found, _ = rules(company)
    assert feel.evaluate('superior of("zhang.wei")', found) is None
    change(company)
    with company.database.transaction() as session:
        session.execute(update(User).where(User.username == "zhao.lei").values(active=False))
        session.execute(update(User).where(User.username == "xu.jing").values(active=False))
    change(company, li_na="wang.fang", wang_fang="li.na")
    found, _ = rules(company)
    assert feel.evaluate('superior of("li.na", 5)', found) is None


def test_no_superior_is_a_clear_refusal_at_start_and_nothing_is_left(company: Company) -> None:
    change(company, zhang_wei=None)
    with pytest.raises(InvalidError, match=r"不能发起.*superior of\(initiator\)"):
        company.start()
    with company.database.reading() as session:
        assert session.execute(select(Incident)).all() == []


def test_a_task_for_nobody_later_on_goes_to_the_administrators_with_an_incident(company: Company) -> None:
    case = company.start()
    company.send_back(case)
    change(company, zhang_wei=None)
    company.correct(case)
    task = company.task(case)
    assert task.assignee is None
    assert company.instance(case).incident_count == 1
    with company.database.transaction() as session:
        assign_task(session, task.id, "sun.yan", "admin")
    assert company.instance(case).incident_count == 0
    with company.database.transaction() as session:
        values = {"decision": "reject", "opinion": "组织调整,请重新报备"}
        complete_task(session, task.id, values, "sun.yan")
    company.work()
    assert company.instance(case).outcome == "未通过"


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02T09:00", 2, "2026-03-04T09:00"),
        ("2026-03-06T17:30", 1, "2026-03-09T17:30"),
        ("2026-03-07T10:00", 1, "2026-03-09T10:00"),
        # New Year of 2026: holiday from 1 to 3 January, Sunday the 4th is worked.
        ("2025-12-31T09:00", 1, "2026-01-04T09:00"),
        # National Day of 2026: holiday from 1 to 7 October.
        ("2026-09-30T09:00", 1, "2026-10-08T09:00"),
        ("2026-03-09T09:00", -1, "2026-03-06T09:00"),
        ("2026-03-07T09:00", 0, "2026-03-07T09:00"),
    ],
)
def test_working_days_know_weekends_holidays_and_exchanged_days(start: str, days: int, end: str) -> None:
    begin = dt.datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    assert working_days_after(begin, days) == dt.datetime.fromisoformat(end).replace(tzinfo=SHANGHAI)
