"""Random cases of nearly every element, with nearly everything that can be done to one: three of each, in step.

One stays awake, one is read from its state before each step, and one forgets nothing: all three do the same, refuse the
same and answer the same, and the two first leave the same bytes. Done again by its history, the case is the same, too.
``QUCHENG_RANDOM_WALKS`` sets how many diagrams are tried, ``QUCHENG_RANDOM_SEED`` the first of their seeds.
"""

import os
import random

import pytest

from engine.interpreter import run as running
from engine.interpreter import segments, specification, written
from tests.interpreter.any_diagrams import drawn
from tests.interpreter.doings import BEGINNING, Doings
from tests.interpreter.twins import Twins
from tests.interpreter.walk import Walk

DIAGRAMS = int(os.environ.get("QUCHENG_RANDOM_WALKS", "150"))
FIRST = int(os.environ.get("QUCHENG_RANDOM_SEED", "0"))
STEPS = 40
PARTS = 10


@pytest.fixture(autouse=True)
def twins() -> None:
    """Give no twins: each case makes its own, of two kinds."""


def vary_sizes(patch: pytest.MonkeyPatch, rng: random.Random) -> None:
    """Let states be written in segments from one size or another, and what goes round be stuck soon."""
    patch.setattr(segments, "BIG", rng.choice([5, 20, 60, 256]))
    patch.setattr(written, "SIZE", rng.choice([2, 4, 16, 256]))
    patch.setattr(segments, "MUCH", rng.choice([3, 8, 20, 64]))
    # Some diagrams go round without end.
    patch.setattr(running, "STEP_LIMIT", 1_000)


def do_anything(content: bytes, rng: random.Random) -> Doings:
    """Do something to a case of a diagram until it is over, or often enough; and then all of it again."""
    people = [f"p{number}" for number in range(rng.randint(1, 6))]
    with pytest.MonkeyPatch.context() as patch:
        beginning = {**BEGINNING, "people": people, "flag": rng.choice([0, 1, 2])}
        doings = Doings(Walk(content, Twins(patch, read_too=True), **beginning), rng)
        try:
            for _ in range(STEPS):
                if doings.walk.outcome.ended:
                    break
                doings.step()
            doings.stop()
        except Exception as error:
            error.add_note(f"{doings.done}, then {doings.walk.log[-2:]}")
            raise
    assert doings.walk.again() == doings.walk.outcome.body
    return doings


def try_seed(seed: int) -> list[str]:
    """Draw a diagram and do anything to a case of it."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    specification.cache_clear()
    drawing = drawn(rng)
    with pytest.MonkeyPatch.context() as patch:
        vary_sizes(patch, rng)
        try:
            return do_anything(drawing.content, rng).done
        except Exception as error:
            error.add_note(f"seed {seed}\n{drawing.content.decode()}")
            raise


@pytest.mark.parametrize("part", range(PARTS))
def test_awake_read_or_forgetting_nothing_a_case_is_the_same_whatever_is_done(part: int) -> None:
    done = [one for seed in range(FIRST + part, FIRST + DIAGRAMS, PARTS) for one in try_seed(seed)]
    assert len({one.split()[0] for one in done}) > 3
