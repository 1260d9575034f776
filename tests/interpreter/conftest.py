"""What every test of the interpreter gets."""

from collections.abc import Iterator

import pytest

from engine.interpreter import pieces, segments, written
from tests.interpreter.twins import Twins


@pytest.fixture(autouse=True)
def twins() -> Iterator[Twins]:
    """Give every case a twin that forgets nothing, and compare the two at each step."""
    with pytest.MonkeyPatch.context() as patch:
        yield Twins(patch)


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the states of small cases be written in segments too, and become too small for that and big enough again."""
    monkeypatch.setattr(segments, "BIG", 20)
    monkeypatch.setattr(written, "SIZE", 4)
    monkeypatch.setattr(segments, "MUCH", 8)
    monkeypatch.setattr(pieces, "LONG", 3)
    monkeypatch.setattr(pieces, "PIECE", 2)
