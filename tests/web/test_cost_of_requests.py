"""What one request costs: counted in statements and commits, never in time."""

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event

from engine.database import Database
from tests.support.company import Company
from tests.web.conftest import Site, Visitor

COMPLETION = 8
"""Statements that the command itself may send, see tests/commands/test_completion_cost.py."""
AROUND = 5
"""Who asks, from which network, which form it is, and the savepoint that keeps uploads of a refused form."""
APPROVAL = {"decision": "approve", "opinion": "好", "completeness_checked": "true", "compliance_checked": "true"}


@dataclass
class Commits:
    """How often anything was committed."""

    database: Database
    counted: list[None] = field(default_factory=list)

    def __post_init__(self) -> None:
        event.listen(self.database.engine, "commit", lambda _connection: self.counted.append(None))


def handed_in(company: Company, visitor: Visitor, case: int, **fields: str) -> list[str]:
    """Complete the open task of a case on its page; give the statements between the request and its answer."""
    task = company.task(case)
    token = visitor.token(f"/tasks/{task.id}")
    company.statements.clear()
    answer = visitor.client.post(f"/tasks/{task.id}", data={**fields, "csrf_token": token})
    assert answer.status_code == 302, answer.text
    return list(company.statements)


def test_a_completion_on_its_page_costs_no_more_than_the_command_and_who_may(site: Site) -> None:
    company, manager = site.company, site.visitor("zhao.lei")
    handed_in(company, manager, company.start(), **APPROVAL)
    case = company.start()
    commits = Commits(company.database)
    returned = handed_in(company, manager, case, decision="return", opinion="请补充")
    assert len(returned) <= COMPLETION + AROUND, returned
    assert len(commits.counted) == 1
    company.correct(case)
    approved = handed_in(company, manager, case, **APPROVAL)
    assert len(approved) <= COMPLETION + AROUND, approved


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_completion_does_not_read_what_only_the_page_shows(site: Site) -> None:
    company, manager = site.company, site.visitor("zhao.lei")
    statements = handed_in(company, manager, company.start(), **APPROVAL)
    assert not [one for one in statements if one.startswith("SELECT") and "FROM history_events" in one]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_form_that_is_refused_changes_nothing_and_says_what_is_wrong(site: Site) -> None:
    case = site.company.start()
    events = len(site.company.events(case))
    task = site.company.task(case)
    answer = site.visitor("zhao.lei").post(f"/tasks/{task.id}", {"decision": "return", "opinion": ""})
    assert answer.status_code == 422
    assert site.company.task(case).state == "CREATED"
    assert len(site.company.events(case)) == events


class Slow(io.BytesIO):
    """A body that comes slowly: whenever a part of it is read, somebody else writes meanwhile."""

    def __init__(self, content: bytes, others: Callable[[], None]) -> None:
        super().__init__(content)
        self._others = others

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        self._others()
        return super().readinto(buffer)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_whoever_sends_slowly_keeps_nobody_from_writing(site: Site) -> None:
    written: list[bool] = []

    def others_write() -> None:
        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        thread.join(10)
        written.append(not thread.is_alive())

    def write() -> None:
        with site.company.database.transaction():
            written.append(True)

    visitor = site.visitor("zhao.lei")
    body = f"locale=en&csrf_token={visitor.token()}".encode()
    answer = visitor.client.post(
        "/language",
        input_stream=Slow(body, others_write),
        content_length=len(body),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 302
    assert written
    assert all(written)
