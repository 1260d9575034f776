"""A new channel's whole story in real browsers: staff file it, the owner changes the diagram, the auditor proves it.

Each function is a chapter: what one person does, by the words on the screen.
"""

import datetime as dt
import io
import re
from collections.abc import Callable

import openpyxl
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from engine import clock
from engine.database import Database
from engine.model import HistoryEvent
from tests.audit.tampering import set_column
from tests.support.browser import PHONE, Watch
from tests.support.people import Person
from tests.support.server import Server
from tests.web.designer.conftest import Desk

CHANNEL, SECOND, THIRD, FOURTH = "抖音旗舰店", "小红书种草专区", "杭州体验店", "视频号直播间"
PARTNER, FULL_NAME = "星河传媒", "上海星河传媒有限公司"
OPINION = "请把合作方写成营业执照上的全称"
OLD_NAME, NEW_NAME = "审批新渠道报备", "直属上级审批"
APPROVER_RULE = "superior of(initiator)"
DECLARATION = "本人声明"
NUMBER = re.compile(r"QD-\d{4}-0001")


def test_a_channel_is_filed_the_diagram_is_changed_and_the_history_is_proved(
    server: Server, chromium: Browser, watch: Watch, person: Callable[..., Person]
) -> None:
    watch.expect("422")
    manager, superior, contract = person("zhang.wei"), person("zhao.lei"), real_pdf(chromium)
    manager_leaves_a_field_out_and_mends_it(manager, contract)
    start(manager, SECOND, contract)
    manager_withdraws_a_third(manager, contract)
    superior_reads_the_attachment_and_returns_the_filing(superior, contract)
    manager_corrects_what_the_opinion_names(manager)
    superior_approves_on_the_phone(person("zhao.lei", **PHONE))
    officer_claims_and_files(person("wu.tao"))
    manager_finds_the_entry_and_exports_it(manager)

    owner_renames_a_task_mends_a_mistake_and_publishes(person("zeng.rui"))
    start(manager, FOURTH, contract)
    older_case_goes_on_as_it_began_and_the_new_one_is_new(superior)

    auditor = person("xiao.han")
    auditor_steps_through_the_case(auditor)
    auditor_verifies(auditor)
    assert "没有发现任何改动" in server.run("verify")
    somebody_alters_the_opinion(server)
    auditor_sees_what_was_altered(auditor)
    checked = server.attempt("verify")
    assert checked.returncode == 1
    assert "事项 #1 的第 2 步" in checked.stderr


def real_pdf(chromium: Browser) -> bytes:
    page = chromium.new_page()
    page.set_content("<h1>合作意向书</h1><p>双方拟就短视频渠道开展合作。</p>")
    content = page.pdf(format="A4")
    page.close()
    return content


def fill_filing(manager: Person, channel: str, contract: bytes) -> None:
    soon = clock.today() + dt.timedelta(days=30)
    manager.open("/")
    manager.go("发起新事项")
    manager.go("新渠道报备")
    manager.fill(
        channel_name=channel,
        basics="以短视频带货为主，已有三年合作基础。",
        expected_business_size="120.50",
        expected_start_date=soon.isoformat(),
        resources_needed="直播间一间，运营两人",
    )
    manager.choose("线上")
    manager.field("region").select_option("华东")
    manager.field("attachments").set_input_files(
        {"name": "合作意向书.pdf", "mimeType": "application/pdf", "buffer": contract}
    )
    manager.choose(DECLARATION)


def start(manager: Person, channel: str, contract: bytes) -> None:
    fill_filing(manager, channel, contract)
    manager.fill(partner=PARTNER)
    manager.press("提交")
    expect(manager.page.get_by_role("heading", level=1)).to_have_text(f"新渠道报备 {channel}")


