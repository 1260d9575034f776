"""Cases of the run: beginning one, and completing its tasks one after the other."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from engine.bench.figures import Took, timing
from engine.bench.preparing import USERNAME
from engine.commands.complete_task import complete_task
from engine.commands.start_instance import start_instance
from engine.database import Database
from engine.model import UserTask

APPROVAL = "bench_approval"
STEPS = "bench_steps"
"""The same without forms: what is handed in is taken as it is, as the library does."""
FORM: Mapping[str, object] = {
    "channel": "抖音旗舰店",
    "partner": "星河传媒有限公司",
    "region": "华东",
    "contact": "李明",
    "phone": "13800000000",
    "remarks": "以短视频带货为主，兼做直播。",
    "amount": "1200.50",
    "begins": "2026-04-01",
    "declared": True,
}
ROUND: Sequence[Mapping[str, object]] = tuple(
    {**FORM, "decision": decision} for decision in ("approve", "return", "approve", "approve", "approve")
)
"""What is handed in for one case: filled in, sent back, filled in again, approved, put on record."""


def start(database: Database, process: str, variables: Mapping[str, object] | None = None) -> int:
    """Begin a case and give its number."""
    with database.transaction() as session:
        return start_instance(session, process, variables or {}, USERNAME)


def open_tasks(database: Database, case: int, limit: int = 1) -> list[int]:
    """Give the ids of the first open tasks of a case."""
    wanted = select(UserTask.id).where(UserTask.instance_id == case, UserTask.state == "CREATED")
    with database.reading() as session:
        return list(session.scalars(wanted.order_by(UserTask.id).limit(limit)))


def complete(database: Database, task: int, values: Mapping[str, object]) -> Took:
    """Complete a task in its transaction and give how long it took."""
    with timing() as took, database.transaction() as session:
        complete_task(session, task, values, USERNAME)
    return took


def complete_all(database: Database, case: int, results: Sequence[Mapping[str, object]]) -> Iterator[Took]:
    """Complete one task of a case after the other; give how long each took."""
    for values in results:
        (task,) = open_tasks(database, case)
        yield complete(database, task, values)
