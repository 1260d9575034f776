"""Signing in, and what ends a session."""

import pytest
from sqlalchemy import update

from engine.model import User
from tests.web.conftest import Site

# What these tests are about does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def test_a_person_signs_in_and_comes_to_the_page_they_wanted(site: Site) -> None:
    visitor = site.visitor()
    asked = visitor.get("/tasks?sort=-due")
    assert asked.headers["Location"] == "/sign-in?next=/tasks?sort%3D-due"
    answer = visitor.sign_in("zhao.lei", next="/tasks?sort=-due")
    assert answer.headers["Location"] == "/tasks?sort=-due"
    assert "赵磊" in visitor.read("/")


def test_a_name_may_be_typed_with_capitals_and_spaces(site: Site) -> None:
    assert site.visitor().sign_in(" Zhao.Lei ").status_code == 302


@pytest.mark.parametrize(("username", "password"), [("zhao.lei", "wrong"), ("nobody", "wrong"), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(site: Site, username: str, password: str) -> None:
    answer = site.visitor().sign_in(username, password)
    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(site: Site, target: str) -> None:
    assert site.visitor().sign_in("zhao.lei", next=target).headers["Location"] == "/"


def test_signing_in_drops_everything_of_the_session_before(site: Site) -> None:
    visitor = site.visitor()
    with visitor.client.session_transaction() as before:
        before["planted"] = "by somebody else"
    token = visitor.token("/sign-in")
    visitor.sign_in("zhao.lei")
    with visitor.client.session_transaction() as after:
        assert "planted" not in after
    stale = visitor.client.post("/notifications/read", data={"csrf_token": token})
    assert stale.status_code == 400


def test_signing_out_ends_the_session(site: Site) -> None:
    visitor = site.visitor("zhao.lei")
    visitor.post("/sign-out")
    assert visitor.get("/tasks").status_code == 302


def test_a_session_ends_after_eight_idle_hours(site: Site) -> None:
    visitor = site.visitor("zhao.lei")
    site.company.clock.advance(hours=7)
    assert visitor.get("/tasks").status_code == 200
    site.company.clock.advance(hours=7)
    assert visitor.get("/tasks").status_code == 200
    site.company.clock.advance(hours=8, seconds=1)
    assert visitor.get("/tasks").status_code == 302


def test_a_new_password_ends_all_other_sessions(site: Site) -> None:
    here, elsewhere = site.visitor("zhao.lei"), site.visitor("zhao.lei")
    answer = here.post(
        "/account/password",
        {"password": "qucheng-demo", "new_password": "a longer one", "repeated_password": "a longer one"},
    )
    assert answer.status_code == 302
    assert here.get("/tasks").status_code == 200
    assert elsewhere.get("/tasks").status_code == 302
    assert site.visitor().sign_in("zhao.lei", "a longer one").status_code == 302


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"password": "wrong", "new_password": "a longer one", "repeated_password": "a longer one"}, "当前密码不正确"),
        ({"password": "qucheng-demo", "new_password": "short", "repeated_password": "short"}, "新密码至少"),
        ({"password": "qucheng-demo", "new_password": "a longer one", "repeated_password": "another"}, "不一样"),
    ],
)
def test_a_bad_new_password_is_refused_with_its_reason(site: Site, fields: dict[str, str], message: str) -> None:
    answer = site.visitor("zhao.lei").post("/account/password", fields)
    assert answer.status_code == 422
    assert message in answer.text


def test_a_deactivated_account_is_out_at_once(site: Site) -> None:
    visitor = site.visitor("zhao.lei")
    with site.company.database.transaction() as session:
        session.execute(update(User).where(User.username == "zhao.lei").values(active=False))
    assert visitor.get("/tasks").status_code == 302
    assert site.visitor().sign_in("zhao.lei").status_code == 401


def test_one_name_can_be_tried_ten_times_in_five_minutes(site: Site) -> None:
    visitor = site.visitor()
    for _ in range(10):
        assert visitor.sign_in("zhao.lei", "wrong").status_code == 401
    answer = visitor.sign_in("zhao.lei")
    assert answer.status_code == 429
    assert "5 分钟后再试" in answer.text
    assert answer.headers["Retry-After"]
    assert site.visitor().sign_in("sun.yan").status_code == 302


def test_one_address_can_try_thirty_times_in_five_minutes(site: Site) -> None:
    visitor = site.visitor()
    for number in range(30):
        assert visitor.sign_in(f"nobody{number}", "wrong").status_code == 401
    assert visitor.sign_in("zhao.lei").status_code == 429


def test_tries_that_succeed_are_not_counted(site: Site) -> None:
    for _ in range(12):
        assert site.visitor().sign_in("zhao.lei").status_code == 302


def test_the_language_of_an_account_goes_with_it(site: Site) -> None:
    visitor = site.visitor("zhao.lei")
    visitor.post("/language", {"locale": "en", "next": "/tasks"})
    assert '<html lang="en">' in site.visitor("zhao.lei").read("/")
    assert '<html lang="zh-CN">' in site.visitor("sun.yan").read("/")


def test_a_language_nobody_speaks_here_is_refused(site: Site) -> None:
    assert site.visitor("zhao.lei").post("/language", {"locale": "xx"}).status_code == 422
