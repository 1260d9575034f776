"""Languages, and how moments read."""

import datetime as dt

import pytest

from engine.clock import SHANGHAI
from engine.errors import InvalidError
from tests.web.conftest import Site
from web.i18n import day, explain, file_size, full_moment, moment

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

# The tests' clock stands at Monday 2026-03-02, 09:00 in Shanghai.
MOMENTS = [
    (dt.datetime(2026, 3, 2, 14, 5, tzinfo=SHANGHAI), "今天 14:05", "Today 14:05"),
    (dt.datetime(2026, 3, 1, 23, 59, tzinfo=SHANGHAI), "昨天 23:59", "Yesterday 23:59"),
    (dt.datetime(2026, 3, 3, 0, 0, tzinfo=SHANGHAI), "明天 00:00", "Tomorrow 00:00"),
    (dt.datetime(2026, 11, 24, 9, 30, tzinfo=SHANGHAI), "11月24日 09:30", "24 Nov 09:30"),
    (dt.datetime(2025, 12, 31, 12, 0, tzinfo=SHANGHAI), "2025年12月31日", "31 Dec 2025"),
    (dt.datetime(2026, 3, 1, 16, 30, tzinfo=dt.UTC), "今天 00:30", "Today 00:30"),
]


@pytest.mark.parametrize(("value", "chinese", "english"), MOMENTS)
def test_a_moment_reads_as_people_say_it(site: Site, value: dt.datetime, chinese: str, english: str) -> None:
    with site.app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert moment(value) == chinese
    with site.app.test_request_context(headers={"Accept-Language": "en-GB,en"}):
        assert moment(value) == english


def test_a_moment_in_full_is_exact_and_local(site: Site) -> None:
    with site.app.test_request_context():
        assert full_moment(dt.datetime(2026, 3, 1, 16, 30, 5, tzinfo=dt.UTC)) == "2026-03-02 00:30:05"
        assert moment(None) == full_moment(None) == day(None) == ""


@pytest.mark.parametrize(("size", "text"), [(15, "15 B"), (2048, "2 KB"), (3_250_000, "3.1 MB")])
def test_a_size_is_written_for_people(site: Site, size: int, text: str) -> None:
    with site.app.test_request_context():
        assert file_size(size) == text


def test_a_refusal_is_translated_before_it_is_filled(site: Site) -> None:
    error = InvalidError("没有语言 {locale}。", locale="{xx}")
    with site.app.test_request_context(headers={"Accept-Language": "en"}):
        assert explain(error) == "There is no language {xx}."


@pytest.mark.parametrize(
    ("asked", "language"), [("en-US,en;q=0.9", "en"), ("zh-TW", "zh-CN"), ("fr", "zh-CN"), ("", "zh-CN")]
)
def test_a_stranger_reads_their_browsers_language(site: Site, asked: str, language: str) -> None:
    page = site.visitor().get("/sign-in", headers={"Accept-Language": asked}).text
    assert f'<html lang="{language}">' in page
    assert ("Sign in" in page) == (language == "en")


def test_a_stranger_may_choose_another_language(site: Site) -> None:
    visitor = site.visitor()
    visitor.post("/language", {"locale": "en"}, page="/sign-in")
    assert "Sign in" in visitor.read("/sign-in")
