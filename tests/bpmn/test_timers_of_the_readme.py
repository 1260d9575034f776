"""Every way to write a timer that the process owners' page shows gives the moments it says."""

import datetime as dt
import re
from pathlib import Path

import pytest

from engine.clock import SHANGHAI
from engine.interpreter import Environment
from engine.interpreter.diagram import Timer
from engine.interpreter.timers import Due, check, due, due_again
from engine.organisation import Organisation, Reads, functions

README = Path(__file__).resolve().parents[2] / "bpmn" / "README.md"
KINDS = {"日期 Date": "timeDate", "时长 Duration": "timeDuration", "循环 Cycle": "timeCycle"}
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI).astimezone(dt.UTC)
VARIABLES = {"launch_date": "2026-03-30", "interval": "PT4H"}
NOBODY = Organisation(revision=1, people={}, heads={}, grants={})


def examples() -> list[tuple[str, str, str]]:
    """Read kind, text and moments of each example; a row may hold several, or several texts for the same moments."""
    section = README.read_text(encoding="utf-8").split("### 定时：日期、时长、循环")[1].split("\n### ")[0]
    found = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[1] in KINDS:
            texts, moments = re.findall("`([^`]+)`", cells[2]), cells[3].split("；")
            if len(moments) == 1:
                moments *= len(texts)
            found += [(KINDS[cells[1]], text, shown) for text, shown in zip(texts, moments, strict=True)]
    return found


def fired(timer: Timer, most: int) -> list[str]:
    """Give the moments at which a timer fires that is never late."""
    env = Environment(now=NOW, functions=functions(NOBODY, Reads()))
    moments: list[str] = []
    when: Due | None = due(timer, VARIABLES, env)
    while when is not None and len(moments) < most:
        moments.append(f"{when.at.astimezone(SHANGHAI):%m-%d %H:%M}")
        when = due_again(when.cycle, when.at) if when.cycle is not None else None
    return moments


@pytest.mark.parametrize(("kind", "text", "shown"), examples())
def test_an_example_fires_when_it_says(kind: str, text: str, shown: str) -> None:
    timer = Timer(kind=kind, expression=text)
    check(timer)
    expected = shown.split("，")
    goes_on = expected[-1] == "…"
    expected = expected[:-1] if goes_on else expected
    assert fired(timer, len(expected) + 1)[: len(expected)] == expected
    assert (len(fired(timer, len(expected) + 1)) > len(expected)) == goes_on


def test_there_are_examples_of_each_kind() -> None:
    assert {kind for kind, _text, _shown in examples()} == set(KINDS.values())
