"""Lists, searches and histories find their rows by an index, however many there are; on both kinds of database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from engine.bench.cases import ROUND, complete_all, start
from engine.bench.preparing import USERNAME, prepare
from engine.bench.volume import add_cases
from engine.database import Database
from engine.model import UserTask
from engine.queries.cases import CaseFilter, list_cases
from engine.queries.inbox import TaskFilter, list_tasks
from engine.queries.people import Person
from engine.queries.search_elements import search_elements
from engine.queries.search_instances import search_instances
from engine.queries.search_tasks import search_tasks
from engine.queries.searching import Criterion, Search
from engine.queries.timeline import load_events

GROW = {
    "element_instances", "history_events", "incidents", "jobs", "process_instances", "user_task_candidates",
    "user_tasks",
}  # fmt: skip
"""Tables with more rows every day."""
PERSON = Person(
    username=USERNAME,
    display_name="压测",
    department=None,
    groups=frozenset({"压测"}),
    roles=frozenset({"staff"}),
    locale="zh",
    active=True,
    session_epoch=0,
)


def equal(**fields: object) -> Search:
    return Search(criteria=tuple(Criterion(field=name, operator="eq", value=value) for name, value in fields.items()))


QUESTIONS: dict[str, Callable[[Session], object]] = {
    "the inbox": lambda session: list_tasks(session, PERSON, TaskFilter()),
    "the inbox, searched": lambda session: list_tasks(session, PERSON, TaskFilter(search="华东")),
    "what may be claimed": lambda session: list_tasks(session, PERSON, TaskFilter(scope="claimable")),
    "what is delegated": lambda session: list_tasks(session, PERSON, TaskFilter(scope="delegated")),
    "what was done": lambda session: list_tasks(session, PERSON, TaskFilter(scope="done", sort="-done")),
    "what was started": lambda session: list_cases(session, CaseFilter(started_by=USERNAME)),
    "what was started, searched": lambda session: list_cases(session, CaseFilter(started_by=USERNAME, search="华东")),
    "tasks by assignee": lambda session: search_tasks(session, PERSON, equal(assignee=USERNAME)),
    "tasks of a case": lambda session: search_tasks(session, PERSON, equal(process_instance_key=1)),
    "a case by its number": lambda session: search_instances(session, PERSON, equal(process_instance_key=1)),
    "passages of a case": lambda session: search_elements(session, PERSON, equal(process_instance_key=1)),
    "passages through an element": lambda session: search_elements(session, PERSON, equal(element_id="review")),
    "who waits at an element": lambda session: search_elements(
        session, PERSON, equal(element_id="review", state="ACTIVE")
    ),
    "signatures asked for": lambda session: session.scalars(
        select(UserTask.id).where(UserTask.parent_task_id == 1).order_by(UserTask.id)
    ),
    "what somebody has delegated": lambda session: session.scalars(
        select(UserTask.id).where(UserTask.owner == USERNAME, UserTask.state.in_(("CREATING", "CREATED")))
    ),
    "the history of a case": lambda session: load_events(session, 1),
}


@pytest.fixture
def company(database: Database) -> Database:
    """Let there be a case with a history, and tasks of many people."""
    prepare(database)
    case = start(database, "bench_steps")
    assert len(list(complete_all(database, case, ROUND[:2]))) == 2
    add_cases(database, 0, 20, owner=USERNAME)
    add_cases(database, 20, 400)
    with database.transaction() as session:
        session.execute(text("ANALYZE"))
    return database


def test_no_list_search_or_history_reads_a_whole_table_that_grows(company: Database) -> None:
    scanned = {name: found for name, ask in QUESTIONS.items() if (found := list(scans(company, ask)))}
    assert scanned == {}


def scans(database: Database, ask: Callable[[Session], object]) -> Iterator[str]:
    """Give the plan of each statement of a question that reads all of a growing table."""
    with asked(database) as statements, database.reading() as session:
        ask(session)
    assert statements
    for statement, parameters in statements:
        plan = plan_of(database, statement, parameters)
        if any(is_scan(line) for line in plan):
            yield "\n".join([statement, *plan])


@contextmanager
def asked(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Note the statements that are sent."""
    found: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:  # noqa: ANN401 - SQLAlchemy's six arguments
        if str(arguments[2]).lstrip().startswith(("SELECT", "WITH")):
            found.append((arguments[2], arguments[3]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def plan_of(database: Database, statement: str, parameters: Any) -> list[str]:  # noqa: ANN401 - of either driver
    with database.engine.connect() as connection:
        if database.is_sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return [str(row[3]) for row in rows]
        # Of a small table PostgreSQL reads all in any case: forbidden, it does so only where no index helps.
        connection.execute(text("SET enable_seqscan = off"))
        return [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_person_with_few_tasks_is_not_looked_for_in_the_order_of_all_tasks(company: Database) -> None:
    with asked(company) as statements, company.reading() as session:
        search_tasks(session, PERSON, equal(assignee=USERNAME))
    with company.engine.connect() as connection:
        # As in a big company, where it believes that everybody has thousands and that to sort them costs too much.
        connection.execute(text("SET enable_sort = off"))
        plans = [list(connection.exec_driver_sql(f"EXPLAIN {one}", values).scalars()) for one, values in statements]
    assert not [line for plan in plans for line in plan if "pk_user_tasks" in line]


@pytest.mark.parametrize("backend", ["postgresql"])
def test_no_page_of_a_list_waits_for_other_processes_to_start(company: Database) -> None:
    with company.engine.connect() as connection:
        for setting in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size", "jit_above_cost"):
            connection.execute(text(f"SET {setting} = 0"))
        plan = list(connection.exec_driver_sql("EXPLAIN (ANALYZE) SELECT count(*) FROM user_tasks").scalars())
    assert not [line for line in plan if "Gather" in line or "JIT" in line]


def is_scan(line: str) -> bool:
    words = line.replace("->", " ").split()
    if words[:1] == ["SCAN"]:
        return words[1] in GROW and "INDEX" not in words
    return words[:3] == ["Seq", "Scan", "on"] and words[3] in GROW


def test_a_search_without_any_index_is_told_from_one_with(company: Database) -> None:
    found = list(scans(company, lambda session: session.execute(text("SELECT count(*) FROM jobs WHERE error = 'x'"))))
    assert len(found) == 1
