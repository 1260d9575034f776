"""The processes from start to end in real browsers, each step by the person whose step it is."""

from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import expect

from engine import clock
from engine.database import Database
from engine.registers import Writer, add_entry, require_register
from tests.support.browser import PHONE, Watch
from tests.support.people import Person
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]

CHANNEL = "城南优选社群"
FILED = {
    "channel_name": CHANNEL,
    "channel_kind": "online",
    "partner": "城南优选商贸有限公司",
    "region": "华东",
    "basics": "社区团购社群。",
    "expected_business_size": "120.50",
    "resources_needed": "宣传物料",
    "channel_manager": "zhang.wei",
    "channel_manager_name": "张伟",
}
AGREED = {
    "decision": "approve",
    "completeness_checked": "true",
    "compliance_checked": "true",
    "opinion": "材料齐全，同意。",
}


def entered(server: Server, register: str, status: str, values: Mapping[str, object]) -> None:
    """Have an entry in a register that no case of this story has written."""
    database = Database(server.database_url)
    with database.transaction() as session:
        writer = Writer(session=session, now=clock.now(), username="system")
        add_entry(writer, require_register(session, register), status, values)
    database.dispose()


def today() -> str:
    return clock.today().isoformat()


def entry(person: Person, register: str, title: str) -> None:
    """Open an entry of a register from its list."""
    person.open("/")
    person.go("台账", register, title)


def test_a_channel_is_changed_and_then_terminated(server: Server, person: Callable[..., Person]) -> None:
    entered(server, "channel", "已备案", FILED)
    manager, superior, officer = person("zhang.wei"), person("zhao.lei", **PHONE), person("wu.tao")
    manager.begin("渠道业务变更报备")
    manager.answer(channel="城南")
    manager.reads("城南优选商贸有限公司")
    manager.answer(
        change_details="合作方更名。",
        change_reason="对方重组。",
        change_impact="供货不受影响。",
        new_partner="城南新选商贸有限公司",
        attachments="补充协议.pdf",
        declaration_of_truth="true",
    )
    manager.hand_in()
    manager.reads("赵磊")

    manager.begin("渠道业务变更报备")
    manager.field("channel@search").press_sequentially("城南")
    expect(manager.field("channel").first).to_be_disabled()
    manager.reads("请等它结束")

    superior.take_up("审批业务变更", CHANNEL)
    superior.reads("城南新选商贸有限公司")
    superior.answer(**AGREED)
    superior.hand_in()
    officer.take_up("变更备案", CHANNEL)
    officer.answer(filing_date=today())
    officer.hand_in()
    entry(manager, "渠道台账", CHANNEL)
    manager.waits_for("城南新选商贸有限公司")

    manager.begin("渠道业务终止报备")
    manager.answer(
        channel="城南",
        termination_date=today(),
        termination_reason="合作到期。",
        termination_impact="顾客转到旗舰店。",
        attachments="解约协议.pdf",
        declaration_of_truth="true",
    )
    manager.hand_in()
    superior.take_up("审批业务终止", CHANNEL)
    superior.answer(**AGREED)
    superior.hand_in()
    officer.take_up("终止备案", CHANNEL)
    officer.answer(filing_date=today())
    officer.hand_in()
    entry(manager, "渠道台账", CHANNEL)
    manager.waits_for("已终止")


def test_an_account_is_opened_and_its_permissions_are_raised(server: Server, person: Callable[..., Person]) -> None:
    applicant, administrator, leader = person("lin.xia"), person("gao.yuan"), person("liu.yang", **PHONE)
    applicant.begin("账号申请")
    applicant.answer(
        account_kind="product",
        platform="抖音",
        purpose="新品短视频，面向门店顾客。",
        post="内容运营",
        wanted_permissions=["发布内容", "查看数据"],
    )
    applicant.hand_in()
    applicant.reads("初审账号申请")
    administrator.take_up("初审账号申请", "抖音")
    administrator.answer(review_decision="forward", review_opinion="用途明确。")
    administrator.hand_in()
    leader.take_up("批准开设账号", "抖音")
    leader.reads("用途明确。")
    leader.answer(leader_decision="approve", leader_opinion="同意。")
    leader.hand_in()
    administrator.take_up("开设账号", "抖音")
    administrator.answer(account_name="渠成抖音号", opened_on=today(), granted_permissions=["发布内容"])
    administrator.hand_in()
    applicant.take_up("确认收到账号", "抖音")
    applicant.reads("渠成抖音号")
    applicant.answer(receipt_confirmed="true")
    applicant.hand_in()

    applicant.begin("账号权限调整")
    applicant.answer(account="抖音", wanted_permissions=["发布内容", "管理成员"], change_reason="新增两名运营。")
    applicant.hand_in()
    leader.take_up("批准超岗权限", "抖音")
    leader.answer(leader_decision="approve")
    leader.hand_in()
    administrator.take_up("审核并调整权限", "抖音")
    administrator.answer(adjust_decision="adjusted", granted_permissions=["发布内容", "管理成员"], adjusted_on=today())
    administrator.hand_in()
    applicant.take_up("确认权限", "抖音")
    applicant.answer(change_confirmed="true")
    applicant.hand_in()
    entry(applicant, "账号台账", "渠成抖音号")
    applicant.waits_for("管理成员")
    expect(applicant.page.get_by_text("管理成员").locator("visible=true").first).to_be_visible()


