"""What a start loads: counted in modules, never in time. Each was measured to cost a start memory and time."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from sqlalchemy import text

from engine.database import Database
from engine.migrations import is_newest
from web.cli import qucheng

NOT_NEEDED = (
    *("alembic", "mako", "pygments", "procrastinate", "psycopg", "openpyxl", "xlsxwriter", "holidays", "jsonschema"),
    *("apprise", "tqdm", "engine.bench", "engine.scenarios"),
)
START = """
import sys
import click
from web.cli import qucheng
qucheng.get_command(click.Context(qucheng), "run")
from web.cli import server
from web.cli.opening import require_initialised
settings = server.load_settings()
server.upgrade(require_initialised(settings))
server._application(settings)
print(*sorted(set(sys.modules) & set(sys.argv[1:])))
"""


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_start_on_sqlite_loads_nothing_that_only_others_need(database_url: str, tmp_path: Path) -> None:
    environment = {
        "QUCHENG_HOME": str(tmp_path),
        "QUCHENG_DATABASE_URL": database_url,
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-c", START, *NOT_NEEDED], env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_every_command_is_found_in_its_module() -> None:
    context = click.Context(qucheng)
    for name in qucheng.list_commands(context):
        found = qucheng.get_command(context, name)
        assert found is not None, name
        assert found.name == name
    assert qucheng.list_commands(context) == sorted(qucheng.rooms)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_database_of_an_earlier_version_is_not_taken_for_the_newest(database: Database) -> None:
    assert is_newest(database)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not is_newest(database)
    with database.transaction() as session:
        session.execute(text("DROP TABLE alembic_version"))
    assert not is_newest(database)


LET_GO = """
import gc
import weakref
import click
from web.cli import qucheng
qucheng.get_command(click.Context(qucheng), "run")

class Case:
    pass

case = Case()
case.itself = case
seen = weakref.ref(case)
gc.collect()
del case
made = [[] for _ in range(100_000)]
print(seen())
"""


def test_a_case_that_was_awake_for_long_is_garbage_soon_after_it_is_let_go() -> None:
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run([sys.executable, "-c", LET_GO], check=True, capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["None"]