def manager_leaves_a_field_out_and_mends_it(manager: Person, contract: bytes) -> None:
    fill_filing(manager, CHANNEL, contract)
    manager.press("提交")
    partner = manager.field("partner")
    expect(partner).to_have_attribute("aria-invalid", "true")
    expect(partner).to_have_accessible_description(re.compile("请填写"))
    expect(manager.field("channel_name")).to_have_value(CHANNEL)
    expect(manager.page.get_by_label(DECLARATION)).to_be_checked()
    manager.reads("合作意向书.pdf")
    manager.fill(partner=PARTNER)
    manager.press("提交")
    manager.reads(f"新渠道报备 {CHANNEL}", "h1")
    manager.reads("赵磊")
    expect(manager.page.locator("[data-element-id=approve_filing].diagram-current")).to_be_visible()


def manager_withdraws_a_third(manager: Person, contract: bytes) -> None:
    start(manager, THIRD, contract)
    manager.go("撤销")
    manager.page.get_by_label("撤销原因").fill("门店选址有变，暂不开展")
    manager.press("确认撤销")
    manager.reads("事项已撤销")
    manager.reads("门店选址有变，暂不开展")


def superior_reads_the_attachment_and_returns_the_filing(superior: Person, contract: bytes) -> None:
    superior.go("待办")
    expect(superior.page.get_by_role("link", name=OLD_NAME)).to_have_count(2)
    superior.follow(OLD_NAME, CHANNEL)
    name, content = superior.download(superior.page.get_by_role("link", name="合作意向书.pdf").first)
    assert (name, content) == ("合作意向书.pdf", contract)
    superior.choose("退回修改")
    superior.fill(opinion=OPINION)
    superior.press("提交")
    superior.reads(f"“{OLD_NAME}”已办理")


def manager_corrects_what_the_opinion_names(manager: Person) -> None:
    manager.go("待办")
    manager.follow("修改报备表", CHANNEL)
    manager.reads(OPINION, "form")
    expect(manager.field("partner")).to_have_value(PARTNER)
    manager.fill(partner=FULL_NAME)
    manager.choose(DECLARATION)
    manager.press("提交")
    manager.reads("“修改报备表”已办理")


def superior_approves_on_the_phone(superior: Person) -> None:
    superior.go("待办")
    superior.follow(OLD_NAME, CHANNEL)
    superior.reads(OPINION)
    superior.reads(FULL_NAME)
    superior.page.get_by_label("同意", exact=True).check()
    superior.choose("完整性")
    superior.press("提交")
    expect(superior.page.get_by_label("合规性")).to_have_attribute("aria-invalid", "true")
    superior.choose("合规性")
    superior.fill(opinion="同意备案")
    superior.press("提交")
    superior.reads(f"“{OLD_NAME}”已办理")


def officer_claims_and_files(officer: Person) -> None:
    officer.go("待办", "待领取")
    officer.page.locator("tr").filter(has_text=CHANNEL).get_by_role("button", name="领取").click()
    officer.reads(FULL_NAME)
    officer.fill(filing_date=clock.today().isoformat(), filing_remarks="材料齐全")
    officer.press("提交")
    officer.reads("“备案”已办理")


def manager_finds_the_entry_and_exports_it(manager: Person) -> None:
    manager.go("我发起的")
    manager.waits_for("已备案")
    manager.go("台账")
    manager.go("渠道台账")
    row = manager.page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(NUMBER)
    expect(row).to_contain_text("已备案")
    name, content = manager.download(manager.page.get_by_role("link", name="导出 Excel"))
    assert name.startswith("渠道台账")
    heads, entry = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values
    exported = dict(zip(heads, entry, strict=True))
    assert NUMBER.fullmatch(str(exported["编号"]))
    assert (exported["渠道名称"], exported["合作方"]) == (CHANNEL, FULL_NAME)
    assert (exported["状态"], exported["事项编号"]) == ("已备案", "1")
    manager.go(CHANNEL, f"#1 新渠道报备 {CHANNEL}")
    manager.reads("已办结")
    expect(manager.page.locator("[data-element-id=correct_filing].diagram-returned")).to_be_visible()


