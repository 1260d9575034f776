"""What the pages beside the rooms name is there: settings, commands, targets of make, links."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from click import Context

from web.cli import qucheng

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("*/README.md"), *ROOT.glob("engine/*/README.md")])

every_page = pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])


@every_page
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_every_setting_of_the_pages_is_read_and_every_one_that_is_read_is_told() -> None:
    program = settings_in([*ROOT.glob("engine/**/*.py"), *ROOT.glob("web/*.py"), *ROOT.glob("web/cli/*.py")])
    told = settings_in(PAGES)
    assert program - told == set()
    # How much the tests try, and with which seed, is told too and read by them alone.
    assert told - program - settings_in(ROOT.glob("tests/**/*.py")) == set()


def settings_in(files: Iterable[Path]) -> set[str]:
    return {name for path in files for name in re.findall(r"QUCHENG_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))}


@every_page
def test_every_command_of_the_pages_can_be_given(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    commands = qucheng.list_commands(Context(qucheng))
    assert set(re.findall(r"(?:^|`)qucheng ([a-z]+)", text, re.MULTILINE)) <= set(commands)
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= set(targets)
