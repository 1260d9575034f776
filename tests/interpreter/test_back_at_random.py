"""Thousands of random cases: interpreter and model agree after every step on what is open and where one can go back.

``QUCHENG_RANDOM_RUNS`` sets how many diagrams are tried, ``QUCHENG_RANDOM_SEED`` the first of their seeds.
"""

import os
import random
from collections.abc import Iterator

import pytest

from engine.interpreter import specification
from tests.interpreter.blocks import Maker
from tests.interpreter.drawing import Drawing
from tests.interpreter.pairs import Direct, Pair

DIAGRAMS = int(os.environ.get("QUCHENG_RANDOM_RUNS", "500"))
FIRST = int(os.environ.get("QUCHENG_RANDOM_SEED", "0"))
RUNS = 5
"""Cases of each diagram."""
STEPS = 14
PARTS = 20


@pytest.fixture(autouse=True)
def twins() -> None:
    """Give no twins: here the model is the other one, and there are thousands of cases."""


def cases(seed: int) -> Iterator[tuple[Pair, Direct]]:
    """Begin some cases of the diagram that a seed gives."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    block = Maker(chance, chance.randint(3, 9)).process()
    content = Drawing(block).content
    specification.cache_clear()
    for _ in range(RUNS):
        begun: list[Direct] = []

        def start(begun: list[Direct] = begun, **variables: object) -> Direct:
            begun.append(Direct(content, **variables))
            return begun[0]

        yield Pair(block, chance, start), begun[0]


@pytest.mark.parametrize("part", range(PARTS))
def test_after_any_steps_the_open_tasks_are_those_of_the_model_and_a_replay_gives_the_same(part: int) -> None:
    for seed in range(FIRST + part, FIRST + DIAGRAMS, PARTS):
        for number, (pair, run) in enumerate(cases(seed)):
            try:
                for _ in range(STEPS):
                    if run.ended:
                        break
                    pair.step()
                assert run.again() == run.body
            except Exception as error:
                error.add_note(f"seed {seed}, run {number}: {pair.done}")
                raise
