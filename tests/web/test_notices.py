"""What was just done is told once, by the next page, and is never carried along for ever."""

import pytest

from tests.web.conftest import Site
from web.notices import MOST

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
COOKIE = 4096
"""Bytes beyond which a browser forgets a cookie, with its name and attributes."""


def test_who_opens_no_page_carries_the_newest_notices_only(site: Site) -> None:
    visitor = site.visitor("zhao.lei")
    tasks = [site.company.task(site.company.start()).id for _ in range(MOST + 3)]
    token, sizes = visitor.token(f"/tasks/{tasks[0]}"), []
    for task in tasks:
        answer = visitor.client.post(f"/tasks/{task}", data={"_save": "1", "csrf_token": token})
        assert answer.status_code == 302
        sizes.append(len(answer.headers["Set-Cookie"]))
    assert sizes[-1] == sizes[MOST - 1] < COOKIE
    assert visitor.read("/tasks").count("草稿已保存。") == MOST
    assert "草稿已保存。" not in visitor.read("/tasks")


def test_files_that_never_change_may_be_kept_by_the_browser(site: Site) -> None:
    visitor = site.visitor("zhao.lei")
    assert "Cookie" not in visitor.get("/static/css/administration.css").headers.get("Vary", "")
