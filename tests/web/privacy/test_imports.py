"""Importing sheets into registers: what goes out comes back the same, and all of a sheet is written or nothing."""

import io
import re
import zipfile
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from sqlalchemy import func, select

from engine.errors import InvalidError
from engine.model import RegisterEntry, RegisterEntryVersion, RegisterImport, RegisterImportRow
from engine.registers import Writer, add_entry, require_register, revise_entry
from tests.support.company import Company
from tests.web.conftest import Site, Visitor
from web.sheets import read_rows

HEADS = ("编号", "状态", "渠道名称", "渠道类型", "合作方", "区域", "预计业务规模", "预计开展时间")


def sheet(*rows: Sequence[object], heads: Sequence[str] = HEADS) -> io.BytesIO:
    """Write a workbook as people fill it in."""
    book = openpyxl.Workbook()
    (page,) = book.worksheets
    for row in (heads, *rows):
        page.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def bring(visitor: Visitor, stream: io.BytesIO, name: str = "渠道.xlsx") -> tuple[int, str]:
    """Upload a sheet; give the number of the import and the page of its result."""
    running = visitor.post(
        "/registers/channel/imports", {"file": (stream, name)}, content_type="multipart/form-data", buffered=True
    )
    assert running.status_code == 200, running.text
    steps = [
        (int(done), int(total)) for done, total in re.findall(r'<progress[^>]* value="(\d+)" max="(\d+)"', running.text)
    ]
    assert steps == sorted(steps)
    assert all(done <= total for done, total in steps)
    found = re.search(r"/registers/channel/imports/(\d+)\"", running.text)
    assert found is not None
    return int(found[1]), visitor.read(f"/registers/channel/imports/{found[1]}")


def entries(company: Company) -> list[RegisterEntry]:
    with company.database.reading() as session:
        return list(session.scalars(select(RegisterEntry).order_by(RegisterEntry.number)))


@pytest.fixture
def stocked(company: Company) -> Company:
    """Write three channels, one of them changed since."""
    document = company.upload()
    with company.database.transaction() as session:
        channel = require_register(session, "channel")
        writer = Writer(session=session, now=company.clock(), username="system")
        for title, kind in (("城南社群", "online"), ("=城北", "offline"), ("'城东", "offline")):
            values = {
                "channel_name": title,
                "channel_kind": kind,
                "region": "华东",
                "expected_business_size": "1200.50",
                "filing_date": "2026-03-01",
                "declaration_of_truth": True,
                "attachments": [document],
            }
            add_entry(writer, channel, "已备案", values)
        revise_entry(writer, channel, "QD-2026-0001", (None, {"basics": "第一行\n第二行"}))
    return company


@pytest.fixture
def importer(site: Site, stocked: Company) -> Visitor:
    """Sign 周敏 in, whose group may import."""
    return site.visitor("zhou.min")


def test_what_is_exported_and_imported_again_is_the_same(importer: Visitor, stocked: Company) -> None:
    for locale in ("zh_Hans_CN", "en"):
        importer.post("/locale", {"locale": locale})
        export = importer.get("/registers/channel/export.xlsx").data
        bring(importer, io.BytesIO(export))
        with stocked.database.reading() as session:
            found = session.scalars(select(RegisterImport).order_by(RegisterImport.id.desc()).limit(1)).one()
            assert found.problems == []
            assert (found.new_count, found.changed_count, found.unchanged_count) == (0, 0, 3)


def test_new_and_changed_rows_are_previewed_and_written_at_once_with_who_and_which_import(
    importer: Visitor, stocked: Company
) -> None:
    number, page = bring(
        importer,
        sheet(
            ("QD-2026-0001", "已备案", "城南社群", "线上", "新合作方", "华东", 1500, "2026年4月1日"),
            ("", "备案中", "城西店", "线下", "", "华北", "88.5 万元", "2026/5/2"),
        ),
    )
    assert "新合作方" in page
    assert "确认导入 2 行" in page
    assert len(entries(stocked)) == 3
    running = importer.post(f"/registers/channel/imports/{number}/confirm", buffered=True)
    assert "2 / 2 行" in unescape(running.text)
    written = entries(stocked)
    assert [(one.number, one.version, one.fields.get("partner")) for one in (written[0], written[3])] == [
        ("QD-2026-0001", 3, "新合作方"),
        ("QD-2026-0004", 1, ""),
    ]
    assert written[0].fields["basics"] == "第一行\n第二行"
    assert (written[3].fields["channel_kind"], written[3].fields["expected_start_date"]) == ("offline", "2026-05-02")
    assert (str(written[3].fields["expected_business_size"]), written[3].status) == ("88.5", "备案中")
    with stocked.database.reading() as session:
        versions = session.execute(
            select(RegisterEntryVersion.written_by, RegisterEntryVersion.import_id).where(
                RegisterEntryVersion.import_id.is_not(None)
            )
        ).all()
        assert [tuple(row) for row in versions] == [("zhou.min", number)] * 2
        assert session.scalar(select(func.count()).select_from(RegisterImportRow)) == 0
    entry = importer.read(f"/registers/channel/{written[0].id}")
    assert f"由导入 #{number} 写入：渠道.xlsx" in entry
    # A second confirmation writes nothing more.
    importer.post(f"/registers/channel/imports/{number}/confirm", buffered=True)
    assert len(entries(stocked)) == 4


