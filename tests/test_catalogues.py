"""Every text for people is in the catalogues, translated, with the same facts in it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
PYBABEL = Path(sys.executable).with_name("pybabel")
CATALOGUES = sorted((ROOT / "web" / "locale").rglob("*.po"))
FACT = re.compile(r"%\(\w+\)[sd]|\{\w+[^{}]*\}")
HINT = "Run `make catalogues`, translate what is empty, and commit web/locale."


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Collect the texts that the program marks today, the way `make catalogues` does."""
    template = tmp_path_factory.mktemp("locale") / "messages.pot"
    subprocess.run(
        [PYBABEL, "--quiet", "extract", "--mapping=babel.cfg", "--keyword=mark", "-o", template, "."],
        cwd=ROOT,
        check=True,
    )
    return {key(message) for message in read(template) if message.id}


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_english_has_a_catalogue() -> None:
    assert ROOT / "web/locale/en/LC_MESSAGES/messages.po" in CATALOGUES


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_up_to_date(path: Path, texts: set[str]) -> None:
    known = {key(message) for message in read(path) if message.id}
    assert texts - known == set(), HINT
    assert known - texts == set(), HINT


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_translated(path: Path) -> None:
    messages = [message for message in read(path) if message.id]
    assert [key(message) for message in messages if message.fuzzy or not all(forms(message))] == [], HINT


def facts(text: str) -> set[str]:
    """Name the facts of a text; doubled braces are braces to read."""
    return set(FACT.findall(re.sub(r"\{\{|\}\}", "", text)))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_names_the_facts_of_its_text(path: Path) -> None:
    messages = [message for message in read(path) if message.id]
    differing = [
        key(message)
        for message in messages
        if any(form and facts(form) != facts(key(message)) for form in forms(message))
    ]
    assert differing == []
