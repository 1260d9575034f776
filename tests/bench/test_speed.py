"""What ``qucheng bench speed`` measures: every part does its work on real databases and a real server."""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.bench import PARTS, Figure, Speed, measure_speed
from engine.bench.cases import ROUND, complete_all, start
from engine.bench.growth import measure_age, measure_instances
from engine.bench.memory import measure_memory
from engine.bench.preparing import prepare
from engine.bench.repeating import median_of_runs
from engine.bench.serving import Installation, measure_serving
from engine.bench.small import measure_storage
from engine.bench.volume import measure_lists
from engine.database import Database
from engine.model import ProcessInstance, UserTask
from web.cli.bench import _line

PROGRAM = (sys.executable, "-c", "from web.cli import main; main()")


@pytest.fixture
def prepared(database: Database) -> Database:
    """Publish what the run needs, on both kinds of database."""
    prepare(database)
    return database


def test_every_part_tells_its_steps_and_gives_figures(migrated_sqlite: Path, tmp_path: Path) -> None:
    @contextmanager
    def fresh(_kind: str) -> Iterator[tuple[str, Path]]:
        yield f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'bench.db')}", tmp_path

    quick = [part for part in PARTS if part in {"completion", "storage", "condition"}]
    speed = Speed(fresh=fresh, program=PROGRAM, parts=quick, kinds=("sqlite",), cases=2, runs=1)
    told: list[float] = []
    figures = measure_speed(speed, told.append)
    assert sum(told) == speed.steps()
    assert {figure.name.split(".")[0] for figure in figures} == set(quick)
    assert all(figure.value > 0 for figure in figures)
    assert json.dumps([figure.as_json() for figure in figures])


def test_what_is_soon_measured_is_measured_by_several_processes(tmp_path: Path) -> None:
    @contextmanager
    def fresh(_kind: str) -> Iterator[tuple[str, Path]]:
        raise AssertionError("each process has databases of its own")
        yield "", tmp_path

    speed = Speed(fresh=fresh, program=PROGRAM, parts=("condition",), runs=3)
    told: list[float] = []
    figures = measure_speed(speed, told.append)
    assert sum(told) == speed.steps()
    assert len(told) == 3
    assert [figure.name for figure in figures] == ["condition.1", "condition.2", "condition.3"]
    for figure in figures:
        assert figure.goal == 10.0
        assert 0 < figure.parts["least"] <= figure.value <= figure.parts["most"]


def test_the_median_run_is_told_as_a_whole(tmp_path: Path) -> None:
    kept = tmp_path / "run"
    script = (
        "import json, pathlib; kept = pathlib.Path(" + repr(str(kept)) + ");"
        "number = len(kept.read_text()) if kept.exists() else 0; kept.write_text('x' * (number + 1));"
        "value = (7.0, 5.0, 6.5)[number];"
        "print(json.dumps([{'name': 'a.b', 'value': value, 'unit': 'x', 'goal': 6.0, 'at_least': True,"
        " 'reached': True, 'parts': {'ms': value / 2}}]))"
    )
    (figure,) = median_of_runs([sys.executable, "-c", script], 3, lambda: None)
    assert figure == Figure(
        name="a.b",
        value=6.5,
        unit="x",
        goal=6.0,
        at_least=True,
        parts={"ms": 3.25, "least": 5.0, "most": 7.0},
    )
    assert Figure.of_json(figure.as_json()) == figure


@pytest.mark.parametrize("backend", ["sqlite"])
def test_age_and_instances_are_compared_with_the_young_and_the_few(prepared: Database) -> None:
    age = measure_age(prepared, 1, lambda: None, age=12)
    instances = measure_instances(prepared, 3, lambda: None, many=30)
    assert [figure.name for figure in (*age, *instances)] == [
        "age.time",
        "age.state",
        "instances.time",
        "instances.inside",
    ]
    state = next(figure for figure in age if figure.name == "age.state")
    assert state.reached, state


def test_the_first_pages_of_tables_and_indexes_are_no_part_of_a_case(prepared: Database) -> None:
    told: list[None] = []
    (figure,) = measure_storage(prepared, 20, lambda: told.append(None))
    with prepared.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProcessInstance)) == len(told) == 40
    # They alone are more than 8 kB a case: 20 cases in about as many tables and indexes that grow.
    assert 4 < figure.value < 12, figure


def test_lists_are_asked_in_a_small_company_and_in_a_big_one(prepared: Database) -> None:
    written: list[int] = []
    figures = measure_lists(prepared, 1500, written.append)
    assert sum(written) == 1500
    with prepared.reading() as session:
        assert session.scalar(select(func.count()).select_from(UserTask)) == 1500
    assert len(figures) == 4
    assert all(figure.parts["few_ms"] > 0 for figure in figures)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_one_person_and_four_at_once_complete_tasks_through_the_pages(
    prepared: Database, database_url: str, tmp_path: Path
) -> None:
    answered: list[None] = []
    installation = Installation(database_url=database_url, folder=tmp_path, program=PROGRAM)
    figures = measure_serving(installation, prepared, 2, lambda: answered.append(None))
    assert len(answered) == 5 * 2 * len(ROUND)
    assert [figure.name for figure in figures] == ["start", "http.p50", "http.together.p50", "http.together.p99"]
    assert figures[0].parts["processor_s"] > 0
    assert figures[1].parts["server_processor_ms"] > 0
    with prepared.reading() as session:
        states = session.scalars(select(ProcessInstance.state)).all()
    # Besides those that are measured, each of the four has done one before.
    assert states == ["COMPLETED"] * (4 + 5 * 2)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_memory_is_looked_at_idle_with_open_cases_and_after_completions(
    prepared: Database, database_url: str, tmp_path: Path
) -> None:
    answered: list[None] = []
    installation = Installation(database_url=database_url, folder=tmp_path, program=PROGRAM)
    figures = measure_memory(installation, prepared, 40, lambda: answered.append(None), live=3)
    assert [figure.name for figure in figures] == ["memory.idle", "memory.live", "memory.flat"]
    assert figures[2].parts["completions"] == len(answered) - 3 >= 40
    with prepared.reading() as session:
        states = session.scalars(select(ProcessInstance.state)).all()
    assert states.count("ACTIVE") == 3


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_case_of_the_run_goes_back_once_and_ends(prepared: Database) -> None:
    case = start(prepared, "bench_steps")
    assert len(list(complete_all(prepared, case, ROUND))) == 5
    with prepared.reading() as session:
        assert session.scalar(select(ProcessInstance.state).where(ProcessInstance.id == case)) == "COMPLETED"


@pytest.mark.parametrize(("value", "at_least", "sign"), [(7.0, False, "✗"), (5.0, False, "✓"), (5.0, True, "✗")])
def test_a_figure_says_whether_it_reaches_its_goal(value: float, at_least: bool, sign: str) -> None:
    figure = Figure(name="some.thing", value=value, unit="x", goal=6.0, at_least=at_least)
    assert _line(figure).startswith(sign)
    assert figure.as_json()["reached"] is (sign == "✓")
