"""Nothing typed is lost when a session ends in the middle of a form."""

import re
from html import unescape

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Watch
from tests.support.company import PROCESS
from tests.support.server import Server
from tests.web.conftest import Site, Visitor

START = f"/cases/start/{PROCESS}"
TYPED = {"channel_name": "抖音“旗舰店”", "partner": "星河 <传媒>", "basics": "第一行\n第二行"}

# What these tests are about does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def expire(site: Site) -> None:
    site.company.clock.advance(hours=9)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return unescape(found[1])


def send_late(site: Site, visitor: Visitor, **headers: str) -> str:
    """Send a filled form after the session has ended, and give the page that comes."""
    token = visitor.token(START)
    expire(site)
    answer = visitor.client.post(START, data={**TYPED, "csrf_token": token}, headers=headers)
    assert answer.status_code == 401
    return answer.text


def test_the_form_comes_back_filled_after_signing_in_again(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    page = send_late(site, visitor)
    assert "刚才填写的内容不会丢失" in page
    assert hidden(page, "kept_for") == "zhang.wei"
    resumed = visitor.sign_in("zhang.wei", kept=hidden(page, "kept"), kept_for="zhang.wei")
    assert resumed.status_code == 200
    for name, value in TYPED.items():
        assert hidden(resumed.text, name) == value
    form = visitor.client.post(START, data={**TYPED, "_resume": "1"})
    assert form.status_code == 200
    text = unescape(form.text)
    assert 'value="抖音“旗舰店”"' in text
    assert "第一行\n第二行" in text


def test_bringing_a_form_back_does_nothing_else(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    fields = {**site.company.filing(), "attachments": "", "_resume": "1"}
    answer = visitor.client.post(START, data={name: str(value) for name, value in fields.items()})
    assert answer.status_code == 200
    assert "还没有发起过事项" in visitor.read("/cases/mine")


def test_an_address_without_a_form_can_not_be_resumed(site: Site) -> None:
    case = site.company.start()
    visitor = site.visitor("zhang.wei")
    answer = visitor.client.post(f"/cases/{case}/withdraw", data={"reason": "x", "_resume": "1"})
    assert answer.status_code in {404, 405}
    assert site.company.instance(case).state == "ACTIVE"


def test_another_person_does_not_get_what_was_typed(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    page = send_late(site, visitor)
    answer = visitor.sign_in("li.na", kept=hidden(page, "kept"), kept_for="zhang.wei")
    assert answer.status_code == 302
    assert "没有保留" in visitor.read("/")


def test_a_wrong_password_loses_nothing_either(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    page = send_late(site, visitor)
    again = visitor.sign_in("zhang.wei", "wrong", kept=hidden(page, "kept"), kept_for="zhang.wei")
    assert again.status_code == 401
    assert hidden(again.text, "kept") == hidden(page, "kept")
    assert hidden(again.text, "kept_for") == "zhang.wei"


def test_what_another_site_sends_is_not_kept(site: Site) -> None:
    page = send_late(site, site.visitor("zhang.wei"), **{"Sec-Fetch-Site": "cross-site"})
    assert 'name="kept"' not in page


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '["//evil.example", [], []]', '["https://evil.example", [], []]', "[1,2,3]"]
)
def test_a_forged_kept_form_is_left_out(site: Site, text: str) -> None:
    answer = site.visitor().sign_in("zhang.wei", kept=text)
    assert answer.status_code == 302


def test_a_form_of_a_session_before_this_one_comes_back_too(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    stale = visitor.token(START)
    visitor.sign_in("zhang.wei")
    answer = visitor.client.post(START, data={**TYPED, "csrf_token": stale})
    assert answer.status_code == 400
    assert hidden(answer.text, "channel_name") == TYPED["channel_name"]
    assert hidden(answer.text, "_resume") == "1"


def test_passwords_are_never_kept(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    token = visitor.token()
    expire(site)
    answer = visitor.client.post("/account/password", data={"password": "qucheng-demo", "csrf_token": token})
    assert answer.status_code == 401
    assert "qucheng-demo" not in answer.text


def enter(page: Page, username: str) -> None:
    page.fill("#username", username)
    page.fill("#password", "qucheng-demo")
    page.press("#password", "Enter")


def test_a_person_gets_their_words_back_in_a_browser(server: Server, desktop: Page, watch: Watch) -> None:
    watch.expect("401")
    desktop.goto(f"{server.url}/sign-in?next={START}")
    enter(desktop, "zhang.wei")
    desktop.get_by_label("渠道名称").fill("抖音旗舰店")
    desktop.context.clear_cookies()
    desktop.get_by_role("button", name="提交", exact=True).last.click()
    desktop.get_by_text("刚才填写的内容不会丢失").wait_for()
    enter(desktop, "zhang.wei")
    desktop.get_by_role("button", name="回到表单，内容还在").click()
    expect(desktop.get_by_label("渠道名称")).to_have_value("抖音旗舰店")


def test_a_form_that_follows_what_is_chosen_brings_a_person_to_the_sign_in(
    server: Server, desktop: Page, watch: Watch
) -> None:
    watch.expect("401")
    desktop.goto(f"{server.url}/sign-in?next=/cases/start/agreement_signing")
    enter(desktop, "zhu.bo")
    desktop.locator("[name=price_terms]").fill("按价目表。")
    desktop.context.clear_cookies()
    desktop.locator("[name=signing_action]").last.check()
    desktop.get_by_text("刚才填写的内容不会丢失").wait_for()
    enter(desktop, "zhu.bo")
    desktop.get_by_role("button", name="回到表单，内容还在").click()
    expect(desktop.locator("[name=signing_action]").last).to_be_checked()
