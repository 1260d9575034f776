"""What every test of the interpreter gets."""

from collections.abc import Iterator

import pytest

from tests.interpreter.twins import Twins


@pytest.fixture(autouse=True)
def twins() -> Iterator[Twins]:
    """Give every case a twin that forgets nothing, and compare the two at each step."""
    with pytest.MonkeyPatch.context() as patch:
        yield Twins(patch)
