"""The staff's pages in a real browser: phone and desk, keyboard, and without scripts."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from engine import json_text
from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.database import Database
from engine.model import UserTask
from tests.execution.operating import ONE
from tests.interpreter.build import END, START, diagram, user_task
from tests.support.browser import PHONE, Watch
from tests.support.clock import FixedClock
from tests.support.company import Company
from tests.support.server import Server

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

PAGES = ["/", "/tasks", "/tasks/done", "/cases/start", "/cases/start/new_channel_filing", "/cases/mine", "/registers"]
PAGES += ["/notifications", "/account", "/cases/1", "/tasks/1", "/no-such-page"]
LONG = "小红书种草专区与线下体验店联合推广渠道（二期，含南京、杭州、苏州三地门店）" + "L" * 20


@pytest.fixture
def filed(server: Server) -> Iterator[Company]:
    """Let people have filed something already."""
    database = Database(server.database_url)
    company = Company(database=database, folder=server.data_folder / "attachments", clock=FixedClock())
    company.start(channel_name=LONG, expected_start_date="2027-04-01")
    yield company
    database.dispose()


def sign_in(page: Page, server: Server, username: str) -> None:
    page.goto(f"{server.url}/sign-in")
    page.fill("#username", username)
    page.fill("#password", "qucheng-demo")
    page.press("#password", "Enter")
    page.get_by_role("heading", name="您好").wait_for()


def test_a_dialog_that_a_link_of_another_page_opens_is_ready_to_be_typed_into(
    server: Server, open_context: Callable[..., BrowserContext], filed: Company
) -> None:
    with filed.database.reading() as session:
        task = session.scalars(select(UserTask.id)).first()
    page = open_context().new_page()
    sign_in(page, server, "zhang.wei")
    page.goto(f"{server.url}/cases/1")
    page.locator(f'a[href$="/tasks/{task}#operation-urge"]').first.click()
    words = page.locator("#operation-urge textarea, #operation-urge input:not([type=hidden])").first
    expect(words).to_be_focused()
    page.keyboard.type("今天要")
    expect(words).to_have_value("今天要")
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()


@pytest.mark.usefixtures("filed")
@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_no_page_is_wider_than_its_screen(
    server: Server, open_context: Callable[..., BrowserContext], watch: Watch, options: dict[str, object]
) -> None:
    watch.expect("404")
    page = open_context(**options).new_page()
    sign_in(page, server, "zhang.wei")
    width = page.viewport_size["width"] if page.viewport_size else 0
    wide = []
    for path in PAGES:
        page.goto(server.url + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    assert wide == []


@pytest.mark.usefixtures("filed")
def test_the_last_kind_of_waiting_things_is_whole_on_a_phone(
    server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(**PHONE).new_page()
    sign_in(page, server, "zhao.lei")
    page.goto(f"{server.url}/tasks?scope=delegated")
    tabs = page.get_by_role("navigation", name="待办种类")
    # However many wait of each kind that is counted.
    tabs.evaluate(
        """nav => [...nav.children].slice(0, 3).forEach(tab => {
          tab.querySelector('.count')?.remove();
          tab.insertAdjacentHTML('beforeend', '<span class="count">7</span>');
        })"""
    )
    assert tabs.evaluate("nav => nav.scrollWidth <= nav.clientWidth")


def test_the_keyboard_reaches_content_menu_and_search(server: Server, filed: Company, desktop: Page) -> None:
    filed.start(expected_start_date="2027-04-01")
    sign_in(desktop, server, "zhao.lei")
    desktop.goto(f"{server.url}/tasks")
    desktop.keyboard.press("Tab")
    expect(desktop.locator(":focus")).to_have_text("跳到内容")
    desktop.keyboard.press("Enter")
    expect(desktop).to_have_url(f"{server.url}/tasks#content")
    desktop.keyboard.press("/")
    expect(desktop.locator(":focus")).to_have_attribute("name", "search")
    menu = desktop.locator("details.menu")
    menu.locator("summary").click()
    expect(menu.get_by_text("退出登录")).to_be_visible()
    desktop.keyboard.press("Escape")
    expect(menu.get_by_text("退出登录")).to_be_hidden()


@pytest.mark.usefixtures("filed")
def test_a_case_shows_its_diagram_with_the_current_step_marked(server: Server, desktop: Page) -> None:
    sign_in(desktop, server, "zhang.wei")
    desktop.goto(f"{server.url}/cases/1")
    desktop.locator("[data-element-id=approve_filing].diagram-current").wait_for()
    assert desktop.locator("[data-element-id=filing_submitted].diagram-passed").count() == 1


def test_a_process_without_a_drawing_says_so_in_the_reader_s_language(
    server: Server, filed: Company, desktop: Page
) -> None:
    undrawn = diagram(START + user_task("a").replace("tester", "zhang.wei") + END, {"start->a": "f1", "a->end": "f2"})
    with filed.database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=undrawn)], "zeng.rui")
        case = start_instance(session, "process", {}, "zhang.wei")
    sign_in(desktop, server, "zhang.wei")
    desktop.goto(f"{server.url}/cases/{case}")
    desktop.get_by_text("这个流程发布时没有附图。").wait_for()
    assert desktop.get_by_text("no diagram").count() == 0
    # It is no failure, and there is nothing to zoom.
    assert desktop.locator("diagram-viewer").get_by_role("alert").count() == 0
    assert desktop.locator("diagram-viewer .diagram-tools").is_hidden()


@pytest.mark.usefixtures("filed")
def test_the_initiator_withdraws_in_a_dialog(server: Server, desktop: Page) -> None:
    sign_in(desktop, server, "zhang.wei")
    desktop.goto(f"{server.url}/cases/1")
    desktop.get_by_role("link", name="撤销").click()
    desktop.get_by_role("button", name="不撤销").click()
    expect(desktop.get_by_role("dialog")).to_be_hidden()
    desktop.get_by_role("link", name="撤销").click()
    desktop.get_by_label("撤销原因").fill("客户推迟合作")
    desktop.get_by_role("button", name="确认撤销").click()
    desktop.get_by_text("事项已撤销").wait_for()


def task_with(server: Server, field: dict[str, str]) -> int:
    """Publish a process with a form of one field, begin a case for li.na and give the task's number."""
    content = ONE.replace(b"<zeebe:userTask/>", b'<zeebe:userTask/><zeebe:formDefinition formId="request"/>')
    form = json_text.dumps({"type": "default", "id": "request", "schemaVersion": 19, "components": [field]})
    database = Database(server.database_url)
    with database.transaction() as session:
        deploy(session, [File(name="process.bpmn", content=content), File(name="request.form", content=form)], "admin")
        case = start_instance(session, "process", {}, "zhang.wei")
    with database.reading() as session:
        one = session.scalars(select(UserTask.id).where(UserTask.instance_id == case)).one()
    database.dispose()
    return one


