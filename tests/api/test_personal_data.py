"""What programs are told of personal data: the same as people on pages, and each look is noted."""

import json

import pytest
from sqlalchemy import select

from engine.model import AccessEvent
from tests.api.conftest import AsPerson
from tests.web.privacy.conftest import NAME, PHONE, RELATIVE, SECRETS, Reception, greet, reception

__all__ = ["reception"]
SEARCHES = (
    "process-instances", "user-tasks", "message-subscriptions", "decision-instances", "incidents", "jobs",
    "element-instances", "audit-logs", "process-definitions",
)  # fmt: skip


def _looks(reception: Reception) -> list[tuple[str, str, bool]]:
    with reception.company.database.reading() as session:
        rows = session.execute(select(AccessEvent).order_by(AccessEvent.id)).scalars()
        return [(row.username, row.kind, row.personal) for row in rows]


@pytest.mark.parametrize("username", ["he.qiang", "admin", "li.na"])
def test_others_get_masks_from_every_search(program: AsPerson, reception: Reception, username: str) -> None:
    greet(reception)
    caller = program(username)
    for noun in SEARCHES:
        answer = caller.call("POST", f"/{noun}/search", json={})
        assert answer.status_code in {200, 403}, noun
        assert not any(secret in answer.text for secret in SECRETS), noun
    listed = caller.found("variables", filter={"processInstanceKey": str(reception.case)})
    for variable in listed:
        alone = caller.get(f"/variables/{variable['variableKey']}")
        assert not any(secret in json.dumps([variable, alone], ensure_ascii=False) for secret in SECRETS)
    values = {one["name"]: json.loads(one["value"]) for one in listed}
    if username != "li.na":
        assert values["guest_name"] == "欧**"
        assert values["summary"] == "顾客 欧**，电话 139****5678"
        assert values["relatives"] == [{"relative_name": "司**", "relation": "母亲"}]
        assert values["store"] == "城南店"
    assert caller.call("GET", f"/documents/{reception.card}").status_code == 404
    assert [look for look in _looks(reception) if look[2]] == []


def test_people_of_the_case_get_the_values_and_are_noted(program: AsPerson, reception: Reception) -> None:
    listed = program("luo.dan").found("variables", filter={"processInstanceKey": str(reception.case)})
    values = {one["name"]: json.loads(one["value"]) for one in listed}
    assert (values["guest_name"], values["relatives"][0]["relative_name"]) == (NAME, RELATIVE)
    (waiting,) = program("luo.dan").found("message-subscriptions")
    assert waiting["correlationKey"] == PHONE
    assert _looks(reception) == [("luo.dan", "variables", True), ("luo.dan", "message", True)]


def test_what_is_masked_is_not_found_by_its_value(program: AsPerson, reception: Reception) -> None:
    def found(username: str, name: str) -> int:
        case = str(reception.case)
        asked = {"processInstanceKey": case, "value": json.dumps(name, ensure_ascii=False)}
        variables = program(username).found("variables", filter=asked)
        waiting = program(username).found("message-subscriptions", filter={"correlationKey": name})
        return len(variables) + len(waiting)

    assert found("luo.dan", PHONE) == 2
    assert found("he.qiang", PHONE) == 0
    assert found("admin", PHONE) == 0
    assert found("xiao.han", PHONE) == 2
