"""Random cases through the commands of people, on both databases: open tasks are those of the model at every step.

The world that they live in verifies their history and replays each of them when a test is over.
``QUCHENG_RANDOM_COMMANDS`` sets how many diagrams are tried, ``QUCHENG_RANDOM_SEED`` the first of their seeds.
"""

import os
import random

import pytest

from tests.execution.commanded import published
from tests.execution.operating import Office
from tests.execution.overseen import Overseen
from tests.execution.people import People
from tests.interpreter.blocks import Maker
from tests.interpreter.pairs import Pair

DIAGRAMS = int(os.environ.get("QUCHENG_RANDOM_COMMANDS", "48"))
FIRST = int(os.environ.get("QUCHENG_RANDOM_SEED", "0"))
RUNS = 2
"""Cases of each diagram."""
STEPS = 10
PARTS = 6


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_people_do_the_open_tasks_are_those_of_the_model(office: Office, part: int) -> None:
    people = People(office)
    for seed in range(FIRST + part, FIRST + DIAGRAMS, PARTS):
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        block = Maker(chance, chance.randint(3, 8)).process()
        content = published(block)
        for number in range(RUNS):
            begun: list[Overseen] = []

            def start(begun: list[Overseen] = begun, **variables: object) -> Overseen:
                begun.append(Overseen(people, content, chance, **variables))  # noqa: B023 - called at once
                return begun[0]

            pair = Pair(block, chance, start)
            (run,) = begun
            try:
                for _ in range(STEPS):
                    if run.ended:
                        break
                    pair.step()
                if not run.ended:
                    run.stop()
                assert run.ended
            except Exception as error:
                error.add_note(f"seed {seed}, run {number}: {pair.done}")
                raise
