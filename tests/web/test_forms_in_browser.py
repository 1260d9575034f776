"""One form with every component, filled in by real browsers: without a script, and by the keyboard with one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import insert, select

from engine.commands.deploy import File, deploy
from engine.database import Database
from engine.model import RegisterEntry
from engine.registers import Writer, add_entry, require_register
from tests.support.browser import PHONE, Watch
from tests.support.clock import FixedClock
from tests.support.server import Server
from tests.web.test_in_browser import sign_in

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

EVERY = Path(__file__).parent / "every"
START = "/cases/start/every_component"
THOUSANDS = 4_000


@pytest.fixture
def ready(server: Server) -> Iterator[Server]:
    """Publish the form, and fill the register of channels with thousands of entries."""
    database = Database(server.database_url)
    with database.transaction() as session:
        deploy(session, [File(name=path.name, content=path.read_bytes()) for path in EVERY.iterdir()], "zeng.rui")
        writer = Writer(session=session, now=FixedClock()(), username="system")
        values = {"channel_name": "城北旗舰店", "channel_manager": "zhang.wei", "region": "华北"}
        add_entry(writer, require_register(session, "channel"), "已备案", values)
        session.flush()
        (row,) = session.execute(select(RegisterEntry.__table__)).mappings()
        session.execute(insert(RegisterEntry), [_like(row, number) for number in range(THOUSANDS)])
    yield server
    database.dispose()


def _like(row: Any, number: int) -> dict[str, Any]:  # noqa: ANN401 - a row
    title = f"城南连锁第 {number} 分店"
    told = {"title": title, "number": f"QD-2025-{number:04}", "search_text": title}
    return {name: value for name, value in row.items() if name != "id"} | told


def test_without_a_script_every_part_of_the_form_works(
    ready: Server, open_context: Callable[..., BrowserContext], watch: Watch
) -> None:
    watch.expect("422")
    page = open_context(java_script_enabled=False, **PHONE).new_page()
    sign_in(page, ready, "zhang.wei")
    page.goto(ready.url + START)
    submit = page.get_by_role("button", name="提交", exact=True).last
    expect(page.locator("[name=id_number]")).to_have_count(0)
    page.get_by_label("个人").check()
    page.locator("[name='goods[0].fragile']").check()
    page.get_by_role("button", name="更新表单").click()
    # What was asked for only now.
    page.fill("[name=id_number]", "11010519491231002x")
    page.fill("[name='goods[0].packing']", "泡沫")
    page.fill("[name='goods[0].goods_name']", "玻璃")
    page.get_by_role("button", name="添加一行").click()
    page.fill("[name='goods[1].goods_name']", "纸")
    page.get_by_role("button", name="移除第 2 行").click()
    expect(page.locator("[name='goods[1].goods_name']")).to_have_count(0)
    page.fill("[name='manager@search']", "吴涛")
    page.locator("[name='manager@search']").press("Enter")
    expect(page.locator(".picker + .field-error")).to_contain_text("还没有提交：“吴涛”只是查找的文字")
    page.get_by_role("radio", name="吴涛").check()
    page.fill("[name='departments@search']", "财务")
    page.locator("button[name=_pick][value=departments]").click()
    page.get_by_role("checkbox", name="财务部").check()
    page.fill("[name='channel@search']", "城北")
    page.locator("button[name=_pick][value=channel]").click()
    page.get_by_role("radio", name="城北旗舰店").check()
    page.get_by_role("button", name="更新表单").click()
    expect(page.get_by_text("现在的区域：华北")).to_be_visible()
    submit.click()
    expect(page.get_by_role("alert")).to_contain_text("联系手机")
    page.fill("[name=supplier]", "星河传媒")
    page.select_option("[name=region]", "华东")
    page.fill("[name=mobile]", "+86 138 0013 8000")
    page.fill("[name=price]", "￥１，２３４．５")
    page.fill("[name=count]", "2")
    page.fill("[name=since]", "2026-03-05")
    page.get_by_label("以上内容属实").check()
    submit.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("供货商登记")
    page.get_by_role("link", name="办理单").click()
    for told in ("¥1,234.50", "11010519491231002X", "138 0013 8000", "2026年3月5日", "财务部", "泡沫"):
        expect(page.get_by_role("article")).to_contain_text(told)


def test_with_a_script_the_keyboard_is_enough_and_nobody_is_kept_out(
    ready: Server,
    open_context: Callable[..., BrowserContext],
    barriers: Callable[[Page], list[str]],
    watch: Watch,
) -> None:
    watch.expect("422")
    page = open_context(bypass_csp=True).new_page()
    sign_in(page, ready, "zhang.wei")
    page.goto(ready.url + START)
    assert barriers(page) == []
    page.locator("[name=price]").focus()
    page.keyboard.type("12345.6")
    page.keyboard.press("Tab")
    expect(page.locator("[name=price]")).to_have_value("12,345.60")
    page.locator("[name=since]").focus()
    page.keyboard.type("03052026")
    expect(page.locator("[name=since]")).to_have_value("2026-03-05")
    page.get_by_role("searchbox", name="查找：走哪个渠道").press_sequentially("第 3999 分")
    page.get_by_role("radio", name="城南连锁第 3999 分店").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_text("现在的区域：华北")).to_be_visible()
    page.get_by_role("button", name="提交", exact=True).last.press("Enter")
    page.locator("#form-problems").wait_for()
    assert barriers(page) == []
    for name in ("supplier", "mobile", "count"):
        field = page.locator(f"[name={name}]")
        described = (field.get_attribute("aria-describedby") or "").split()
        assert "请填写此项。" in [page.locator(f"#{one}").inner_text() for one in described], name
    # What is right now is no longer named, and what is still wrong stays marked.
    page.fill("[name=count]", "2")
    page.keyboard.press("Tab")
    expect(page.locator("#form-problems")).not_to_contain_text("数量")
    expect(page.locator("#form-problems")).to_contain_text("要说明")
    expect(page.locator("[name=supplier]")).to_have_attribute("aria-invalid", "true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
