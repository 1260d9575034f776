"""Random approvals whose rules, time-outs, rights and operations meet, on both databases.

After each act the open tasks are whose the rules allow, votes are counted by hand, and rights are kept; the world
verifies, reads and replays each history when a test is over. ``QUCHENG_RANDOM_APPROVALS`` sets how many approvals are
tried, ``QUCHENG_RANDOM_SEED`` the first of their seeds.
"""

import os
import random

import pytest

from engine.errors import InvalidError
from tests.execution.approvers import Approvers
from tests.execution.kept import Kept
from tests.execution.operating import Office

APPROVALS = int(os.environ.get("QUCHENG_RANDOM_APPROVALS", "20"))
FIRST = int(os.environ.get("QUCHENG_RANDOM_SEED", "0"))
PARTS = 2
ACTS = 25


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_people_do_the_rules_of_each_step_are_kept(office: Office, part: int) -> None:
    started = 0
    for seed in range(FIRST + part, FIRST + APPROVALS, PARTS):
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        try:
            people = Approvers(office, chance)
        except InvalidError:
            # A case that nobody could decide is not started.
            continue
        _live(people, seed)
        started += 1
    assert started > 0


def _live(people: Approvers, seed: int) -> None:
    kept = Kept(people)
    try:
        kept.look()
        for _ in range(ACTS):
            if people.office.state(people.case) != "ACTIVE":
                break
            people.act()
            kept.look()
    except Exception as error:
        error.add_note(f"seed {seed}, case {people.case} of {people.initiator}: {people.tried}")
        error.add_note("\n".join(f"{one}" for one in people.steps))
        raise
