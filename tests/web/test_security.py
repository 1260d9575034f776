"""What browsers are told to refuse."""

import pytest

from tests.web.conftest import Site
from web.security import content_security_policy

# What these tests are about does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.mark.parametrize("path", ["/sign-in", "/", "/tasks", "/no-such-page", "/static/js/page.js"])
def test_every_answer_carries_the_headers(site: Site, path: str) -> None:
    headers = site.visitor("zhao.lei").get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.usefixtures("backend")
def test_scripts_stay_ours_even_where_styles_may_be_inline() -> None:
    policy = content_security_policy(with_inline_styles=True)
    assert "script-src 'self';" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy


def test_personal_pages_are_not_stored_and_hashed_files_are(site: Site) -> None:
    visitor = site.visitor("zhao.lei")
    assert visitor.get("/tasks").headers["Cache-Control"] == "no-store"
    assert "immutable" in visitor.get("/static/js/page.js?v=1").headers["Cache-Control"]


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(site: Site) -> None:
    cookie = site.visitor().sign_in("zhao.lei").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("path", ["/notifications/read", "/language", "/sign-out", "/account/password"])
def test_a_form_without_its_token_is_refused(site: Site, path: str) -> None:
    answer = site.visitor("zhao.lei").client.post(path, data={"x": "1"})
    assert answer.status_code == 400


def test_a_header_that_names_a_person_opens_no_page(site: Site) -> None:
    answer = site.visitor().get("/tasks", auth=("zhao.lei", "qucheng-demo"))
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_templates_hold_no_inline_script_and_no_inline_style(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    for path in ("/", "/tasks", "/cases/start/new_channel_filing", "/account", "/registers/channel"):
        page = visitor.read(path)
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
