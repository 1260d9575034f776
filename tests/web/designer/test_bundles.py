"""What is built from npm: nothing that a strict policy forbids, nothing foreign, nothing twice."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FRONTEND = ROOT / "web/frontend"
DIST = ROOT / "web/static/dist"
EVALUATES = re.compile(rb"\bnew Function\(|(?<![\w.$])eval\(")


def scripts() -> list[Path]:
    return [path for path in DIST.rglob("*.js") if path.name != "htmx.js"]


def test_the_bundles_are_built() -> None:
    assert {"modeler.js", "viewer.js", "forms.js", "tables.js"} <= {path.name for path in scripts()}


def test_no_bundle_makes_code_from_text() -> None:
    assert [path.name for path in scripts() if EVALUATES.search(path.read_bytes())] == []


def test_nothing_is_shipped_that_only_helps_debugging() -> None:
    assert list(DIST.rglob("*.map")) == []


def test_the_licences_of_what_is_bundled_travel_along() -> None:
    licences = (DIST / "LICENSES.txt").read_text(encoding="utf-8")
    for package in ("bpmn-js", "dmn-js", "@bpmn-io/form-js-viewer", "htmx.org"):
        assert re.search(rf"^{re.escape(package)} \d", licences, re.MULTILINE), package


def test_a_second_build_does_nothing() -> None:
    before = (DIST / "modeler.js").stat().st_mtime_ns
    done = subprocess.run([sys.executable, FRONTEND / "build.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "没有变化" in done.stdout
    assert (DIST / "modeler.js").stat().st_mtime_ns == before


def test_the_lock_names_no_registry_and_every_version_is_exact() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    for versions in (package["dependencies"], package["devDependencies"], package["overrides"]):
        assert [version for version in versions.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


@pytest.mark.parametrize("dictionary", ["modeler", "forms", "tables"])
def test_a_translation_keeps_the_places_of_its_text(dictionary: str) -> None:
    texts = json.loads((FRONTEND / f"src/i18n/zh/{dictionary}.json").read_text(encoding="utf-8"))
    places = re.compile(r"{[^{}\s]+}")
    # English marks the plural with a place that Chinese has no use for.
    wrong = [
        text for text, said in texts.items() if not set(places.findall(said)) <= set(places.findall(text)) or not said
    ]
    assert wrong == []


def test_camunda_s_own_validator_takes_our_element_templates() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("the check itself needs Node on the path")
    files = [str(path) for path in ROOT.glob("bpmn/element-templates/*.json")]
    done = subprocess.run([node, FRONTEND / "check-templates.mjs", *files], capture_output=True, text=True, check=True)
    checked = {report["template"]: report["errors"] for report in json.loads(done.stdout)}
    assert len(checked) == 8
    assert [errors for errors in checked.values() if errors] == []


def test_the_reader_of_bpmn_io_reads_our_diagrams_without_a_warning() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("the check itself needs Node on the path")
    files = [str(path) for path in (*ROOT.glob("bpmn/**/*.bpmn"), Path(__file__).with_name("every_element.bpmn"))]
    done = subprocess.run([node, FRONTEND / "check-bpmn.mjs", *files], capture_output=True, text=True, check=True)
    assert {report["file"]: report["warnings"] for report in json.loads(done.stdout)} == {file: [] for file in files}