def test_a_rebate_is_returned_corrected_reviewed_and_paid(
    server: Server, person: Callable[..., Person], watch: Watch
) -> None:
    watch.expect("422")
    salesperson, finance = person("zhu.bo"), person("peng.fei")
    salesperson.begin("返款结算")
    deal = {
        "customer": "顾客甲",
        "store": "丽人美容",
        "deal_kind": "normal",
        "price": "10,000.00",
        "list_price": "12000",
        "anaesthesia": "800",
        "lab": "200",
        "inpatient": "0",
        "infusion": "0",
    }
    salesperson.answer(**deal, consumables_cost="9000.01")
    salesperson.press("提交")
    salesperson.reads("各项扣除合计 10000.01 元，超过了成交价，请核对。")
    salesperson.answer(consumables_cost="0", referrer="唐薇")
    salesperson.hand_in()
    finance.take_up("审核返款", "丽人美容")
    finance.reads("4,500.00")
    finance.reads("普通项目：成交价减扣除后对半")
    finance.reads("同事推荐：业绩的 5% 由推荐同事和业务员平分")
    finance.answer(finance_decision="return", finance_opinion="请核对耗材成本。")
    finance.hand_in()
    salesperson.take_up("更正成交资料", "丽人美容")
    salesperson.reads("请核对耗材成本。")
    salesperson.answer(consumables_cost="1000")
    salesperson.hand_in()
    finance.take_up("审核返款", "丽人美容")
    finance.reads("4,000.00")
    finance.answer(finance_decision="approve")
    finance.hand_in()
    finance.take_up("支付返款", "丽人美容")
    finance.answer(paid_on=today(), voucher="PZ-0308")
    finance.hand_in()
    finance.open("/")
    finance.go("台账", "返款台账")
    finance.waits_for("已支付")
    expect(finance.page.get_by_text("已支付").locator("visible=true").first).to_be_visible()


def test_a_lead_is_shared_out_in_turn_and_won(server: Server, person: Callable[..., Person]) -> None:
    introducer, supervisor = person("cao.li"), person("ma.hong", **PHONE)
    introducer.begin("资源分配")
    introducer.answer(customer_name="周女士", phone="138 0000 0001", wanted_project="皮肤管理", referred_by="唐薇")
    introducer.hand_in()
    introducer.reads("分配资源")
    supervisor.take_up("分配资源", "皮肤管理")
    supervisor.reads("轮到 郭林")
    supervisor.hand_in()
    salesperson = person("guo.lin")
    salesperson.take_up("跟进资源", "皮肤管理")
    salesperson.answer(follow_result="deal", follow_note="顾客接受方案")
    salesperson.answer(price="10,000", anaesthesia="800", lab="200", inpatient="0", infusion="0", consumables_cost="0")
    salesperson.hand_in()
    introducer.open("/")
    introducer.go("台账", "线索台账", "皮肤管理")
    introducer.waits_for("225.00")
    introducer.reads("同事推荐：业绩的 5% 由推荐同事和业务员平分")
    expect(introducer.page.get_by_text("225.00").locator("visible=true").first).to_be_visible()


def test_an_agreement_is_drafted_reviewed_approved_and_signed(server: Server, person: Callable[..., Person]) -> None:
    store = {"store_name": "丽人美容", "store_class": "B", "salesperson": "zhu.bo", "salesperson_name": "朱波"}
    entered(server, "store", "合作中", store)
    salesperson, supervisor, leader = person("zhu.bo"), person("ma.hong"), person("liu.yang", **PHONE)
    salesperson.begin("协议签订")
    salesperson.answer(signing_action="new", new_kind="store", new_title="丽人美容合作协议", store_party="丽人")
    salesperson.answer(
        sales_target="120",
        valid_until=f"{clock.today().year + 1}-12-31",
        price_terms="按价目表。",
        market_support="提供物料。",
        after_sales="三十天回访。",
        duties="店家推荐顾客，我方培训。",
        draft_files="草案.pdf",
    )
    salesperson.hand_in()
    supervisor.take_up("审核协议", "丽人美容")
    supervisor.answer(review_decision="approve", review_opinion="条款齐全。")
    supervisor.hand_in()
    leader.take_up("审批协议", "丽人美容")
    leader.reads("条款齐全。")
    leader.answer(decision="approve")
    leader.hand_in()
    salesperson.take_up("签字盖章并归档", "丽人美容")
    salesperson.answer(signed="yes", signed_on=today(), signed_copy="签字协议.pdf")
    salesperson.hand_in()
    salesperson.open("/")
    salesperson.go("台账", "协议台账")
    salesperson.waits_for("已签订")
    expect(salesperson.page.get_by_text("已签订").locator("visible=true").first).to_be_visible()
