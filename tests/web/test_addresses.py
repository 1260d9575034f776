"""An address with what no database can keep is refused before it gets there, on every page and in every call."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

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
