"""A request whose transaction the database has given up for another one is answered all the same."""

from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine.model import HistoryEvent, ProcessInstance
from tests.execution.test_collisions import AT_ONCE, collide, turns
from tests.execution.test_events import World
from tests.web.conftest import Site

pytestmark = pytest.mark.parametrize("backend", ["postgresql"])


def _started(site: Site, **more: object) -> tuple[World, TestResponse]:
    """Begin a case by its page while somebody takes turns the other way round."""
    world = World(site.company.database, site.company.clock)
    world.publish(AT_ONCE)
    visitor = site.visitor("zhang.wei")
    answers: list[TestResponse] = []
    token = visitor.token()
    fields = {"csrf_token": token, **more}
    collide(world, lambda: answers.append(visitor.client.post("/cases/start/process", data=fields)))
    return world, answers[0]


def test_a_request_that_was_given_up_is_answered_anew(site: Site) -> None:
    world, answer = _started(site)
    assert answer.status_code == 302, answer.text
    assert turns(world) == {"一": 2, "二": 2}
    with world.database.reading() as session:
        assert session.scalars(select(ProcessInstance.state)).all() == ["ACTIVE"]
        assert session.scalars(select(HistoryEvent.kind)).all() == ["case.started"]


def test_one_with_files_says_that_nothing_was_done_and_what_to_do(site: Site) -> None:
    world, answer = _started(site, file=(BytesIO(b"%PDF-1.4"), "a.pdf"))
    assert answer.status_code == 409
    assert "刚才有人同时在办有关的事项，您这次操作没有生效，请再试一次。" in answer.text
    with world.database.reading() as session:
        assert session.scalars(select(ProcessInstance.id)).all() == []
