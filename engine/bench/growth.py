"""Whether a step costs more in an old case, and among many instances of one activity."""

from collections.abc import Callable

from sqlalchemy import func, select

from engine.bench import cases
from engine.bench.figures import Figure, Took, median, median_of_work
from engine.database import Database
from engine.model import ProcessInstance

AGE, YOUNG = 500, 5
FEW, MANY = 20, 2000
AGAIN = {**cases.FORM, "decision": "return"}
VOTE = {"vote": "yes"}


def measure_age(database: Database, number: int, progress: Callable[[], object], age: int = AGE) -> list[Figure]:
    """Compare steps of a looping case from its 500th on with the fifth of other cases, in turn; and their states."""
    old = cases.start(database, cases.APPROVAL)
    for _ in cases.complete_all(database, old, [AGAIN] * (age - 1)):
        progress()
    early: list[Took] = []
    late: list[Took] = []
    young = 0
    for _ in range(number):
        young = cases.start(database, cases.APPROVAL)
        early += list(cases.complete_all(database, young, [AGAIN] * YOUNG))[-2:]
        late += list(cases.complete_all(database, old, [AGAIN] * 2))
        progress()
    times = {"young_ms": median(early), "old_ms": median(late)}
    times |= {"young_cpu_ms": median_of_work(early), "old_cpu_ms": median_of_work(late)}
    sizes = {"young_kB": _bytes_of_state(database, young) / 1000, "old_kB": _bytes_of_state(database, old) / 1000}
    return [
        Figure(name="age.time", value=times["old_ms"] / times["young_ms"], unit="x", goal=1.3, parts=times),
        Figure(name="age.state", value=sizes["old_kB"] / sizes["young_kB"], unit="x", goal=1.3, parts=sizes),
    ]


def measure_instances(
    database: Database, number: int, progress: Callable[[], object], many: int = MANY
) -> list[Figure]:
    """Compare a completion among 2,000 instances of one activity with one among 20, in turn.

    The activity is a task, and then a sub-process with a task in it whose condition counts what is still open.
    """
    kinds = {"instances.time": "bench_votes", "instances.inside": "bench_stages"}
    return [_compare(database, name, process, number, progress, many) for name, process in kinds.items()]


def _compare(
    database: Database, name: str, process: str, number: int, progress: Callable[[], object], many: int
) -> Figure:
    crowd_case, crowd = _voters(database, process, many, number)
    few: list[Took] = []
    of_many: list[Took] = []
    few_case = 0
    while crowd:
        few_case, tasks = _voters(database, process, FEW, FEW - 2)
        for task in tasks:
            few.append(cases.complete(database, task, VOTE))
            if crowd:
                of_many.append(cases.complete(database, crowd.pop(), VOTE))
                progress()
    parts = {"few_ms": median(few[1:]), "many_ms": median(of_many[1:])}
    parts |= {"few_cpu_ms": median_of_work(few[1:]), "many_cpu_ms": median_of_work(of_many[1:])}
    sizes = {"few_kB": _bytes_of_state(database, few_case), "many_kB": _bytes_of_state(database, crowd_case)}
    parts |= {size: count / 1000 for size, count in sizes.items()}
    return Figure(name=name, value=parts["many_ms"] / parts["few_ms"], unit="x", goal=1.5, parts=parts)


def _voters(database: Database, process: str, count: int, wanted: int) -> tuple[int, list[int]]:
    """Begin a case with some instances and give it and its first tasks."""
    case = cases.start(database, process, {"voters": [f"voter-{index}" for index in range(count)]})
    return case, cases.open_tasks(database, case, limit=wanted)


def _bytes_of_state(database: Database, case: int) -> int:
    with database.reading() as session:
        size = session.scalar(select(func.length(ProcessInstance.body)).where(ProcessInstance.id == case))
    return int(size or 0)
