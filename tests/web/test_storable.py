"""What no database can keep is refused before it gets there, on every page."""

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import urlencode

import pytest

from tests.support.company import PROCESS
from tests.web.conftest import Site
from tests.web.test_routes_and_roles import PEOPLE
from web.application import REST

NAMES = ("search", "process", "state", "sort", "page", "from", "to", "version", "name", "person", "next", "a\0b")
"""What pages read from their addresses, among others."""


def pages(site: Site) -> Iterator[str]:
    """Give an address of every page, with what no database can keep in the place of each name."""
    adapter = site.app.url_map.bind("localhost")
    for rule in site.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(REST):
            arguments = {name: 1 if "int:" + name in rule.rule else "a\0b" for name in rule.arguments}
            yield adapter.build(rule.endpoint, arguments, method="GET")


@pytest.mark.parametrize("role", ["staff", "supervisor", "owner", "auditor", "admin"])
def test_no_address_makes_a_page_fail(site: Site, role: str) -> None:
    visitor = site.visitor(PEOPLE[role])
    asked = [page + end for page in pages(site) for end in ("", "?" + urlencode(dict.fromkeys(NAMES, "a\0b")))]
    answers = {address: visitor.get(address).status_code for address in asked}
    assert len(answers) > 60
    assert {address for address, status in answers.items() if status >= 500} == set()


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/tasks?search=a%00b", "“search”"),
        ("/tasks?page=1&search=ok&process=%00", "“process”"),
        ("/tasks?a%00b=1", "地址"),
        ("/cases/start/a%00b", "地址"),
    ],
)
def test_a_page_says_what_of_its_address_can_not_be_used(site: Site, address: str, named: str) -> None:
    answer = site.visitor("zhang.wei").get(address)
    assert answer.status_code == 422
    assert "不能使用的字符" in answer.text
    assert named in answer.text


def test_what_looks_odd_but_can_be_kept_is_searched_for(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    for text in ("%ED%A0%80", "%FF", "%F1%B1%88%B0", "%7F", "%25"):
        assert "没有符合条件的任务" in visitor.read(f"/tasks?search={text}")


@pytest.mark.parametrize("path", ["/tasks", "/static/js/page.js", "/v2/topology", "/healthz"])
def test_an_address_that_is_no_text_is_read_as_far_as_it_goes(site: Site, path: str) -> None:
    answer = site.visitor("zhang.wei").get(path, environ_overrides={"QUERY_STRING": "search=\xff\xfe"})
    assert answer.status_code < 500


def test_a_form_with_what_can_not_be_kept_comes_back_filled(site: Site) -> None:
    visitor, case = site.visitor("zhang.wei"), site.company.start()
    typed = {"text": "先看\0合同", "other": "第二格"}
    answer = visitor.post(f"/cases/{case}/comments", typed)
    assert answer.status_code == 422
    assert "不能使用的字符" in answer.text
    assert 'name="other" value="第二格"' in answer.text
    assert "先看" not in visitor.read(f"/cases/{case}")
    assert visitor.post(f"/cases/{case}/withdraw", {"reason": "重\0复"}).status_code == 422
    assert visitor.post(f"/cases/{case}/withdraw", {"rea\0son": "重复"}).status_code == 422
    assert "已撤销" not in visitor.read(f"/cases/{case}")


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_file_whose_name_can_not_be_kept_is_refused(site: Site, accept: str) -> None:
    visitor = site.visitor("zhang.wei")
    files = {"attachments": (BytesIO(b"%PDF-1.7"), "a\0.pdf", "application/pdf")}
    sent = {**files, "csrf_token": visitor.token()}
    answer = visitor.client.post(f"/cases/start/{PROCESS}", data=sent, headers={"Accept": accept})
    assert answer.status_code == 422
    assert "不能使用的字符" in (answer.json["detail"] if answer.json else answer.text)
