"""The migrations build exactly what the models say, on both kinds of database."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from engine.database import Database, Session
from engine.migrations import upgrade
from engine.migrations.job_queue import is_ours
from engine.model import Base, DefinitionElement, Job, UserTask


def test_a_migrated_database_has_the_schema_of_the_models(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database)
    upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, Base.metadata) == []
    database.dispose()


ROWS = (
    (
        "INSERT INTO registers (name, title, number_pattern, statuses, columns, title_field, sha256)"
        " VALUES ('channel', '渠道台账', 'QD-{sequence}', '[]', '[]', 'name', 'x')"
    ),
    (
        "INSERT INTO register_entries (id, register, number, status, title, fields, search_text, version, created_at,"
        " updated_at, updated_by) VALUES (7, 'channel', 'QD-1', '已备案', '甲', '{}', '', 1,"
        " '2026-03-02 01:00:00+00:00', '2026-03-02 01:00:00+00:00', 'li.na')"
    ),
    (
        "INSERT INTO register_entry_versions (entry_id, version, status, fields, written_at, written_by)"
        " VALUES (7, 1, '已备案', '{}', '2026-03-02 01:00:00+00:00', 'li.na')"
    ),
)
"""What a company had stored before its database was upgraded."""


def test_what_is_stored_survives_an_upgrade_and_stays_tied_together(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database, "0001")
    with database.transaction() as session:
        for row in ROWS:
            session.execute(text(row))
    upgrade(database)
    with database.reading() as session:
        joined = "SELECT e.title FROM register_entry_versions v JOIN register_entries e ON e.id = v.entry_id"
        assert session.scalars(text(joined)).all() == ["甲"]
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(text("DELETE FROM register_entries WHERE id = 7"))
    database.dispose()


def test_a_job_that_was_waiting_or_leased_is_looked_at_as_before(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database, "0001")
    row = (
        "INSERT INTO jobs (id, token, element_id, name, kind, type, state, due_at, retries, leased_until)"
        " VALUES ({id}, 1, 'e', 'e', 'timer', 'timer', 'CREATED', '2026-03-02 01:00:00.000000', 3, {leased})"
    )
    with database.transaction() as session:
        session.execute(text(row.format(id=1, leased="NULL")))
        session.execute(text(row.format(id=2, leased="'2026-03-02 01:02:00.000000'")))
        session.execute(text(row.format(id=3, leased="'2026-03-01 01:00:00.000000'")))
    upgrade(database)
    with database.reading() as session:
        found = session.execute(select(Job.due_at, Job.look_at).order_by(Job.id)).all()
    assert [(look - due).total_seconds() for due, look in found] == [0, 120, 0]
    database.dispose()


def test_a_task_that_was_open_before_tasks_could_be_added_to_stays_as_it_was(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database, "0008")
    with database.transaction() as session:
        store_case(session)
    upgrade(database)
    with database.reading() as session:
        task = session.scalars(select(UserTask)).one()
        assert (task.assignee, task.open_signs, task.parent_task_id) == ("li.na", 0, None)
        candidate = "SELECT principal FROM user_task_candidates c JOIN user_tasks t ON t.id = c.task_id"
        assert session.scalars(text(candidate)).all() == ["渠道专员"]
    added = "INSERT INTO user_tasks (instance_id, token, element_id, name, state, created_at, priority, facts{names})"
    values = " VALUES (1, 5, 'check', '核对', 'CREATED', '2026-03-02 01:00:00', 50, '{{}}'{more})"
    with database.transaction() as session:
        session.execute(
            text((added + values).format(names=", parent_task_id, position", more=f", {task.id}, 'before'"))
        )
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(text((added + values).format(names="", more="")))
    database.dispose()


def test_a_draft_that_was_gone_is_none(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database, "0017")
    with database.transaction() as session:
        store_case(session)
        session.execute(text("UPDATE user_tasks SET draft = 'null'"))
        kept = str(CASE_WITH_A_TASK[4]).replace("(1, 5,", "(1, 6,").replace("priority, facts", "priority, draft, facts")
        session.execute(text(kept.replace("50, '{}'", "50, '{\"amount\": 3}', '{}'")))
    upgrade(database)
    with database.reading() as session:
        found = session.execute(select(UserTask.token, UserTask.draft).where(UserTask.draft.is_not(None))).all()
    assert [(row.token, row.draft) for row in found] == [(6, {"amount": 3})]
    database.dispose()


def test_passages_of_before_are_found_by_the_versions_that_have_their_element(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database, "0018")
    with database.transaction() as session:
        store_case(session)
        session.execute(text(PASSAGE_OF_BEFORE))
    upgrade(database)
    with database.reading() as session:
        found = session.execute(select(DefinitionElement.element_id, DefinitionElement.definition_id)).all()
    # Those of the diagram, and one that the case has passed under another version.
    assert sorted((row.element_id, row.definition_id) for row in found) == [("a", 1), ("gone", 1), ("p", 1)]
    database.dispose()


def store_case(session: Session) -> None:
    """Store a case with a task as it was stored before."""
    for row in CASE_WITH_A_TASK:
        session.execute(text(row), {"diagram": b'<p id="p"><a id="a"/><b/></p>'} if ":diagram" in row else {})


PASSAGE_OF_BEFORE = (
    "INSERT INTO element_instances (instance_id, token, element_id, name, kind, state, started_at, scope, undone)"
    " VALUES (1, 4, 'gone', '', 'userTask', 'COMPLETED', '2026-03-02 01:00:00', 0, false)"
)


def test_a_job_that_carries_nothing_carries_none(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database, "0019")
    row = (
        "INSERT INTO jobs (id, token, element_id, name, kind, type, state, due_at, retries, payload)"
        " VALUES ({id}, 1, 'e', 'e', 'timer', 'timer', 'CREATED', '2026-03-02 01:00:00.000000', 3, {payload})"
    )
    with database.transaction() as session:
        for number, payload in ((1, "'null'"), (2, "'{\"step\": 1}'"), (3, "NULL")):
            session.execute(text(row.format(id=number, payload=payload)))
    upgrade(database)
    with database.reading() as session:
        found = session.execute(select(Job.id, Job.payload).where(Job.payload.is_not(None))).all()
    assert [(row.id, row.payload) for row in found] == [(2, {"step": 1})]
    database.dispose()


CASE_WITH_A_TASK = (
    "INSERT INTO contents (sha256, body) VALUES ('x', :diagram)",
    (
        "INSERT INTO deployments (id, content_hash, deployed_at, deployed_by, note)"
        " VALUES (1, 'x', '2026-03-02 01:00:00', 'a', '')"
    ),
    (
        "INSERT INTO process_definitions (id, deployment_id, process_id, name, version, resource_name, sha256,"
        " definition_hash, forms, decisions, properties)"
        " VALUES (1, 1, 'p', 'p', 1, 'p.bpmn', 'x', 'x', '{}', '{}', '{}')"
    ),
    (
        "INSERT INTO process_instances (id, definition_id, title, state, started_by, started_at, revision, body,"
        " event_count, chain_head, incident_count)"
        " VALUES (1, 1, '甲', 'ACTIVE', 'li.na', '2026-03-02 01:00:00', 1, '', 1, 'x', 0)"
    ),
    (
        "INSERT INTO user_tasks (instance_id, token, element_id, name, state, assignee, created_at, priority, facts)"
        " VALUES (1, 5, 'check', '核对', 'CREATED', 'li.na', '2026-03-02 01:00:00', 50, '{}')"
    ),
    "INSERT INTO user_task_candidates (task_id, kind, principal) SELECT id, 'group', '渠道专员' FROM user_tasks",
)
"""A running case of version 0008 with one open task."""
