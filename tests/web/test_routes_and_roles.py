"""Every route says who may call it, and nobody else can."""

from collections.abc import Iterator

import pytest
from flask import Blueprint
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from engine.config import Settings
from engine.demo import PASSWORD
from tests.support.company import Company
from tests.web.conftest import Site, Visitor
from web import auth, views
from web.app import create_app
from web.application import REST

PEOPLE = {
    "anyone": None,
    "staff": "zhang.wei",
    "supervisor": "he.qiang",
    "owner": "zeng.rui",
    "auditor": "xiao.han",
    "admin": "admin",
}
ROLES = {
    "anyone": {"anyone"},
    "staff": {"staff"},
    "supervisor": {"staff", "supervisor"},
    "owner": {"staff", "owner"},
    "auditor": {"auditor"},
    "admin": {"staff", "admin"},
}


def calls(site: Site) -> Iterator[tuple[Rule, str, str]]:
    """Give every route with each of its methods and an address for it."""
    adapter = site.app.url_map.bind("localhost")
    for rule in site.app.url_map.iter_rules():
        arguments = {name: 1 if "int:" + name in rule.rule else "x" for name in rule.arguments}
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            yield rule, method, adapter.build(rule.endpoint, arguments, method=method)


@pytest.mark.parametrize("role", PEOPLE)
def test_a_route_answers_the_roles_it_names_and_refuses_all_others(site: Site, role: str) -> None:
    visitor = site.visitor(PEOPLE[role])
    token = visitor.token("/account")
    wrong = []
    # Signing out comes last: it would make a stranger of the person.
    for rule, method, address in sorted(calls(site), key=lambda call: call[0].endpoint == "account.sign_out"):
        answer = ask(visitor, PEOPLE[role], method, address, token)
        allowed = bool(auth.admission_of(site.app.view_functions[rule.endpoint]).roles & (ROLES[role] | {"anyone"}))
        if is_refused(answer, signed_in=role != "anyone") == allowed:
            wrong.append((method, rule.rule, answer.status, answer.headers.get("Location")))
    assert wrong == []


def ask(visitor: Visitor, username: str | None, method: str, address: str, token: str) -> TestResponse:
    """Send a request as a page does, or as a program does: with name and password instead of a session."""
    if not address.startswith(REST):
        return visitor.client.open(address, method=method, buffered=True, headers={"X-CSRFToken": token})
    program = visitor.client.application.test_client()
    return program.open(address, method=method, buffered=True, auth=(username, PASSWORD) if username else None)


def is_refused(answer: TestResponse, *, signed_in: bool) -> bool:
    if signed_in:
        return answer.status_code == 403
    return (
        answer.status_code == 401 and "用户名或密码不正确" not in answer.text
    ) or "/sign-in?next=" in answer.headers.get("Location", "")


def test_no_role_is_forgotten() -> None:
    assert set(PEOPLE) == auth.ROLES


def test_a_route_that_names_nobody_stops_the_start(
    settings: Settings, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = Blueprint("careless", __name__)
    careless.get("/careless")(lambda: "open to the world")
    monkeypatch.setattr(views, "BLUEPRINTS", (*views.BLUEPRINTS, careless))
    with pytest.raises(LookupError, match="does not say who may call it"):
        create_app(settings, company.database)


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown roles"):
        auth.allow("boss")
