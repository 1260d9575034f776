"""Personal data are for the people of a case and their superiors; everybody else meets masks, wherever they look."""

import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from engine.audit.replay_case import replay_case
from engine.audit.verify import verify
from engine.model import AccessEvent, EventSubscription, Notification, ProcessInstance
from tests.web.conftest import Site, Visitor
from tests.web.privacy.conftest import BIRTHDAY_IN_WORDS, NAME, PHONE, RELATIVE, SECRETS, Reception, greet

AsPerson = Callable[[str | None], Visitor]
PEOPLE = ("zhu.bo", "luo.dan", "ma.hong", "liu.yang")
"""The initiator, the assignee, and the superiors of both."""
OTHERS = ("he.qiang", "admin", "li.na", "zeng.rui")
"""A reader of all cases of the process, an administrator, somebody from elsewhere, a process owner."""
MASKED = ("欧**", "139****5678")


def _looks(reception: Reception, kind: str) -> list[tuple[str, bool]]:
    with reception.company.database.reading() as session:
        rows = session.execute(
            select(AccessEvent.username, AccessEvent.personal).where(AccessEvent.kind == kind).order_by(AccessEvent.id)
        )
        return [(row.username, row.personal) for row in rows]


def _told(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("username", PEOPLE)
def test_the_people_of_a_case_and_their_superiors_read_it_and_the_look_is_noted(
    site: Site, reception: Reception, username: str
) -> None:
    page = site.visitor(username).read(f"/cases/{reception.case}")
    assert _told(page) == [NAME, PHONE, BIRTHDAY_IN_WORDS, RELATIVE]
    assert _looks(reception, "case") == [(username, True)]


def test_a_reader_of_all_cases_sees_that_there_is_something_and_not_what(site: Site, reception: Reception) -> None:
    greet(reception)
    page = site.visitor("he.qiang").read(f"/cases/{reception.case}")
    assert _told(page) == []
    assert all(mask in page for mask in MASKED)
    # What somebody wrote into another field is kept as well, and so are the files.
    assert "已致电139****5678，欧**会来" in page
    assert "个人信息已遮盖" in page
    assert "身份证" not in page
    assert site.visitor("he.qiang").get(f"/attachments/{reception.card}").status_code == 404
    assert _looks(reception, "case") == [("he.qiang", False)]


def _addresses(site: Site, reception: Reception) -> list[str]:
    """Give every address a browser can open with GET, with the numbers of what this test has made."""
    known = {
        "instance_id": reception.case,
        "task_id": reception.task,
        "attachment_id": reception.card,
        "document_id": reception.card,
        "process_id": "receive_guest",
        "process_instance_key": reception.case,
        "user_task_key": reception.task,
        "entry_id": 1,
        "name": "guest",
    }

    def address(rule: Rule) -> str:
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(known.get(found[1], 1)), rule.rule)

    rules = [rule for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    plain = [address(rule) for rule in rules if not rule.rule.startswith("/static")]
    searches = [
        f"{path}?{name}={text}"
        for path in ("/cases", "/tasks", "/tasks?scope=claimable", "/registers/guest", "/audit", "/cases/mine")
        for name in ("search", "person", "f.guest_phone", "f.guest_name")
        for text in ("139****5678", "欧**")
    ]
    return [*plain, *searches]


@pytest.mark.parametrize("username", OTHERS)
def test_no_page_at_all_tells_others(site: Site, reception: Reception, username: str) -> None:
    greet(reception)
    visitor = site.visitor(username)
    for address in _addresses(site, reception):
        if not address.startswith("/sign-out"):
            assert _told(visitor.get(address).data.decode(errors="replace")) == [], address


@pytest.mark.parametrize("username", ["he.qiang", "admin", "zhu.bo", "xiao.han"])
def test_lists_titles_notifications_and_files_are_masked_for_everybody(
    site: Site, reception: Reception, username: str
) -> None:
    visitor = site.visitor(username)
    for address in ("/cases", "/cases/mine", "/tasks", "/notifications", "/registers/guest", "/audit", "/incidents"):
        assert _told(visitor.get(address).data.decode(errors="replace")) == [], address
    export = visitor.get("/registers/guest/export.xlsx")
    (sheet,) = openpyxl.load_workbook(io.BytesIO(export.data)).worksheets
    cells = [cell.value for row in sheet for cell in row]
    assert set(MASKED) <= set(cells)
    assert not {NAME, PHONE} & set(cells)


def test_what_is_masked_can_not_be_found(site: Site, reception: Reception) -> None:
    for username, address in (
        ("he.qiang", "/registers/guest?search="),
        ("zhu.bo", "/registers/guest?search="),
        ("he.qiang", "/cases?search="),
        ("xiao.han", "/audit?search="),
    ):
        visitor = site.visitor(username)
        for secret in (NAME, PHONE, NAME[:2], PHONE[-4:], PHONE[4:8]):
            page = visitor.read(address + secret)
            assert "GK-2026-0001" not in page, (address, secret)
            assert "接待 欧**" not in page or secret == PHONE[-4:], (address, secret)
        assert "欧**" in visitor.read(address + "欧")


def test_titles_and_notifications_are_written_without_personal_data(reception: Reception) -> None:
    with reception.company.database.reading() as session:
        assert session.scalars(select(ProcessInstance.title)).one() == "接待 欧** 139****5678"
        told = session.execute(select(Notification.title, Notification.text)).all()
    assert set(told) == {("顾客欧**要来", "请致电 139****5678")}


def test_an_entry_is_shown_to_the_people_of_its_case_and_each_look_is_noted(site: Site, reception: Reception) -> None:
    assert _told(site.visitor("he.qiang").read("/registers/guest/1")) == []
    assert _looks(reception, "entry") == []
    assert _told(site.visitor("luo.dan").read("/registers/guest/1")) == [NAME, PHONE]
    assert _told(site.visitor("xiao.han").read("/registers/guest/1")) == [NAME, PHONE]
    assert _looks(reception, "entry") == [("luo.dan", True), ("xiao.han", True)]


def test_whoever_does_the_task_is_not_noted_and_whoever_watches_is(site: Site, reception: Reception) -> None:
    assert NAME in site.visitor("luo.dan").read(f"/tasks/{reception.task}")
    assert _looks(reception, "task") == []
    assert NAME in site.visitor("ma.hong").read(f"/tasks/{reception.task}")
    assert _told(site.visitor("he.qiang").read(f"/tasks/{reception.task}")) == []
    assert _looks(reception, "task") == [("ma.hong", True)]


def test_auditors_read_a_case_as_it_was_and_administrators_do_not(site: Site, reception: Reception) -> None:
    greet(reception)
    address = f"/audit/{reception.case}?step=1"
    assert _told(site.visitor("xiao.han").read(address)) == [NAME, PHONE, BIRTHDAY_IN_WORDS, RELATIVE]
    assert _told(site.visitor("admin").read(address)) == []
    assert _looks(reception, "replay") == [("xiao.han", True), ("admin", False)]
    assert site.visitor("admin").get(f"/audit/{reception.case}/export.zip").status_code == 403
    assert site.visitor("xiao.han").get(f"/audit/{reception.case}/export.zip").status_code == 200
    assert _looks(reception, "export") == [("xiao.han", True)]


def test_the_history_keeps_everything_and_replays(reception: Reception) -> None:
    greet(reception)
    with reception.company.database.reading() as session:
        assert verify(session).discrepancies == []
        assert replay_case(session, reception.case).identical
        assert session.scalars(select(EventSubscription.correlation_key)).one() == PHONE
