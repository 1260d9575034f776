"""The pages of registers, and their Excel files."""

import io

import pytest
from openpyxl import load_workbook

from tests.web.conftest import Site
from web.excel import safe, workbook

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def filed(site: Site, actor: str = "zhang.wei", **changes: object) -> int:
    case = site.company.start(actor, **changes)
    site.company.approve(case, "zhao.lei" if actor in {"zhang.wei", "li.na"} else "sun.yan")
    site.company.record(case)
    return case


def test_a_filed_channel_stands_in_the_register(site: Site) -> None:
    filed(site, channel_name="抖音旗舰店")
    page = site.visitor("peng.fei").read("/registers/channel")
    assert "QD-2026-0001" in page
    assert "抖音旗舰店" in page
    assert "线上" in page
    assert "已备案" in page


def test_the_register_is_searched_filtered_and_sorted(site: Site) -> None:
    filed(site, channel_name="抖音旗舰店")
    filed(site, "wang.fang", channel_name="美团到店", channel_kind="offline", region="华南")
    visitor = site.visitor("zhang.wei")
    assert "美团" not in visitor.read("/registers/channel?search=抖音")
    assert "抖音" not in visitor.read("/registers/channel?search=qd-2026-0002")
    assert "抖音" not in visitor.read("/registers/channel?f.channel_kind=offline")
    assert "抖音" not in visitor.read("/registers/channel?f.region=华南&sort=title")
    assert "没有符合条件的记录" in visitor.read("/registers/channel?status=已终止")
    backwards = visitor.read("/registers/channel?sort=-number")
    assert backwards.index("QD-2026-0002") < backwards.index("QD-2026-0001")


def test_the_register_is_narrowed_by_numbers_and_days_in_the_address(site: Site) -> None:
    filed(site, channel_name="抖音旗舰店", expected_business_size="120.50")
    filed(site, "wang.fang", channel_name="美团到店", channel_kind="offline", expected_business_size="1200")
    visitor = site.visitor("zhang.wei")
    large = visitor.read("/registers/channel?from.expected_business_size=￥１,０００元")
    assert "美团到店" in large
    assert "抖音旗舰店" not in large
    small = visitor.read("/registers/channel?to.expected_business_size=120.5&from.filing_date=2026-03-02")
    assert "抖音旗舰店" in small
    assert "美团到店" not in small
    assert [
        row[0] for row in read(visitor.get("/registers/channel/export.xlsx?from.expected_business_size=500").data)
    ] == [
        "编号",
        "QD-2026-0002",
    ]
    # What can't be read narrows nothing, and is told beside its field.
    page = visitor.read("/registers/channel?from.expected_business_size=很多&to.filing_date=昨天")
    assert "美团到店" in page
    assert "抖音旗舰店" in page
    assert "请填数字。" in page
    assert "请填日期。" in page


def test_an_entry_shows_its_versions_and_the_case_that_wrote_them(site: Site) -> None:
    case = filed(site, channel_name="抖音旗舰店")
    page = site.visitor("zhang.wei").read("/registers/channel/1")
    assert "第 1 版" in page
    assert f"/cases/{case}" in page
    assert "以短视频带货为主" in page
    stranger = site.visitor("peng.fei").read("/registers/channel/1")
    assert f'href="/cases/{case}"' not in stranger


def test_what_is_not_there_is_not_found(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    assert visitor.get("/registers/nothing").status_code == 404
    assert visitor.get("/registers/channel/99").status_code == 404
    assert "还没有记录" in visitor.read("/registers/channel")


def test_the_excel_file_holds_the_list_as_it_is_filtered(site: Site) -> None:
    filed(site, channel_name="抖音旗舰店")
    filed(site, channel_name='=HYPERLINK("http://evil.example")')
    answer = site.visitor("zhang.wei").get("/registers/channel/export.xlsx?search=抖音")
    assert "attachment" in answer.headers["Content-Disposition"]
    # The server in front of people refuses any other letter in a header; the client of this test does not.
    assert answer.headers["Content-Disposition"].isascii()
    rows = read(answer.data)
    assert rows[0][:3] == ("编号", "状态", "渠道名称")
    assert [row[0] for row in rows[1:]] == ["QD-2026-0001"]
    everything = read(site.visitor("zhang.wei").get("/registers/channel/export.xlsx?sort=number").data)
    assert everything[2][2] == '\'=HYPERLINK("http://evil.example")'


@pytest.mark.usefixtures("backend")
def test_no_cell_can_come_alive() -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "http://evil.example", "0012", "正常的一句话"]
    book = load_workbook(io.BytesIO(workbook("表", ["内容"], [[text] for text in texts])))
    cells = [row[0] for row in book["表"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert [cell.value for cell in cells] == [safe(text) for text in texts]
    assert safe("=1+1") == "'=1+1"
    assert safe("正常的一句话") == "正常的一句话"


def read(content: bytes) -> list[tuple[object, ...]]:
    return list(load_workbook(io.BytesIO(content))["渠道台账"].iter_rows(values_only=True))
