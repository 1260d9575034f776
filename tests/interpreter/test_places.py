"""Where tokens stand after many steps is what a dictionary that is copied at each step says."""

import random
from collections.abc import Mapping

import pytest

from engine.interpreter.places import _MANY, Places


@pytest.mark.parametrize("first", [30, 2 * _MANY], ids=["few", "many"])
@pytest.mark.parametrize("seed", range(20))
def test_places_are_those_of_a_dictionary_whatever_leaves_and_comes(seed: int, first: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a test that can be repeated
    last = first + 10
    expected = dict.fromkeys(range(first), "a")
    places: Mapping[int, str] = dict(expected)
    for _ in range(3 * _MANY):
        left = rng.sample(sorted(expected), rng.randrange(min(3, len(expected) + 1)))
        # A token may come again, at once or later, and one that never left may count as if it had.
        came = {rng.randrange(last): rng.choice("abc") for _ in range(rng.randrange(3))}
        before = dict(places)
        after = Places.after(places, left, came)
        assert dict(places) == before
        expected = {token: place for token, place in expected.items() if token not in left} | came
        assert after == expected
        assert len(after) == len(expected)
        assert all((token in after) == (token in expected) for token in range(last + 1))
        places = after
    # Few are copied; many are what was known and what has moved since.
    assert isinstance(places, Places) == (first > _MANY)
