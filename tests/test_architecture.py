"""The house keeps its rooms: rules that matter are checked on the code itself, and the checks are shown to bite."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
SOURCES = sorted(
    path for room in ("engine", "web") for path in (ROOT / room).rglob("*.py") if "node_modules" not in path.parts
)
TEMPLATES = sorted((ROOT / "web" / "templates").rglob("*.html"))

VIOLATIONS = [
    ("engine/feel/intruder.py", "import engine.json_text", "FEEL imports no other room"),
    ("engine/forms/intruder.py", "import engine.organisation", "inside the engine go down only"),
    ("engine/forms/intruder.py", "import engine.model", "are pure"),
    ("engine/interpreter/intruder.py", "import sqlalchemy", "are pure"),
    ("engine/model/intruder.py", "import engine.feel", "errors and the clock only"),
    ("engine/model/intruder.py", "import SpiffWorkflow.task", "Only the interpreter knows SpiffWorkflow"),
    ("engine/commands/intruder.py", "import lxml.etree", "read XML"),
    ("engine/dmn/intruder.py", "import lxml.etree", "read XML"),
    ("engine/dmn/intruder.py", "import engine.model", "are pure"),
    ("engine/feel/intruder.py", "import engine.xml_text", "FEEL imports no other room"),
    ("engine/commands/intruder.py", "import engine.queries", "inside the engine go down only"),
    ("engine/queries/intruder.py", "import engine.commands", "inside the engine go down only"),
    ("engine/commands/intruder.py", "import flask", "knows neither the web"),
    ("engine/model/intruder.py", "import web", "knows neither the web"),
    ("engine/services/__init__.py", "import engine.clock", "a room must be listed"),
    ("web/intruder.py", "import engine.interpreter", "at its doors only"),
    ("web/intruder.py", "import engine.model.runtime", "at its doors only"),
    ("web/intruder.py", "import engine.worker", "at its doors only"),
    ("web/intruder.py", "import sqlalchemy", "holds no SQL"),
]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copied_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "setup.cfg", folder)
    for source in SOURCES:
        copy = folder / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)
    return folder


def test_the_rooms_keep_their_contracts(copied_house: Path) -> None:
    done = lint_imports(copied_house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("file", "line", "contract"), VIOLATIONS)
def test_a_violation_breaks_its_contract(copied_house: Path, file: str, line: str, contract: str) -> None:
    intruder = copied_house / file
    intruder.parent.mkdir(exist_ok=True)
    intruder.write_text(line + "\n", encoding="utf-8")
    done = lint_imports(copied_house)
    intruder.unlink()
    broken = [heading for heading in done.stdout.splitlines() if " BROKEN" in heading]
    assert done.returncode != 0
    assert any(contract in heading for heading in broken), done.stdout


def calls() -> Iterator[tuple[str, str]]:
    """Give each call in the program as (file, dotted name as written)."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield source.relative_to(ROOT).as_posix(), ast.unparse(node.func)


def files_that_call(pattern: str) -> set[str]:
    return {file for file, name in calls() if re.search(pattern, name)}


def test_nothing_evaluates_text_as_python() -> None:
    assert files_that_call(r"^(builtins\.)?(eval|exec|__import__)$") == set()


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    asking = files_that_call(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$")
    # The library notes at each of its tasks when it changed, for its own filters; nothing of it is stored or shown.
    assert asking == {"engine/clock.py", "engine/interpreter/task_table.py"}


def test_only_the_edge_begins_and_ends_transactions() -> None:
    ending = files_that_call(r"\.(commit|begin)$")
    # The interpreter begins tokens; it knows no database. The benchmark measures a bare transaction as its limit.
    ending = {file for file in ending if not file.startswith("engine/interpreter/")}
    assert ending <= {"engine/database.py", "engine/migrations/changing.py", "engine/bench/completion.py"}


@pytest.mark.parametrize(
    "command",
    [path for path in SOURCES if path.parent == ROOT / "engine" / "commands" and not path.name.startswith("_")],
    ids=lambda path: path.stem,
)
def test_a_command_file_holds_one_verb(command: Path) -> None:
    tree = ast.parse(command.read_text(encoding="utf-8"))
    verbs = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    assert len(verbs) == 1, verbs


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "web/templates").as_posix())
def test_a_template_carries_no_inline_script_and_no_inline_style(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == []
    assert re.findall(r"<style\b|\sstyle\s*=", text) == []
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']", text) == []


def test_templates_escape_all_but_the_cleaned_texts_of_forms() -> None:
    marks = re.compile(r"\|\s*safe\b|autoescape")
    unescaped = {path.name for path in TEMPLATES if marks.search(path.read_text(encoding="utf-8"))}
    # engine.forms.markup has cleaned these.
    assert unescaped <= {"_presentation.html"}
