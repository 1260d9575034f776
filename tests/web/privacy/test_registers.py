"""Registers: who reads them, what is at work, versions side by side, and who looked."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from engine.model import Register, RegisterEntry
from engine.registers import Writer, require_register, revise_entry
from tests.support.company import Company
from tests.web.conftest import Visitor

AsPerson = Callable[[str | None], Visitor]


@pytest.fixture
def filed(company: Company) -> int:
    """File a channel and change it once; give its case."""
    case = company.start()
    company.approve(case)
    company.record(case)
    with company.database.transaction() as session:
        writer = Writer(session=session, now=company.clock(), username="wu.tao", instance_id=case)
        channel = require_register(session, "channel")
        revise_entry(writer, channel, "QD-2026-0001", ("变更中", {"partner": "新合作方"}))
    return case


def _read_by(company: Company, *groups: str) -> None:
    with company.database.transaction() as session:
        session.execute(update(Register).where(Register.name == "channel").values(readers=list(groups), importers=[]))


def test_a_register_is_read_by_the_groups_it_names_and_by_auditors(
    visitor: AsPerson, company: Company, filed: int
) -> None:
    def may(username: str) -> bool:
        seen = [visitor(username).get(f"/registers/channel{path}").status_code for path in ("", "/export.xlsx", "/1")]
        assert len(set(seen)) == 1
        return seen[0] == 200

    assert may("luo.dan")
    _read_by(company)
    assert not may("luo.dan")
    assert may("xiao.han")
    _read_by(company, "前台")
    assert may("luo.dan")
    assert not may("li.na")
    assert "渠道台账" not in visitor("li.na").read("/registers")


def test_a_list_is_narrowed_to_days(visitor: AsPerson, filed: int) -> None:
    reader = visitor("li.na")
    found = {
        asked: "QD-2026-0001" in reader.read(f"/registers/channel?{asked}")
        for asked in (
            "from.filing_date=2026-03-02&to.filing_date=2026-03-02",
            "from.filing_date=2026-03-03",
            "to.filing_date=2026-03-01",
            "to.filing_date=2026-03-02",
        )
    }
    assert list(found.values()) == [True, False, False, True]


def test_two_versions_stand_side_by_side_with_what_changed(visitor: AsPerson, filed: int) -> None:
    page = visitor("li.na").read("/registers/channel/1/compare")
    assert "2 处不同" in page
    assert page.count('class="is-changed"') == 2
    assert "星河传媒有限公司" in page
    assert "<strong>新合作方</strong>" in page
    same = visitor("li.na").read("/registers/channel/1/compare?from=2&to=2")
    assert "0 处不同" in same


def test_an_entry_at_work_says_so_and_leads_only_whom_the_case_concerns(
    visitor: AsPerson, company: Company, filed: int
) -> None:
    other = company.start(channel_name="别的渠道")
    with company.database.transaction() as session:
        session.execute(update(RegisterEntry).values(held_by=other))
    link = f'href="/cases/{other}"'
    for address in ("/registers/channel", "/registers/channel/1"):
        mine, theirs = visitor("zhang.wei").read(address), visitor("wang.fang").read(address)
        assert "正在办理" in mine
        assert link in mine
        assert "正在办理" in theirs
        assert link not in theirs
        assert "别的渠道" not in theirs


def test_auditors_see_who_looked_at_a_case(visitor: AsPerson, filed: int) -> None:
    visitor("zhang.wei").read(f"/cases/{filed}")
    visitor("zhao.lei").read(f"/cases/{filed}")
    auditor = visitor("xiao.han")
    assert "谁看过" in auditor.read(f"/audit/{filed}")
    everything = auditor.read(f"/audit/{filed}/looks")
    assert all(who in everything for who in ("张伟", "赵磊", "肖涵"))
    found = auditor.read(f"/audit/{filed}/looks?person=赵磊&kind=case")
    assert found.count('data-label="看了什么"') == 1
    assert "没有符合条件的查看" in auditor.read(f"/audit/{filed}/looks?personal=1")
    assert visitor("zhang.wei").get(f"/audit/{filed}/looks").status_code == 403
