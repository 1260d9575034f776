"""The segments of a big state stay where they are, so that the database writes little of it anew."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.interpreter import Case, Outcome, Specification, specification
from engine.interpreter.compressing import compress, compress_segment, decompress
from engine.interpreter.segments import BIG
from engine.interpreter.slots import Slots
from tests.interpreter.test_case import ENVIRONMENT
from tests.interpreter.test_growth import FEW, MANY, SHAPES, UNTWINNED

PAGE = 4096
"""Bytes that SQLite writes at least."""
LINES = [f"line {number} of a segment".encode() * 9 for number in range(40)]


@pytest.fixture(autouse=True)
def small_segments() -> None:
    """Let segments be as big as they are."""


def frames_of(texts: list[bytes]) -> list[bytes]:
    """Compress some texts."""
    return [compress_segment(text) for text in texts]


def test_what_is_as_long_as_before_or_shorter_stands_where_it_stood() -> None:
    slots = Slots()
    first = slots.fill(frames_of(LINES))
    changed = [*LINES]
    changed[20] = b"short"
    second = slots.fill(frames_of(changed))
    assert len(second) == len(first)
    different = [place for place, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    assert different[-1] - different[0] < len(compress_segment(LINES[20]))
    assert decompress(second) == b"".join(changed)


def test_what_grows_moves_the_others_once_and_then_has_room() -> None:
    slots, moved = Slots(), 0
    lengths = [len(slots.fill(frames_of(LINES)))]
    for end in range(60):
        texts = [*LINES[:-1], LINES[-1] + bytes(range(end))]
        body = slots.fill(frames_of(texts))
        assert decompress(body) == b"".join(texts)
        lengths.append(len(body))
    moved = sum(1 for one, other in pairwise(lengths) if one != other)
    assert moved == 1


def test_what_has_shrunk_much_does_not_stay_as_long_as_it_was() -> None:
    slots = Slots()
    texts = [bytes(range(256)) * 4 + bytes([one]) for one in range(40)]
    before = len(slots.fill(frames_of(texts)))
    frames = frames_of([b"{}"] * 40)
    after = slots.fill(frames)
    assert len(after) < before / 2
    assert len(after) == len(Slots().fill(frames))


def test_a_state_that_does_not_say_where_its_segments_are_is_written_as_it_comes() -> None:
    whole = Slots().fill(frames_of(LINES))
    wrong = whole[:8] + b"\xff\xff\xff\xff" + whole[12:]
    plain = (b"", b'{"format":2}', compress(b'{"format":2}'), b"".join(frames_of(LINES)))
    for body in (*plain, whole[:3], whole[:20], whole[:-1], wrong):
        assert Slots(body).fill(frames_of(LINES)) == Slots().fill(frames_of(LINES))


@given(st.lists(st.lists(st.binary(max_size=90), max_size=5), min_size=2, max_size=12))
def test_who_has_read_a_state_puts_segments_where_who_has_written_it_does(steps: list[list[bytes]]) -> None:
    wrote, body = Slots(), b""
    for texts in steps:
        frames = frames_of(texts)
        read = Slots(body)
        body = wrote.fill(frames)
        assert read.fill(frames) == body
        assert not texts or decompress(body) == b"".join(texts)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_answer_among_many_changes_as_few_pages_as_one_among_few(shape: str) -> None:
    few, many_more = pages_of_answers(SHAPES[shape], FEW), pages_of_answers(SHAPES[shape], MANY)
    # Each of the state's few kinds of segments may stand on two pages.
    assert max(few) <= max(many_more) <= 8, (few, many_more)


def pages_of_answers(content: bytes, people: int) -> list[int]:
    """Give how many pages of the state each of some answers changes, but for those that make a segment room."""
    of, case = begun(content, people)
    outcome, found = UNTWINNED(case), []
    for number in range(12):
        before, case = outcome.body, awake(case, outcome, of)
        case.complete(list(outcome.waiting)[number], {"vote": "yes"})
        outcome = UNTWINNED(case)
        if len(before) == len(outcome.body):
            found.append(pages_that_differ(before, outcome.body))
    assert len(found) > 6
    return found


def begun(content: bytes, people: int) -> tuple[Specification, Case]:
    """Begin a case of many people."""
    of = specification(content, "process")
    given = [{"name": f"p{number:05}", "department": "legal"} for number in range(people)]
    return of, Case.start(of, ENVIRONMENT, {"people": given})


def awake(case: Case, outcome: Outcome, of: Specification) -> Case:
    """Go on with a case that has stayed awake."""
    resting = case.rest(outcome.body)
    assert resting is not None
    return Case.resume(resting, of, ENVIRONMENT)


def pages_that_differ(before: bytes, after: bytes) -> int:
    """Give how many pages of two states of one length differ."""
    starts = range(0, len(before), PAGE)
    return sum(1 for start in starts if before[start : start + PAGE] != after[start : start + PAGE])


def test_a_case_that_is_read_at_each_step_writes_the_very_bytes_of_one_that_is_awake() -> None:
    of, case = begun(SHAPES["sub-processes"], BIG)
    outcome, lengths = UNTWINNED(case), set()
    for number in range(24):
        token = list(outcome.waiting)[number * 7]
        case, read = awake(case, outcome, of), Case.wake(outcome.body, of, ENVIRONMENT)
        for one in (case, read):
            one.complete(token, {"vote": f"v{number}"})
        outcome = UNTWINNED(case)
        assert outcome.body == UNTWINNED(read).body
        lengths.add(len(outcome.body))
    # Some segments were made room, and most steps went without.
    assert 1 < len(lengths) < 12
