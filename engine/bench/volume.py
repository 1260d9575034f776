"""Lists and searches of one person in a company with few tasks and with very many."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from engine import clock
from engine.bench.cases import APPROVAL
from engine.bench.figures import Figure, median, timing
from engine.bench.preparing import USERNAME
from engine.database import Database
from engine.model import ProcessDefinition, ProcessInstance, UserTask
from engine.queries.cases import CaseFilter, list_cases
from engine.queries.inbox import TaskFilter, list_tasks
from engine.queries.people import Person, find_person
from engine.queries.search_tasks import search_tasks
from engine.queries.searching import Criterion, Search

SMALL = 1000
OWN = 20
"""Tasks of the person, however many others there are."""
_CHUNK = 5000
_OTHERS = 500
"""People who have the other tasks."""

Question = Callable[[Session, Person], object]
QUESTIONS: dict[str, Question] = {
    "inbox": lambda session, person: list_tasks(session, person, TaskFilter()),
    "inbox_search": lambda session, person: list_tasks(session, person, TaskFilter(search="华东")),
    "dashboard": lambda session, person: (
        list_tasks(session, person, TaskFilter(), size=5),
        list_tasks(session, person, TaskFilter(scope="claimable"), size=5),
        list_cases(session, CaseFilter(started_by=person.username), size=5),
    ),
    "search": lambda session, person: search_tasks(
        session, person, Search(criteria=(Criterion(field="assignee", operator="eq", value=person.username),))
    ),
}


def measure_lists(database: Database, tasks: int, progress: Callable[[int], object]) -> list[Figure]:
    """Time each question at 1,000 tasks and at many, with the same tasks of the person's own."""
    add_cases(database, 0, OWN, owner=USERNAME)
    progress(OWN)
    times = {}
    for size, more in ((SMALL, SMALL - OWN), (tasks, tasks - SMALL)):
        for first in range(0, more, _CHUNK):
            add_cases(database, first, min(_CHUNK, more - first))
            progress(min(_CHUNK, more - first))
        _gather_statistics(database)
        times[size] = {name: _time(database, question) for name, question in QUESTIONS.items()}
    return [
        Figure(
            name=f"lists.{name}.{tasks}",
            value=times[tasks][name] / times[SMALL][name],
            unit="x",
            goal=2.0,
            parts={"few_ms": times[SMALL][name], "many_ms": times[tasks][name]},
        )
        for name in QUESTIONS
    ]


def _time(database: Database, question: Question) -> float:
    took = []
    for _ in range(30):
        with database.reading() as session:
            person = find_person(session, USERNAME)
            assert person is not None  # noqa: S101 - prepared
            with timing() as one:
                question(session, person)
            took.append(one)
    return median(took[5:])


def add_cases(database: Database, first: int, count: int, *, owner: str | None = None) -> None:
    """Write cases with one open task each, as rows: nobody asks for their state."""
    with database.transaction() as session:
        known = select(ProcessDefinition.id).where(ProcessDefinition.process_id == APPROVAL)
        definition = session.scalars(known).one()
        numbers = range(first, first + count)
        ids = session.scalars(
            insert(ProcessInstance.__table__).returning(ProcessInstance.id),  # type: ignore[arg-type] # FromClause to mypy
            list(_cases(numbers, definition, owner)),
        ).all()
        session.execute(insert(UserTask.__table__), list(_tasks(zip(numbers, ids, strict=True), owner)))  # type: ignore[arg-type] # as above


def _cases(numbers: range, definition: int, owner: str | None) -> Iterator[dict[str, Any]]:
    for number in numbers:
        yield {
            "definition_id": definition,
            "title": f"渠道报备 {number} 华东" if number % 3 else f"门店开业 {number}",
            "state": "ACTIVE",
            "started_by": owner or f"person-{number % _OTHERS}",
            "started_at": _moment(number),
            "revision": 1,
            "body": b"",
            "event_count": 0,
            "chain_head": "0" * 64,
        }


def _tasks(pairs: Iterator[tuple[int, int]], owner: str | None) -> Iterator[dict[str, Any]]:
    for number, case in pairs:
        yield {
            "instance_id": case,
            "token": 1,
            "element_id": "fill",
            "name": "填报",
            "state": "CREATED" if owner or number % 4 else "COMPLETED",
            "assignee": owner or f"person-{number % _OTHERS}",
            "created_at": _moment(number),
            "due_at": _moment(number) + dt.timedelta(days=3),
            "facts": {},
        }


def _moment(number: int) -> dt.datetime:
    return clock.now() - dt.timedelta(seconds=number)


def _gather_statistics(database: Database) -> None:
    # What PostgreSQL's autovacuum does by itself, a little later.
    if not database.is_sqlite:
        with database.transaction() as session:
            session.execute(text("ANALYZE"))
