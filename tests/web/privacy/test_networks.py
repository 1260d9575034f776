"""Tasks of account management are done from the company's own networks only, and every other try is on record."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from engine.commands.complete_task import complete_task
from engine.commands.create_token import create_token
from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.config import Settings, load_settings
from engine.errors import InvalidError, UnpublishableError
from engine.model import AccessEvent
from engine.queries.task_network import comes_from
from tests.support.company import ROOT, Company
from tests.web.conftest import Site
from web.app import create_app

PROCESS = "account_application"
INSIDE, OUTSIDE = {"REMOTE_ADDR": "10.8.0.7"}, {"REMOTE_ADDR": "203.0.113.9"}
APPLICATION = {
    "account_kind": "product",
    "platform": "抖音",
    "purpose": "新品短视频",
    "post": "内容运营",
    "wanted_permissions": ["发布内容"],
}


def _files() -> list[File]:
    paths = [*(ROOT / "bpmn" / PROCESS).glob("*.bpmn"), *(ROOT / "forms" / PROCESS).glob("*.form")]
    return [File(name=path.name, content=path.read_bytes()) for path in sorted(paths)]


@pytest.fixture
def case(company: Company) -> int:
    """Let 林霞 apply for an account; 高原 may claim the review."""
    with company.database.transaction() as session:
        deploy(session, _files(), "zeng.rui")
    with company.database.transaction() as session:
        return start_instance(session, PROCESS, APPLICATION, "lin.xia")


def _refusals(company: Company) -> list[tuple[str, str, bool]]:
    with company.database.reading() as session:
        rows = session.scalars(select(AccessEvent).where(AccessEvent.kind == "refused").order_by(AccessEvent.id))
        return [(row.username, row.subject, row.personal) for row in rows]


def test_outside_it_is_neither_opened_claimed_nor_done_and_inside_it_is(
    site: Site, company: Company, case: int
) -> None:
    task = company.task(case).id
    visitor = site.visitor("gao.yuan")
    opened = visitor.get(f"/tasks/{task}", environ_base=OUTSIDE)
    assert opened.status_code == 403
    assert "“初审账号申请”只能在公司内网办理，您现在的地址 203.0.113.9 不在其中" in opened.text
    assert visitor.post(f"/tasks/{task}/claim", environ_base=OUTSIDE).status_code == 403
    assert company.task(case).assignee is None
    assert visitor.get(f"/tasks/{task}", environ_base=INSIDE).status_code == 200
    assert visitor.post(f"/tasks/{task}/claim", environ_base=INSIDE).status_code == 302
    answer = {"review_decision": "forward", "review_opinion": "必要"}
    assert visitor.post(f"/tasks/{task}", answer, environ_base=OUTSIDE).status_code == 403
    assert company.task(case).state == "CREATED"
    assert _refusals(company) == [("gao.yuan", "初审账号申请 · 203.0.113.9", False)] * 3


def test_programs_are_refused_as_people_are(site: Site, company: Company, case: int) -> None:
    task = company.task(case).id
    with company.database.transaction() as session:
        token = create_token(session, "gao.yuan", "test")
    client, headers = site.app.test_client(), {"Authorization": f"Bearer {token}"}

    def call(method: str, path: str, origin: dict[str, str]) -> int:
        sent = {"assignee": "gao.yuan"} if path == "/assignment" else {}
        address = f"/v2/user-tasks/{task}{path}"
        return client.open(address, method=method, json=sent, headers=headers, environ_base=origin).status_code

    assert [call("POST", "/assignment", OUTSIDE), call("POST", "/completion", OUTSIDE), call("GET", "", OUTSIDE)] == [
        403,
        403,
        403,
    ]
    assert call("POST", "/assignment", INSIDE) == 204
    assert len(_refusals(company)) == 3


def test_the_task_of_the_leader_is_done_from_anywhere(site: Site, company: Company, case: int) -> None:
    with company.database.transaction() as session:
        task = company.task(case).id
        complete_task(session, task, {"review_decision": "forward", "review_opinion": "必要"}, "gao.yuan")
    leader = company.task(case, "approve_application").id
    assert site.visitor("liu.yang").get(f"/tasks/{leader}", environ_base=OUTSIDE).status_code == 200


def test_behind_the_companys_own_proxy_the_address_before_it_counts(
    settings: Settings, company: Company, case: int
) -> None:
    task = company.task(case).id
    for hops, expected in ((0, 200), (1, 403)):
        site = Site(app=create_app(replace(settings, trusted_proxies=hops), company.database), company=company)
        # What a stranger writes into the header himself stands before what the proxy adds.
        headers = {"X-Forwarded-For": "10.0.0.1, 203.0.113.9"}
        answer = site.visitor("gao.yuan").get(f"/tasks/{task}", headers=headers)
        assert answer.status_code == expected


def test_networks_are_a_setting(tmp_path: object) -> None:
    at = {"QUCHENG_HOME": str(tmp_path), "QUCHENG_SECRET_KEY": "x"}
    networks = load_settings({**at, "QUCHENG_INTRANET_NETWORKS": "198.51.100.0/24, 2001:db8::/32"}).intranet
    assert comes_from("198.51.100.7", networks)
    assert comes_from("::ffff:198.51.100.7", networks)
    assert comes_from("2001:db8::7", networks)
    assert not comes_from("127.0.0.1", networks)
    assert not comes_from(None, networks)
    private = load_settings(at).intranet
    assert comes_from("127.0.0.1", private)
    assert comes_from("192.168.3.4", private)
    assert not comes_from("8.8.8.8", private)
    with pytest.raises(InvalidError):
        load_settings({**at, "QUCHENG_INTRANET_NETWORKS": "10.0.0.1/8"})


def test_a_name_that_nobody_knows_is_refused_at_publication(company: Company) -> None:
    files = [replace(file, content=file.content.replace(b'value="intranet"', b'value="intarnet"')) for file in _files()]
    with pytest.raises(UnpublishableError) as refused, company.database.transaction() as session:
        deploy(session, files, "zeng.rui")
    assert {one.code for one in refused.value.findings if one.severity == "error"} == {"network_unknown"}
