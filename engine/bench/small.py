"""Conditions by themselves, and how many bytes a finished case leaves."""

from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import text

from engine import clock, feel
from engine.bench import cases
from engine.bench.figures import Figure, median_of_work, timing
from engine.database import Database

CONDITIONS = ('decision = "return"', 'amount > 1000 and region = "华东"', "count(attachments) >= 2 or declared")
_CONTEXT = {
    "decision": "return",
    "amount": Decimal("1200.50"),
    "region": "华东",
    "attachments": ["a"],
    "declared": True,
}
_REPEATS = 500


def measure_conditions(progress: Callable[[], object]) -> list[Figure]:
    """Time conditions as diagrams have them, compiled once."""
    found = []
    for number, condition in enumerate(CONDITIONS, start=1):
        compiled = feel.compile(condition)
        rounds = []
        for _ in range(20):
            with timing() as took:
                for _ in range(_REPEATS):
                    compiled.evaluate(_CONTEXT, clock=clock.now)
            rounds.append(took)
        # The processor's time: nothing is waited for, and others may be at work on the machine.
        value = median_of_work(rounds) / _REPEATS * 1000
        found.append(Figure(name=f"condition.{number}", value=value, unit="us", goal=10.0))
        progress()
    return found


def measure_storage(database: Database, number: int, progress: Callable[[], object]) -> list[Figure]:
    """See by how much the database grows with each case that comes to its end, indexes and all.

    As many cases came before: what each table and index takes for its first row is no part of a case.
    """
    sizes = []
    for _ in range(2):
        for _ in range(number):
            case = cases.start(database, cases.APPROVAL)
            assert list(cases.complete_all(database, case, cases.ROUND))  # noqa: S101 - it has tasks
            progress()
        sizes.append(_size(database))
    kilobytes = (sizes[1] - sizes[0]) / number / 1000
    return [Figure(name=f"storage.{database.url.get_backend_name()}", value=kilobytes, unit="kB", goal=8.0)]


def _size(database: Database) -> int:
    """Give the bytes of all tables and indexes."""
    sqlite = "SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)"
    postgresql = "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables"
    if not database.is_sqlite:
        # What autovacuum does by itself a little later: the places of old versions of rows are given to new rows.
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
    with database.reading() as session:
        return int(session.scalar(text(sqlite if database.is_sqlite else postgresql)) or 0)
