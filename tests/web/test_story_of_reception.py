"""A customer's visit from report to deal in real browsers, each step by the person whose step it is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.browser import PHONE, Watch
from tests.support.people import Person
from tests.support.server import Server
from tests.web.test_stories_of_processes import entered, entry, today

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]

STORE = "丽人美容"
MOBILE = "13800000001"
PARTNER: dict[str, object] = {
    "store_name": STORE,
    "store_class": "A",
    "salesperson": "zhu.bo",
    "salesperson_name": "朱波",
    "own_consultant": "tang.wei",
    "own_consultant_name": "唐薇",
}
SITUATION = {
    "income": "年入三十万",
    "work": "会计",
    "family": "与父母同住",
    "marriage": "已婚",
    "children": "一子",
    "wanted_project": "皮肤管理",
    "groundwork": "已介绍项目和价格范围。",
}


def test_a_customer_is_reported_received_persuaded_and_cared_for(
    server: Server, watch: Watch, person: Callable[..., Person]
) -> None:
    watch.expect("422")
    entered(server, "store", "合作中", PARTNER)
    salesperson, desk, consultant = person("zhu.bo", **PHONE), person("luo.dan"), person("tang.wei")

    salesperson.begin("顾客到院接待")
    salesperson.answer(customer_name="周女士", phone="12345", store="丽人", appointment_date=today())
    salesperson.press("提交")
    expect(salesperson.field("phone")).to_have_attribute("aria-invalid", "true")
    salesperson.answer(phone=MOBILE)
    salesperson.hand_in()
    salesperson.reads(f"到院接待 {STORE}", "h1")
    desk.take_up("核对报备和等级", STORE)
    desk.reads("唐薇")
    desk.answer(report_check="accept")
    desk.hand_in()
    desk.take_up("登记到院", STORE)
    desk.answer(arrival="arrived")
    desk.hand_in()

    salesperson.take_up("交接顾客情况", STORE)
    salesperson.reads("A 类专属")
    salesperson.answer(**SITUATION)
    salesperson.hand_in()
    consultant.take_up("咨询接诊", STORE)
    consultant.reads("周女士")
    consultant.answer(first_result="no_deal", consult_note="嫌价格高。")
    consultant.hand_in()
    supervisor = person("deng.chao")
    supervisor.take_up("协助过诊", STORE)
    supervisor.reads("嫌价格高。")
    supervisor.answer(deal_result="deal", assist_note="改为分期。")
    supervisor.hand_in()
    consultant.take_up("登记成交", STORE)
    consultant.answer(
        deal_project="皮肤管理", deal_kind="normal", price="10000", list_price="12000", anaesthesia="1000"
    )
    consultant.hand_in()

    salesperson.take_up("协助客情维护", STORE)
    salesperson.answer(care_person="曹", care_note="术后一天电话回访。")
    salesperson.hand_in()
    salesperson.go("我发起的")
    salesperson.waits_for("已成交")
    entry(consultant, "到院登记", STORE)
    consultant.reads("A 类专属")
    consultant.reads("已成交")
    finance = person("peng.fei")
    finance.take_up("审核返款", STORE)
    finance.reads("4,500.00")
    finance.reads("DY-")


def test_a_customer_whom_nobody_reported_is_turned_away(server: Server, person: Callable[..., Person]) -> None:
    entered(server, "store", "合作中", PARTNER)
    desk = person("luo.dan")
    desk.begin("顾客到院接待")
    desk.answer(visit_kind="arrived", customer_name="陌生人", phone="13900000009")
    expect(desk.field("appointment_date")).to_be_hidden()
    desk.hand_in()
    desk.take_up("核实未报备到院", "未报备")
    desk.answer(unreported_handling="refuse")
    expect(desk.field("customer_name")).to_be_hidden()
    desk.hand_in()
    desk.go("我发起的")
    desk.waits_for("未报备，不接待")
