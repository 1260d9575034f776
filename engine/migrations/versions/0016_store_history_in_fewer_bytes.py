"""Store hashes as bytes and the bodies of new events compressed; keep rows that tell nothing out of two indexes."""

from collections.abc import Callable, Mapping
from sqlite3 import Connection as SQLiteConnection
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.model.packing import hash_bytes, hash_text, unpack


revision = "0016"
down_revision = "0015"

HASHES = {
    "history_events": ("definition_hash", "previous_hash", "hash"),
    "process_instances": ("chain_head",),
    "process_definitions": ("definition_hash",),
}
BODY = "history_events", "body"
Types = Mapping[str, sa.types.TypeEngine[Any]]
TEXTS: Types = {"body": sa.Text(), "hash": sa.String(64)}
BYTES: Types = {"body": sa.LargeBinary(), "hash": sa.LargeBinary(32)}
INDEXES = {"ix_user_tasks_owner": ["owner", "state", "id"], "ix_user_tasks_signs": ["parent_task_id", "id"]}
BATCH = 1000

# What somebody has written in place of a hash stays what it was, for verification to find.
TO_BYTES = "CASE WHEN {0} ~ '^[0-9a-f]{{64}}$' THEN decode({0}, 'hex') ELSE convert_to({0}, 'UTF8') END"
TO_TEXT = "CASE WHEN length({0}) = 32 THEN encode({0}, 'hex') ELSE convert_from({0}, 'UTF8') END"


def upgrade() -> None:
    # Bodies of before stay as they are, in plain text: what their hashes cover is not touched.
    if op.get_bind().dialect.name == "sqlite":
        _retype(TEXTS, BYTES)
        _convert("as_stored", lambda value: hash_bytes(value.decode()))
    else:
        _alter("bytea", TO_BYTES, "convert_to({0}, 'UTF8')")
    for name, columns in INDEXES.items():
        op.drop_index(name, table_name="user_tasks")
        kept = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(name, "user_tasks", columns, sqlite_where=kept, postgresql_where=kept)


def downgrade() -> None:
    for name, columns in INDEXES.items():
        op.drop_index(name, table_name="user_tasks")
        op.create_index(name, "user_tasks", columns)
    _unpack()
    if op.get_bind().dialect.name == "sqlite":
        _convert("as_shown", lambda value: hash_text(value).encode())
        _retype(BYTES, TEXTS)
    else:
        _alter("varchar(64)", TO_TEXT, "convert_from({0}, 'UTF8')", body="text")


def _retype(old: Types, new: Types) -> None:
    """Let SQLite take the bytes of texts, or the text that bytes are."""
    for table, columns in HASHES.items():
        with op.batch_alter_table(table) as batch:
            for column in (*columns, *([BODY[1]] if table == BODY[0] else [])):
                kind = "body" if column == BODY[1] else "hash"
                batch.alter_column(column, existing_type=old[kind], type_=new[kind], existing_nullable=False)


def _convert(name: str, convert: Callable[[bytes], bytes]) -> None:
    """Convert the hashes in SQLite, which has no function for it."""
    driver = op.get_bind().connection.driver_connection
    assert isinstance(driver, SQLiteConnection)  # noqa: S101 - narrows the type
    driver.create_function(name, 1, convert, deterministic=True)
    for table, columns in HASHES.items():
        op.execute(f"UPDATE {table} SET " + ", ".join(f"{column} = {name}({column})" for column in columns))  # noqa: S608 - constants


def _alter(new: str, of_hash: str, of_body: str, *, body: str = "bytea") -> None:
    """Write each table anew once, whatever the number of its columns."""
    for table, columns in HASHES.items():
        changes = [f"ALTER {column} TYPE {new} USING {of_hash.format(column)}" for column in columns]
        if table == BODY[0]:
            changes.append(f"ALTER {BODY[1]} TYPE {body} USING {of_body.format(BODY[1])}")
        op.execute(f"ALTER TABLE {table} {', '.join(changes)}")


def _unpack() -> None:
    """Write the bodies of later events in plain text, some at a time."""
    events = sa.table("history_events", *(sa.column(name) for name in ("instance_id", "sequence", "body")))
    key = sa.tuple_(events.c.instance_id, events.c.sequence)
    connection, after = op.get_bind(), (0, 0)
    while rows := connection.execute(sa.select(events).where(key > after).order_by(*key).limit(BATCH)).all():
        for row in rows:
            plain = unpack(bytes(row.body)).encode()
            if plain != bytes(row.body):
                this = (events.c.instance_id == row.instance_id, events.c.sequence == row.sequence)
                connection.execute(sa.update(events).where(*this).values(body=plain))
        after = rows[-1].instance_id, rows[-1].sequence
