"""A new store from its filing to its training in real browsers, each step by the person whose step it is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.browser import PHONE, Watch
from tests.support.people import Person
from tests.support.server import Server
from tests.web.test_stories_of_processes import entered, entry, today

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]

STORE = "城南丽人"
ACCOUNT = "6222000011112222"
FIRST_NUMBER = f"DJ-{today()[:4]}-0001"
AGREEMENT = {
    "agreement_title": f"{STORE}合作协议",
    "agreement_kind": "store",
    "party_name": STORE,
    "party_number": FIRST_NUMBER,
}


def test_a_store_is_filed_checked_taken_into_cooperation_and_trained(
    server: Server, watch: Watch, person: Callable[..., Person]
) -> None:
    watch.expect("422")
    entered(server, "agreement", "已签订", AGREEMENT)
    salesperson, supervisor = person("zhu.bo", **PHONE), person("ma.hong")

    salesperson.begin("新店报备")
    salesperson.answer(
        store_name=STORE,
        address="城南路 8 号",
        owner_name="李女士",
        owner_phone="13900000001",
        bank_account_name="李丽",
        bank_name="工商银行城南支行",
        bank_account=ACCOUNT,
        cooperation_agreement="合作协议.pdf",
    )
    salesperson.press("提交")
    expect(salesperson.field("storefront_photo").first).to_have_attribute("aria-invalid", "true")
    salesperson.answer(storefront_photo="门头.png")
    salesperson.hand_in()
    salesperson.reads(f"新店报备 {STORE}", "h1")

    supervisor.take_up("核对报备材料", STORE)
    supervisor.reads(ACCOUNT)
    supervisor.answer(
        check_result="valid", photo_checked="true", agreement_checked="true", bank_checked="true", store_class="B"
    )
    supervisor.hand_in()

    salesperson.take_up("确认开始合作", STORE)
    salesperson.answer(agreement="城南")
    salesperson.hand_in()
    salesperson.take_up("带咨询下店培训", STORE)
    salesperson.answer(training_consultant="唐薇")
    salesperson.hand_in()
    entry(supervisor, "店家台账", STORE)
    supervisor.waits_for("合作中")
