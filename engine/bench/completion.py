"""What one completion costs: against the library in memory, and against the bare transaction of the same bytes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from engine.bench import cases
from engine.bench.figures import Figure, Took, median, median_of_work, timing
from engine.database import Database
from engine.interpreter.bare import BareProcess
from engine.model import HistoryEvent, ProcessInstance

LIBRARY = Path(__file__).with_name("library") / "approval.bpmn"
MOST = 6.0
_TABLES = (
    "CREATE TABLE bench_states (id INTEGER PRIMARY KEY, body {blob} NOT NULL)",
    "CREATE TABLE bench_rows (id {key}, body TEXT NOT NULL)",
)


def measure_completion(database: Database, number: int, progress: Callable[[], object]) -> list[Figure]:
    """Complete the tasks of some cases in turn by the engine, by the library alone and as mere bytes."""
    library = BareProcess(LIBRARY.read_bytes(), "approval")
    engine, alone, bare = [list[Took](), list[Took](), list[Took]()]
    with _bare(database) as write:
        for index in range(number + 1):
            case = cases.start(database, cases.STEPS)
            took = list(cases.complete_all(database, case, cases.ROUND))
            others = [Took(*one) for one in library.complete_all(cases.ROUND)]
            bytes_alone = [write(*written) for written in _written(database, case)]
            if index:
                # The first case warms everything up.
                engine += took
                alone += others
                bare += bytes_alone
            progress()
    parts = {"engine_ms": median(engine), "library_ms": median(alone), "transaction_ms": median(bare)}
    parts |= {"engine_cpu_ms": median_of_work(engine), "library_cpu_ms": median_of_work(alone)}
    kind = database.url.get_backend_name()
    return [
        Figure(
            name=f"completion.{kind}.library",
            value=parts["engine_ms"] / parts["library_ms"],
            unit="x",
            goal=MOST if database.is_sqlite else None,
            parts=parts,
        ),
        Figure(
            name=f"completion.{kind}.transaction",
            value=parts["engine_ms"] / parts["transaction_ms"],
            unit="x",
            goal=MOST,
            parts=parts,
        ),
    ]


def _written(database: Database, case: int) -> Iterator[tuple[bytes, str]]:
    """Give for each completion of a case a state as big as its own, and the text of its event."""
    with database.reading() as session:
        body = session.scalars(select(ProcessInstance.body).where(ProcessInstance.id == case)).one()
        events = session.scalars(
            select(HistoryEvent.body)
            .where(HistoryEvent.instance_id == case, HistoryEvent.kind == "task.completed")
            .order_by(HistoryEvent.sequence)
        ).all()
    yield from ((body, event) for event in events)


@contextmanager
def _bare(database: Database) -> Iterator[Callable[[bytes, str], Took]]:
    """Give what writes a state and two rows in one transaction of the driver, and gives the seconds it took."""
    types = {"blob": "BLOB", "key": "INTEGER PRIMARY KEY"}
    if not database.is_sqlite:
        types = {"blob": "BYTEA", "key": "SERIAL PRIMARY KEY"}
    with database.transaction() as session:
        for statement in _TABLES:
            session.execute(text(statement.format(**types)))
        session.execute(text("INSERT INTO bench_states VALUES (1, :body)"), {"body": b""})
    pooled = database.engine.raw_connection()
    try:
        yield lambda body, event: _write(pooled, body, event, sqlite=database.is_sqlite)
    finally:
        pooled.close()


def _write(connection: Any, body: bytes, event: str, *, sqlite: bool) -> Took:  # noqa: ANN401 - of either driver
    mark = "?" if sqlite else "%s"
    with timing() as took:
        cursor = connection.cursor()
        if sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        cursor.execute(f"UPDATE bench_states SET body = {mark} WHERE id = 1", (body,))  # noqa: S608 - a constant
        cursor.execute(f"INSERT INTO bench_rows (body) VALUES ({mark})", (event,))  # noqa: S608 - a constant
        cursor.execute(f"INSERT INTO bench_rows (body) VALUES ({mark})", (event[:400],))  # noqa: S608 - a constant
        connection.commit()
    return took