SEND_TWICE = """() => {
  const answers = [];
  window.addEventListener("submit", (event) => {
    answers.push(event.defaultPrevented);
    event.preventDefault();
  });
  const form = document.querySelector("form [name=method]").form;
  for (let time = 0; time < 2; time++) {
    form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));
  }
  return answers;
}"""


@pytest.mark.usefixtures("filed")
def test_a_form_is_sent_once_whatever_its_fields_are_called(server: Server, desktop: Page) -> None:
    one = task_with(server, {"type": "textfield", "id": "t", "key": "method", "label": "付款方式"})
    sign_in(desktop, server, "li.na")
    desktop.goto(f"{server.url}/tasks/{one}")
    assert desktop.evaluate(SEND_TWICE) == [False, True]


@pytest.mark.usefixtures("filed")
def test_what_is_typed_into_a_form_outlives_a_comment_beside_it(server: Server, desktop: Page) -> None:
    one = task_with(server, {"type": "textarea", "id": "t", "key": "opinion", "label": "意见"})
    sign_in(desktop, server, "li.na")
    desktop.goto(f"{server.url}/tasks/{one}")
    desktop.get_by_label("意见").fill("写了十分钟的意见")
    desktop.get_by_role("link", name="评论").click()
    desktop.get_by_role("dialog").get_by_label("评论").fill("请看附件")
    desktop.get_by_role("dialog").get_by_role("button", name="评论").click()
    desktop.get_by_text("评论已写入办理经过").wait_for()
    expect(desktop.get_by_label("意见")).to_have_value("写了十分钟的意见")
    assert desktop.get_by_text("草稿已保存").is_visible()


@pytest.mark.usefixtures("filed")
def test_everything_works_without_javascript(server: Server, open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, server, "zhao.lei")
    page.goto(f"{server.url}/tasks/1")
    page.get_by_label("退回修改").check()
    page.get_by_role("button", name="更新表单").click()
    page.get_by_label("审批意见").fill("请补充合作方资质")
    page.get_by_role("button", name="提交", exact=True).last.click()
    page.get_by_text("“审批新渠道报备”已办理").wait_for()
    page.get_by_text("赵磊", exact=True).click()
    page.get_by_role("button", name="退出登录").click()
    sign_in(page, server, "zhang.wei")
    page.goto(f"{server.url}/cases/1")
    page.get_by_text("请补充合作方资质").first.wait_for()
    page.get_by_label("撤销原因").fill("不再需要")
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_text("事项已撤销")).to_be_visible()


@pytest.mark.usefixtures("filed")
def test_the_language_changes_on_every_page(server: Server, desktop: Page) -> None:
    sign_in(desktop, server, "zhang.wei")
    desktop.locator("details.menu summary").click()
    desktop.get_by_role("button", name="English").click()
    desktop.get_by_role("heading", name="Hello").wait_for()
    desktop.goto(f"{server.url}/cases/1")
    expect(desktop.get_by_role("heading", name="What happened")).to_be_visible()
