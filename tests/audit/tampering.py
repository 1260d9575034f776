"""What somebody with the database's password can do, past the program and its foreign keys."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select, text

from engine.audit.chain import GENESIS, event_hash
from engine.audit.rows import event_columns, event_of
from engine.database import Database, Session
from engine.model import HistoryEvent
from engine.model.packing import hash_bytes, pack


@contextmanager
def intruder(database: Database) -> Iterator[Connection]:
    """Open a transaction in which foreign keys hold nobody back."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        if database.is_sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if not database.is_sqlite:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
        if database.is_sqlite:
            driver.execute("PRAGMA foreign_keys=ON")


def as_stored(column: str, value: object) -> object:
    """Give a value of a column of history the way it lies there, as somebody does who knows the program."""
    if isinstance(value, str) and column == "body":
        return pack(value)
    return hash_bytes(value) if isinstance(value, str) and column.endswith("hash") else value


def set_column(database: Database, case: int, sequence: int, column: str, value: object) -> None:
    """Alter one column of one event."""
    value = as_stored(column, value)
    run(
        database,
        f"UPDATE history_events SET {column} = :value WHERE instance_id = :case AND sequence = :sequence",  # noqa: S608 - a column of our own
        value=value,
        case=case,
        sequence=sequence,
    )


def remove(database: Database, case: int, sequence: int) -> None:
    """Take one event away."""
    run(database, "DELETE FROM history_events WHERE instance_id = :case AND sequence = :s", case=case, s=sequence)


def swap(database: Database, case: int, one: int, other: int) -> None:
    """Give two events each other's place."""
    for old, new in ((one, -1), (other, one), (-1, other)):
        set_column(database, case, old, "sequence", new)


def copy_event(database: Database, case: int, sequence: int, *, to: int, new_sequence: int) -> None:
    """Insert an event that is a copy of another one, in any case."""
    names = "actor, on_behalf_of, kind, element_id, token, body, definition_hash, previous_hash, hash, at"
    run(
        database,
        f"INSERT INTO history_events (instance_id, sequence, {names}) SELECT :to, :new, {names} FROM history_events "  # noqa: S608 - no foreign text in it
        "WHERE instance_id = :case AND sequence = :sequence",
        to=to,
        new=new_sequence,
        case=case,
        sequence=sequence,
    )


def recompute(database: Database, case: int) -> None:
    """Make a whole chain consistent again after altering it: what only a seal can tell."""
    with intruder(database) as connection, Session(bind=connection) as session:
        rows = session.execute(
            select(*event_columns(session)).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)
        ).all()
        before = GENESIS
        for row in rows:
            event = {**event_of(row), "previous_hash": before}
            before = event_hash(event)
            connection.execute(
                text(
                    "UPDATE history_events SET previous_hash = :p, hash = :h WHERE instance_id = :c AND sequence = :s"
                ),
                {
                    "p": hash_bytes(event["previous_hash"]),
                    "h": hash_bytes(before),
                    "c": case,
                    "s": row.sequence,
                },
            )
        connection.execute(
            text("UPDATE process_instances SET chain_head = :h, event_count = :n WHERE id = :c"),
            {"h": hash_bytes(before), "n": len(rows), "c": case},
        )


def run(database: Database, statement: str, **values: object) -> None:
    """Run one statement as the intruder."""
    with intruder(database) as connection:
        connection.execute(text(statement), values)
