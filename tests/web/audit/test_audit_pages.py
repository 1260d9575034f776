"""The auditor's room without a browser: search, steps, verification, export, and who may see it."""

import io
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.model import AccessEvent
from tests.audit.stories import STORIES, nobody_to_approve, recorded, returned_twice, withdrawn
from tests.audit.tampering import remove, run, set_column
from tests.support.company import Company
from tests.web.conftest import Site, Visitor


@pytest.fixture
def auditor(visitor: Callable[[str | None], Visitor]) -> Visitor:
    return visitor("xiao.han")


def looks(company: Company) -> list[tuple[str, int | None, str, str]]:
    with company.database.reading() as session:
        rows = session.scalars(select(AccessEvent).order_by(AccessEvent.id))
        return [(row.username, row.instance_id, row.kind, row.subject) for row in rows]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/audit", [1, 2, 3]),
        ("/audit?search=%232", [2]),
        ("/audit?search=社群", [3]),
        ("/audit?search=100%25", []),
        ("/audit?search=99999999999999999999", []),
        ("/audit?state=WITHDRAWN", [2]),
        ("/audit?person=吴涛", [1]),
        ("/audit?person=li.na", [3]),
        ("/audit?process=new_channel_filing", [1, 2, 3]),
        ("/audit?process=other", []),
        ("/audit?from=2026-03-03", [2, 3]),
        ("/audit?to=2026-03-02", [1]),
        ("/audit?from=2026-03-03&to=2026-03-03", [2]),
        ("/audit?from=gestern&to=2026-99-99", [1, 2, 3]),
        ("/audit?page=999999", [1, 2, 3]),
    ],
)
def test_cases_are_found_by_what_an_auditor_knows(
    site: Site, visitor: Callable[[str | None], Visitor], address: str, shown: list[int]
) -> None:
    company = site.company
    recorded(company)
    company.clock.advance(days=1)
    withdrawn(company)
    company.clock.advance(days=1)
    company.start("li.na", channel_name="城南社群")
    page = visitor("xiao.han").read(address)
    assert [number for number in (1, 2, 3) if f'href="/audit/{number}"' in page] == shown


def test_the_list_can_be_sorted_and_paged(site: Site, auditor: Visitor) -> None:
    for _ in range(21):
        site.company.start()
    first = auditor.read("/audit?sort=started")
    assert 'href="/audit/1"' in first
    assert 'href="/audit/21"' not in first
    assert 'href="/audit/21"' in auditor.read("/audit?sort=started&page=2")


def test_a_step_shows_who_did_what_and_the_values_before_and_after(site: Site, auditor: Visitor) -> None:
    case = returned_twice(site.company)
    page = auditor.read(f"/audit/{case}?step=3")
    assert "第 3 步，共 9 步" in page
    assert "张伟 办理了“修改报备表”" in page
    row = page.split('<tr class="is-changed">')[1].split("</tr>")[0]
    assert row.index("区域") < row.index("华东") < row.index("华南")
    assert "执照.pdf" in page
    assert "审批新渠道报备</strong> → 赵磊" in page
    assert "张伟的上级是谁" in page
    assert "当时的答案：赵磊" in page
    event = site.company.events(case)[2]
    assert event.hash in page
    assert event.previous_hash in page


def test_a_value_of_a_field_that_is_hidden_now_is_told_by_its_label(site: Site, auditor: Visitor) -> None:
    case = returned_twice(site.company)
    page = auditor.read(f"/audit/{case}?step=2")
    assert "完整性" in page
    assert "completeness_checked" not in page.split("<table")[1].split("</table>")[0]


def test_the_diagram_stands_as_it_stood_after_the_step(site: Site, auditor: Visitor) -> None:
    case = recorded(site.company)
    first, second = auditor.read(f"/audit/{case}?step=1"), auditor.read(f"/audit/{case}?step=2")
    assert '"current":["approve_filing"]' in first
    assert '"current":["record_filing"' in second
    assert f'rel="next" href="/audit/{case}?step=2"' in first
    assert 'rel="prev"' not in first


@pytest.mark.parametrize("step", ["", "0", "-4", "99", "many", "99999999999"])
def test_a_step_that_is_none_shows_the_nearest(site: Site, auditor: Visitor, step: str) -> None:
    case = recorded(site.company)
    assert "共 5 步" in auditor.read(f"/audit/{case}?step={step}")


