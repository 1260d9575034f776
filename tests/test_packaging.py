"""A fresh clone gets what setup.cfg asks for, in exactly the versions that were tested."""

import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]


def required(extra: str | None) -> list[Requirement]:
    """Read the requirements of the program, or of one extra."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    text = settings["options.extras_require"][extra] if extra else settings["options"]["install_requires"]
    return [Requirement(line) for line in text.splitlines() if line]


def locked(name: str) -> dict[str, set[str]]:
    """Read a lock file as package -> versions; one package can have several, for several Pythons."""
    versions: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", line):
            versions.setdefault(canonicalize_name(found[1]), set()).add(found[2])
    return versions


@pytest.mark.parametrize(("lock", "extra"), [("requirements.lock", None), ("requirements-test.lock", "test")])
def test_the_lock_answers_every_requirement(lock: str, extra: str | None) -> None:
    versions = locked(lock)
    unanswered = [
        str(requirement)
        for requirement in required(extra)
        if not versions.get(canonicalize_name(requirement.name))
        or not all(requirement.specifier.contains(one) for one in versions[canonicalize_name(requirement.name)])
    ]
    assert unanswered == [], "Run `make lock`."


def test_the_tests_run_on_the_versions_that_people_get() -> None:
    program, tests = locked("requirements.lock"), locked("requirements-test.lock")
    assert {name: versions for name, versions in program.items() if tests.get(name) != versions} == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_pins_by_hash_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert all("--hash=sha256:" in block for block in re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:])