def test_each_mistake_is_told_beside_its_cell_and_nothing_can_be_written(importer: Visitor, stocked: Company) -> None:
    number, page = bring(
        importer,
        sheet(
            ("QD-2026-0001", "已备案", "=1+1", "线上", "", "华东", "", ""),
            ("QD-2026-0099", "已备案", "甲", "线上", "", "华东", "", ""),
            ("", "", "乙", "线上", "", "华东", "", ""),
            ("", "不存在", "丙", "空中", "", "火星", "很多", "明天"),
            ("QD-2026-0002", "已备案", "丁" * 61, "线上", "", "华东", 1, ""),
            ("QD-2026-0002", "已备案", "戊", "线上", "", "华东", 1, ""),
        ),
    )
    told = dict(re.findall(r"<strong>(\w+)</strong></td>.*?data-label=\"问题\">(.*?)</td>", page, re.S))
    assert {cell: text.strip()[:8] for cell, text in told.items()} == {
        "C2": "这里是公式。请复",
        "A3": "台账里没有编号 ",
        "B4": "请填状态。",
        "B5": "没有状态 不存在",
        "C6": "最多 60 个字",
        "A7": "编号 QD-20",
    }
    assert "确认导入" not in page
    refused = importer.post(f"/registers/channel/imports/{number}/confirm", buffered=True)
    assert "处错误，请改好后重新上传" in unescape(refused.text)
    assert len(entries(stocked)) == 3


def test_an_entry_that_changed_after_the_check_stops_everything(importer: Visitor, stocked: Company) -> None:
    rows = [("QD-2026-0001", "已终止", "甲"), ("QD-2026-0002", "已终止", "乙"), ("", "备案中", "丙")]
    number, _page = bring(importer, sheet(*rows, heads=HEADS[:3]))
    with stocked.database.transaction() as session:
        writer = Writer(session=session, now=stocked.clock(), username="system")
        revise_entry(writer, require_register(session, "channel"), "QD-2026-0002", ("变更中", {}))
    answer = importer.post(f"/registers/channel/imports/{number}/confirm", buffered=True)
    assert "什么也没有写入" in unescape(answer.text)
    assert [one.status for one in entries(stocked)] == ["已备案", "变更中", "已备案"]


def test_a_sheet_that_is_older_than_the_entry_is_refused(importer: Visitor) -> None:
    _number, page = bring(importer, sheet(("QD-2026-0001", "已终止", 1), heads=("编号", "状态", "版本")))
    assert "这条记录现在是第 2 版，表里是第 1 版" in page


def test_a_reader_who_leaves_writes_nothing(site: Site, stocked: Company, importer: Visitor) -> None:
    rows = [("", "备案中", f"渠道{n}") for n in range(2_500)]
    number, page = bring(importer, sheet(*rows, heads=HEADS[:3]))
    assert "确认导入 2,500 行" in page
    token = importer.token()
    answer = importer.client.post(f"/registers/channel/imports/{number}/confirm", data={"csrf_token": token})
    steps = iter(answer.response)
    assert any("1,000 / 2,500" in str(step) for step in (next(steps), next(steps)))
    answer.close()
    steps.close()  # type: ignore[attr-defined] # a generator
    assert len(entries(stocked)) == 3
    again = importer.post(f"/registers/channel/imports/{number}/confirm", buffered=True)
    assert "2,500 / 2,500" in again.text
    assert len(entries(stocked)) == 2_503


def test_a_stopped_import_goes_no_further(importer: Visitor, stocked: Company) -> None:
    number, _page = bring(importer, sheet(("", "备案中", "甲"), heads=HEADS[:3]))
    importer.post(f"/registers/channel/imports/{number}/cancel")
    answer = importer.post(f"/registers/channel/imports/{number}/confirm", buffered=True)
    assert "已经结束或被停止" in unescape(answer.text)
    assert len(entries(stocked)) == 3


def test_only_the_groups_that_the_register_names_import(site: Site, stocked: Company) -> None:
    for username in ("zhang.wei", "admin", "zeng.rui"):
        visitor = site.visitor(username)
        assert visitor.get("/registers/channel/imports").status_code == 403
        sent = {"file": (sheet(("", "备案中", "甲"), heads=HEADS[:3]), "a.xlsx")}
        answer = visitor.post("/registers/channel/imports", sent, content_type="multipart/form-data")
        assert answer.status_code == 403
    assert site.visitor("xiao.han").get("/registers/channel/imports").status_code == 200
    with stocked.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RegisterImport)) == 0


def test_the_template_is_a_sheet_that_can_be_filled_in(importer: Visitor) -> None:
    template = openpyxl.load_workbook(io.BytesIO(importer.get("/registers/channel/imports/template.xlsx").data))
    (page,) = template.worksheets
    assert [cell.value for cell in page[1]][:4] == ["编号", "状态", "渠道名称", "渠道类型"]


def test_what_is_no_workbook_or_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    good = tmp_path / "good.xlsx"
    good.write_bytes(sheet(("", "备案中", "甲")).getvalue())
    assert [number for number, _cells in read_rows(good, "good.xlsx")] == [1, 2]
    for name, extra in (
        ("bomb", {"xl/media/a.xml": b" " * (64 << 20)}),
        ("entities", {"xl/b.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}),
        ("macros", {"xl/vbaProject.bin": b"x"}),
        ("parts", {f"xl/{n}.xml": b"<a/>" for n in range(300)}),
    ):
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(good.read_bytes())
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
            for part, content in extra.items():
                packed.writestr(part, content)
        with pytest.raises(InvalidError):
            list(read_rows(path, path.name))
    text = tmp_path / "text.xlsx"
    text.write_bytes(b"no workbook")
    with pytest.raises(InvalidError):
        list(read_rows(text, "text.xlsx"))


def test_a_formula_with_a_stored_result_is_a_formula_still(tmp_path: Path) -> None:
    path = tmp_path / "formula.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_formula(0, 0, "=1+1", value=2)
    book.close()
    ((_number, cells),) = read_rows(path, "formula.xlsx")
    assert cells == ["\x00formula"]
