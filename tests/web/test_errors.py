"""What a refusal and a failure look like."""

import logging
import re

import pytest
from flask import Blueprint

from engine.commands.set_locale import set_locale
from engine.config import Settings
from engine.errors import ConflictError, NotFoundError
from tests.support.company import Company
from tests.web.conftest import Site
from web import views
from web.app import create_app
from web.auth import allow, current_session

broken = Blueprint("broken", __name__)

# What these tests are about does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@broken.get("/broken")
@allow("anyone", writes=True)
def fail() -> str:
    set_locale(current_session(), "zhao.lei", "en")
    raise RuntimeError("something nobody thought of")


@broken.get("/refused/<int:status>")
@allow("anyone")
def refuse(status: int) -> str:
    raise {404: NotFoundError, 409: ConflictError}[status]("任务“{name}”已由{who}领取。", name="备案", who="吴涛")


@pytest.fixture
def site(settings: Settings, company: Company, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Open the application with routes that fail on purpose."""
    monkeypatch.setattr(views, "BLUEPRINTS", (*views.BLUEPRINTS, broken))
    return Site(app=create_app(settings, company.database), company=company)


def test_a_failure_shows_the_number_that_finds_it_in_the_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = site.visitor().get("/broken")
    assert answer.status_code == 500
    number = re.search(r"编号 ([0-9a-f]{8})", answer.text)
    assert number is not None
    assert number[1] in caplog.text
    assert "something nobody thought of" in caplog.text
    assert "something nobody thought of" not in answer.text


def test_a_failure_changes_nothing(site: Site) -> None:
    site.visitor().get("/broken")
    assert '<html lang="zh-CN">' in site.visitor("zhao.lei").read("/")


@pytest.mark.parametrize("status", [404, 409])
def test_a_refusal_says_what_happened(site: Site, status: int) -> None:
    answer = site.visitor("zhao.lei").get(f"/refused/{status}")
    assert answer.status_code == status
    assert "任务“备案”已由吴涛领取。" in answer.text


def test_a_script_gets_a_problem_document(site: Site) -> None:
    answer = site.visitor().get("/refused/409", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["detail"] == "任务“备案”已由吴涛领取。"
    asked = site.visitor().get("/tasks", headers={"Accept": "application/json"})
    assert asked.status_code == 401


def test_a_page_that_is_not_there_keeps_the_navigation(site: Site) -> None:
    page = site.visitor("zhao.lei").get("/no-such-page")
    assert page.status_code == 404
    assert "赵磊" in page.text
    assert "回到首页" in page.text


def test_a_method_that_does_not_fit_is_explained(site: Site) -> None:
    answer = site.visitor("zhao.lei").get("/notifications/read")
    assert answer.status_code == 405
    assert "从页面上的按钮操作" in answer.text
