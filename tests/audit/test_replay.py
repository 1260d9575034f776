"""A case is executed again from its events alone, and every step comes out as it was."""

import copy
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import clock, json_text
from engine.audit.replay import RecordedEvent, recorded_events, replay
from engine.audit.replay_case import replay_case
from engine.audit.rows import cases_with_events
from engine.errors import NotFoundError
from engine.interpreter import Specification, specification
from engine.model import OrganisationRevision, ProcessInstance, User
from tests.audit.stories import STORIES, recorded, returned_twice
from tests.support.company import PROCESS, Company, process_files


@pytest.mark.parametrize("story", STORIES)
def test_every_kind_of_case_is_replayed_identically(company: Company, story: str) -> None:
    case = STORIES[story](company)
    with company.database.reading() as session:
        found = replay_case(session, case)
    assert found.difference is None, str(found.difference)
    assert found.steps == company.instance(case).event_count
    assert found.variables == company.variables(case)


def test_a_replay_needs_no_database_no_clock_and_no_network(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    case = returned_twice(company)
    events = events_of(company, case)
    company.database.dispose()

    def forbidden(*_arguments: object, **_options: object) -> Any:  # noqa: ANN401
        raise AssertionError("a replay looks at nothing but the events")

    monkeypatch.setattr(company.database.engine, "connect", forbidden)
    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(clock, "_clock", forbidden)
    assert replay(case, diagram(), events).identical


def test_rules_are_answered_from_what_was_recorded_not_by_the_organisation_of_today(company: Company) -> None:
    case = recorded(company)
    with company.database.transaction() as session:
        session.execute(update(User).values(superior=None, active=False))
        session.execute(update(OrganisationRevision).values(revision=OrganisationRevision.revision + 1))
    with company.database.reading() as session:
        assert replay_case(session, case).identical


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("waiting", lambda body: body["waiting"].append([99, "record_filing"])),
        ("passages", lambda body: body["passages"].pop()),
        ("changes", lambda body: body["changes"].update(channel_name=[None, "别的渠道"])),
        ("tasks", lambda body: body["tasks"][0].update(assignee="li.na")),
        ("tasks", lambda body: body["tasks"][0]["facts"]["assignee"].update(result="li.na")),
        ("unanswered", lambda body: body.update(reads={})),
    ],
)
def test_the_first_difference_is_told_with_both_values(company: Company, part: str, change: Any) -> None:  # noqa: ANN401
    events = list(events_of(company, recorded(company)))
    body = copy.deepcopy(dict(events[0].body))
    change(body)
    found = replay(7, diagram(), [changed(events[0], body), *events[1:]])
    assert found.difference is not None
    assert (found.steps, found.difference.sequence) == (0, 1)
    assert found.difference.column == part
    assert found.difference.facts["recorded"] != found.difference.facts["replayed"]


def test_an_opinion_that_was_put_into_the_history_later_differs_at_its_step(company: Company) -> None:
    events = list(events_of(company, recorded(company)))
    body = copy.deepcopy(dict(events[1].body))
    body["input"]["decision"] = "reject"
    found = replay(7, diagram(), [events[0], changed(events[1], body), *events[2:]])
    assert (found.steps, found.difference and found.difference.sequence) == (1, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "case.dreamt"},
        {"token": 4711},
        {"text": "not JSON"},
    ],
)
def test_a_history_that_cannot_have_happened_is_told_not_raised(company: Company, wrong: dict[str, Any]) -> None:
    events = list(events_of(company, recorded(company)))
    found = replay(7, diagram(), [events[0], replace(events[1], **wrong), *events[2:]])
    assert found.difference is not None
    assert (found.difference.code, found.difference.sequence) == ("replay_impossible", 2)


def test_a_history_without_its_beginning_cannot_be_replayed(company: Company) -> None:
    found = replay(7, diagram(), list(events_of(company, recorded(company)))[1:])
    assert found.difference is not None
    assert "不是从发起开始" in str(found.difference)


def test_present_data_that_disagree_with_history_are_found(company: Company) -> None:
    case, other = recorded(company), company.start(channel_name="别的渠道")
    with company.database.transaction() as session:
        foreign = session.scalar(select(ProcessInstance.body).where(ProcessInstance.id == other))
        session.execute(update(ProcessInstance).where(ProcessInstance.id == case).values(body=foreign))
    with company.database.reading() as session:
        found = replay_case(session, case)
    assert found.difference is not None
    assert found.difference.code == "state_differs"
    assert "channel_name" in str(found.difference)


def test_a_case_that_is_not_there_is_refused(company: Company) -> None:
    with pytest.raises(NotFoundError), company.database.reading() as session:
        replay_case(session, 4711)


def diagram() -> Specification:
    content = next(file.content for file in process_files() if file.name.endswith(".bpmn"))
    return specification(content, PROCESS)


def events_of(company: Company, case: int) -> Iterator[RecordedEvent]:
    with company.database.reading() as session:
        rows = [event for _case, events in cases_with_events(session, case) for event in events]
    return recorded_events(rows)


def changed(event: RecordedEvent, body: dict[str, Any]) -> RecordedEvent:
    return replace(event, text=json_text.dump_text(body))
