"""Many people at work on the same few cases at the same moment, with everything that can be done to a task.

Whatever comes first, everybody is told clearly, nobody waits for somebody who waits for them, and what is open in the
end is what the histories say; the world verifies and replays them when a test is over. In which order threads run is
not in our hands, so a seed gives the same acts, but not the same order. ``QUCHENG_RANDOM_TOGETHER`` sets how many
diagrams are tried, ``QUCHENG_RANDOM_SEED`` the first of their seeds.
"""

import os
import random
import threading

import pytest

from engine.errors import CollidedError, EngineError
from tests.execution.commanded import published
from tests.execution.crowd import Crowd, choices, left_open
from tests.execution.operating import Office
from tests.execution.people import People
from tests.interpreter.blocks import Maker

DIAGRAMS = int(os.environ.get("QUCHENG_RANDOM_TOGETHER", "6"))
FIRST = int(os.environ.get("QUCHENG_RANDOM_SEED", "0"))
CASES = 2
THREADS = 6
ACTS = 25
"""Of each thread."""


def _act(crowd: Crowd, wrong: list[BaseException]) -> None:
    for _ in range(ACTS):
        name, act = crowd.anything()
        try:
            act()
        except EngineError as error:
            crowd.refused[name] += 1
            # Nobody takes turns in two rotations here, so that nobody has to wait for who waits for them.
            if not str(error) or isinstance(error, CollidedError):
                error.add_note(f"{name}: {crowd.words}")
                wrong.append(error)
        except BaseException as error:  # noqa: BLE001 - the test tells of it
            error.add_note(f"{name}: {crowd.words}")
            wrong.append(error)
        else:
            crowd.done[name] += 1


@pytest.mark.parametrize("seed", range(FIRST, FIRST + DIAGRAMS))
def test_whoever_comes_first_all_are_told_and_the_case_is_what_its_history_says(office: Office, seed: int) -> None:
    people = People(office)
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    block = Maker(chance, chance.randint(3, 8)).process()
    content = published(block)
    cases = [office.begin(content, "zhang.wei", **choices(block, chance)) for _ in range(CASES)]
    crowd = [Crowd(people, cases, block, random.Random(f"{seed} {number}")) for number in range(THREADS)]  # noqa: S311
    wrong: list[BaseException] = []
    threads = [threading.Thread(target=_act, args=(one, wrong)) for one in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    if wrong:
        raise BaseExceptionGroup(f"seed {seed}: {len(wrong)} were told nothing they could understand", wrong)
    assert sum(one.done.total() for one in crowd) > THREADS, "nearly everything was refused"
    # What came for a case that had just gone on or ended is looked at once more, and dropped.
    office.work()
    for case in (one.id for one in office.cases()):
        rows, standing = left_open(office, case)
        assert rows == standing, f"seed {seed}, case {case}"