@pytest.mark.parametrize("story", STORIES)
def test_every_step_of_every_kind_of_case_can_be_looked_at(
    site: Site, visitor: Callable[[str | None], Visitor], story: str
) -> None:
    case = STORIES[story](site.company)
    # Signed in afterwards: some stories take days, and a session doesn't last that long.
    auditor = visitor("xiao.han")
    for sequence in range(1, site.company.instance(case).event_count + 1):
        assert f"第 {sequence} 步，共" in auditor.read(f"/audit/{case}?step={sequence}")


def test_a_task_for_nobody_says_who_got_it_instead(site: Site, auditor: Visitor) -> None:
    case = nobody_to_approve(site.company)
    assert "规则没有给出在职的人，任务交给了管理员。" in auditor.read(f"/audit/{case}?step=3")


def test_every_look_is_noted(site: Site, auditor: Visitor) -> None:
    case = recorded(site.company)
    auditor.read(f"/audit/{case}?step=2")
    auditor.post(f"/audit/{case}/verify", {"step": "2"})
    auditor.get(f"/audit/{case}/export.zip")
    assert looks(site.company) == [
        ("xiao.han", case, "replay", "step 2"),
        ("xiao.han", case, "replay", "verify"),
        ("xiao.han", case, "export", ""),
    ]


def test_an_intact_case_is_said_to_be_so_with_its_hash(site: Site, auditor: Visitor) -> None:
    case = returned_twice(site.company)
    page = auditor.post(f"/audit/{case}/verify", {"step": "4"}).text
    assert "历史完整，没有被改动" in page
    assert "9 步的走向、数据和办理人与记录完全一致" in page
    assert site.company.instance(case).chain_head in page
    assert "第 4 步，共 9 步" in page


def test_an_altered_case_is_told_step_by_step(site: Site, auditor: Visitor) -> None:
    case = recorded(site.company)
    set_column(site.company.database, case, 2, "actor", "li.na")
    page = auditor.post(f"/audit/{case}/verify").text
    assert "历史有问题" in page
    assert "操作人原为“zhao.lei”，现在是“li.na”" in page
    assert f'href="/audit/{case}?step=2"' in page


def test_a_case_whose_events_are_gone_or_unreadable_is_still_shown(site: Site, auditor: Visitor) -> None:
    case = recorded(site.company)
    set_column(site.company.database, case, 2, "body", "no JSON")
    assert "读不出的东西" in auditor.read(f"/audit/{case}?step=2")
    assert "历史有问题" in auditor.post(f"/audit/{case}/verify").text
    remove(site.company.database, case, 2)
    assert auditor.read(f"/audit/{case}?step=2")
    run(site.company.database, "DELETE FROM history_events")
    assert "没有任何历史事件" in auditor.read(f"/audit/{case}")
    assert "历史有问题" in auditor.post(f"/audit/{case}/verify").text


def test_an_export_holds_the_case_and_its_script(site: Site, auditor: Visitor) -> None:
    case = recorded(site.company)
    answer = auditor.get(f"/audit/{case}/export.zip")
    assert answer.mimetype == "application/zip"
    assert {"case.json", "verify_export.py", "README.txt"} <= set(zipfile.ZipFile(io.BytesIO(answer.data)).namelist())


@pytest.mark.parametrize("path", ["/audit/4711", "/audit/4711/export.zip"])
def test_a_case_that_is_not_there_is_told(auditor: Visitor, path: str) -> None:
    answer = auditor.get(path)
    assert answer.status_code == 404
    assert "没有编号为 4711 的事项" in answer.text


@pytest.mark.parametrize("username", ["zhang.wei", "he.qiang", "zeng.rui"])
def test_nobody_else_may_enter_the_auditors_room(
    site: Site, visitor: Callable[[str | None], Visitor], username: str
) -> None:
    case = recorded(site.company)
    person = visitor(username)
    for path in ("/audit", f"/audit/{case}", f"/audit/{case}/export.zip"):
        assert person.get(path).status_code == 403
    assert person.post(f"/audit/{case}/verify").status_code == 403
    assert looks(site.company) == []


def test_what_the_register_gave_has_a_name_too(site: Site, visitor: Callable[[str | None], Visitor]) -> None:
    case = recorded(site.company)
    auditor = visitor("xiao.han")
    steps = [auditor.read(f"/audit/{case}?step={event.sequence}") for event in site.company.events(case)]
    assert any("台账编号" in page for page in steps)
    assert not any("filing_number" in page.split('id="step-details"')[1].split("<details")[0] for page in steps)
