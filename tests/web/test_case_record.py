"""The record of a case: every form as it was handed in, for reading and for paper."""

import re

import pytest
from sqlalchemy import select

from engine.model import AccessEvent
from tests.web.conftest import Site

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def sheets(page: str) -> list[str]:
    """Give what each sheet says, without its marks."""
    parts = page.split('class="record-sheet"')[1:]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part)) for part in parts]


def test_a_record_tells_every_form_as_it_was_handed_in(site: Site) -> None:
    case = site.company.start()
    site.company.send_back(case)
    site.company.correct(case, channel_name="抖音二店", expected_business_size="99")
    site.company.approve(case)
    first, returned, corrected, approved = sheets(site.visitor("zhang.wei").read(f"/cases/{case}/record"))
    assert "抖音旗舰店" in first
    assert "120.50 万元" in first
    assert "2026年4月1日" in first
    assert "请补充合作方资质" in returned
    assert "抖音旗舰店" not in returned
    assert "抖音二店" in corrected
    assert "99.00 万元" in corrected
    assert "同意备案" in approved
    assert "赵磊" in approved


def test_a_record_offers_nothing_to_fill_in(site: Site) -> None:
    case = site.company.start()
    page = site.visitor("zhang.wei").read(f"/cases/{case}/record")
    record = page.split("<article", 1)[1].split("</article>", 1)[0]
    assert re.findall(r"<(?:input|select|textarea|button)", record) == []


def test_a_record_is_for_those_who_may_see_the_case_and_the_look_is_noted(site: Site) -> None:
    case = site.company.start()
    assert site.visitor("peng.fei").get(f"/cases/{case}/record").status_code == 404
    site.visitor("zhao.lei").read(f"/cases/{case}/record")
    with site.company.database.reading() as session:
        looks = session.scalars(select(AccessEvent.username).where(AccessEvent.instance_id == case)).all()
    assert looks == ["zhao.lei"]


def test_the_page_of_a_case_leads_to_its_record(site: Site) -> None:
    case = site.company.start()
    assert f'href="/cases/{case}/record"' in site.visitor("zhang.wei").read(f"/cases/{case}")
