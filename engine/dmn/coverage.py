"""Which combinations of inputs rules cover: boxes, one set of parts for each column."""

from collections.abc import Iterable, Iterator, Sequence

Box = tuple[int, ...]
MAX_BOXES = 1_000
"""Boxes looked at; a table that needs more is left alone."""


class TooManyError(Exception):
    """The table is too intricate to be checked whole."""


def meet(left: Box, right: Box) -> Box | None:
    """Give what two boxes have in common, None for nothing."""
    common = []
    for a, b in zip(left, right, strict=True):
        both = a & b
        if not both:
            return None
        common.append(both)
    return tuple(common)


def without(boxes: Iterable[Box], taken: Box) -> list[Box]:
    """Give what is left of boxes when another is taken out of them."""
    left: list[Box] = []
    for box in boxes:
        left.extend(_outside(box, taken))
        if len(left) > MAX_BOXES:
            raise TooManyError
    return left


def _outside(box: Box, taken: Box) -> Iterator[Box]:
    common = meet(box, taken)
    if common is None:
        yield box
        return
    for index, bits in enumerate(box):
        rest = bits & ~taken[index]
        if rest:
            yield (*common[:index], rest, *box[index + 1 :])


def uncovered(domain: Box, taken: Sequence[Box]) -> list[Box]:
    """Give the parts of the domain that no box covers."""
    left = [domain] if all(domain) else []
    for box in taken:
        left = without(left, box)
    return merged(left)


def merged(boxes: list[Box]) -> list[Box]:
    """Join boxes that differ in one column only."""
    pending, done = list(boxes), list[Box]()
    while pending:
        box = pending.pop()
        for other in pending:
            differing = [index for index, bits in enumerate(box) if bits != other[index]]
            if len(differing) == 1:
                index = differing[0]
                pending.remove(other)
                pending.append((*box[:index], box[index] | other[index], *box[index + 1 :]))
                break
        else:
            done.append(box)
    return done[::-1]