def owner_renames_a_task_mends_a_mistake_and_publishes(owner: Person) -> None:
    page, desk = owner.page, Desk(page=owner.page, url=owner.url)
    owner.go("流程设计", "新渠道报备", "打开流程图")
    page.locator("[data-editor][data-ready]").wait_for()
    desk.rename("approve_filing", NEW_NAME)
    page.locator(".bio-properties-panel-group-header").filter(has_text="分派").click()
    rule = page.get_by_role("textbox", name="办理人", exact=True)
    rule.fill("superior of(initiater")
    desk.save()
    expect(page.locator("[data-element-id=approve_filing].has-error")).to_be_visible()
    expect(page.locator(".finding").first).to_contain_text(NEW_NAME)
    rule.fill(APPROVER_RULE)
    desk.save()
    expect(page.locator("[data-part=count]")).to_have_text("没有发现问题")
    owner.go("发布")
    owner.reads(f"用户任务“{NEW_NAME}”")
    page.get_by_label("版本说明").fill("任务名称写明由谁审批")
    owner.press("发布第 2 版")
    owner.reads("第 2 版已发布")


def older_case_goes_on_as_it_began_and_the_new_one_is_new(superior: Person) -> None:
    superior.go("待办")
    superior.follow(NEW_NAME, FOURTH)
    superior.reads(NEW_NAME, "h1")
    superior.go("待办")
    superior.follow(OLD_NAME, SECOND)
    superior.page.get_by_label("同意", exact=True).check()
    superior.choose("完整性")
    superior.choose("合规性")
    superior.press("提交")
    superior.reads(f"“{OLD_NAME}”已办理")
    superior.go("已办")
    superior.follow(OLD_NAME, SECOND)
    superior.reads("第 1 版")
    expect(superior.page.locator("[data-element-id=record_filing].diagram-current")).to_be_visible()
    expect(superior.page.locator("[data-element-id=approve_filing]")).to_contain_text("审批新渠道")


def auditor_steps_through_the_case(auditor: Person) -> None:
    page = auditor.page
    auditor.go("审计")
    page.get_by_label("搜索").fill(CHANNEL)
    auditor.press("查找")
    auditor.follow(CHANNEL, CHANNEL)
    auditor.reads("第 8 步，共 8 步", "#player")
    expect(page.locator(".stepper.is-live")).to_be_attached()
    page.keyboard.press("Home")
    auditor.reads("第 1 步，共", "#player")
    page.keyboard.press("ArrowRight")
    auditor.reads("第 2 步，共", "#player")
    auditor.reads(f"赵磊 办理了“{OLD_NAME}”", "#player")
    auditor.reads(OPINION, "#step-details")
    expect(page.locator("[data-element-id=correct_filing].diagram-current")).to_be_visible()
    page.get_by_label("第几步").fill("3")
    auditor.reads("张伟 办理了“修改报备表”", "#player")
    partner = page.locator("#step-details tr").filter(has_text="合作方")
    expect(partner.locator("td")).to_have_text([PARTNER, re.compile(FULL_NAME)])


def auditor_verifies(auditor: Person) -> None:
    auditor.press("验证这个事项")
    auditor.reads("历史完整，没有被改动", "#proof")
    auditor.reads("与记录完全一致", "#proof")


def somebody_alters_the_opinion(server: Server) -> None:
    database = Database(server.database_url)
    with database.reading() as session:
        body = session.scalars(
            select(HistoryEvent.body).where(HistoryEvent.instance_id == 1, HistoryEvent.sequence == 2)
        ).one()
    set_column(database, 1, 2, "body", body.replace(OPINION, "无意见"))
    database.dispose()


def auditor_sees_what_was_altered(auditor: Person) -> None:
    auditor.press("验证这个事项")
    auditor.reads("历史有问题", "#proof")
    auditor.reads("事项 #1 的第 2 步", "#proof")
    auditor.go("看这一步")
    auditor.reads("第 2 步，共", "#player")
