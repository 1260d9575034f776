"""Who may call: HTTP Basic or a bearer token, and nobody's cookie."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.datastructures import Authorization

from engine.commands.create_token import create_token
from engine.commands.revoke_token import revoke_token
from engine.demo import PASSWORD
from engine.model import ApiToken, User
from tests.api.conftest import AsPerson
from tests.support.company import Company
from web.application import Application

ME = "/v2/authentication/me"


def ask(app: Application, **options: Any) -> tuple[int, Any]:  # noqa: ANN401 - the client's options, JSON
    answer = app.test_client().get(ME, **options)
    assert answer.status_code == 200 or answer.content_type == "application/problem+json"
    return answer.status_code, answer.json


def bearer(token: str) -> dict[str, dict[str, str]]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


def test_a_name_and_password_are_enough(app: Application) -> None:
    status, body = ask(app, auth=("zhang.wei", PASSWORD))
    assert (status, body["username"], body["displayName"]) == (200, "zhang.wei", "张伟")


def test_a_bearer_token_acts_as_its_person(program: AsPerson) -> None:
    assert program("zhao.lei").get("/authentication/me")["username"] == "zhao.lei"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"auth": ("zhang.wei", "wrong")},
        {"auth": ("nobody", PASSWORD)},
        {"auth": ("zhang.wei\x00", PASSWORD)},
        {"auth": Authorization("digest", {"username": "zhang.wei"})},
        {"headers": {"Authorization": "Basic not-base64"}},
        bearer(""),
        bearer("qc_invented"),
    ],
)
def test_all_others_are_told_how_to_sign_in(app: Application, options: dict[str, Any]) -> None:
    answer = app.test_client().get(ME, **options)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    schemes = [value.split()[0] for value in answer.headers.getlist("WWW-Authenticate")]
    assert schemes == ["Basic", "Bearer"]


def test_a_cookie_of_the_pages_opens_nothing(app: Application) -> None:
    client = app.test_client()
    page = client.get("/sign-in").text
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    client.post("/sign-in", data={"username": "admin", "password": PASSWORD, "csrf_token": token})
    assert client.get("/account").status_code == 200
    assert client.get(ME).status_code == 401
    assert client.post("/v2/user-tasks/search", headers={"X-CSRFToken": token}).status_code == 401


def test_a_token_ends_when_its_time_is_over(app: Application, company: Company) -> None:
    with company.database.transaction() as session:
        token = create_token(session, "zhang.wei", "test", days=1)
    assert ask(app, **bearer(token))[0] == 200
    company.clock.advance(days=1)
    assert ask(app, **bearer(token))[0] == 401


def test_a_token_ends_when_it_is_revoked(app: Application, company: Company) -> None:
    with company.database.transaction() as session:
        token = create_token(session, "zhang.wei", "test", days=None)
    company.clock.advance(days=5000)
    assert ask(app, **bearer(token))[0] == 200
    with company.database.transaction() as session:
        revoke_token(session, session.query(ApiToken.id).scalar(), "zhang.wei")
    assert ask(app, **bearer(token))[0] == 401


def test_a_token_ends_when_its_person_leaves(app: Application, company: Company) -> None:
    with company.database.transaction() as session:
        token = create_token(session, "zhang.wei", "test")
        session.execute(update(User).where(User.username == "zhang.wei").values(active=False))
    assert ask(app, **bearer(token))[0] == 401
    assert ask(app, auth=("zhang.wei", PASSWORD))[0] == 401


def test_one_name_can_be_tried_ten_times_in_five_minutes(app: Application, program: AsPerson) -> None:
    for _ in range(10):
        assert ask(app, auth=("zhao.lei", "wrong"))[0] == 401
    answer = app.test_client().get(ME, auth=("zhao.lei", PASSWORD))
    assert answer.status_code == 429
    assert answer.content_type == "application/problem+json"
    assert int(answer.headers["Retry-After"]) <= dt.timedelta(minutes=5).total_seconds()
    assert ask(app, auth=("sun.yan", PASSWORD))[0] == 200
    assert program("zhao.lei").get("/authentication/me")["username"] == "zhao.lei"


def test_calls_that_succeed_are_not_counted(app: Application) -> None:
    assert {ask(app, auth=("zhao.lei", PASSWORD))[0] for _ in range(12)} == {200}


def test_checking_a_password_keeps_no_writer_waiting(app: Application, company: Company) -> None:
    with company.database.transaction():
        assert ask(app, auth=("zhao.lei", PASSWORD))[0] == 200


def test_the_status_is_told_to_everybody_whatever_they_send(app: Application) -> None:
    client = app.test_client()
    assert client.get("/v2/status").status_code == 204
    assert client.get("/v2/status", auth=("zhang.wei", "wrong")).status_code == 204
