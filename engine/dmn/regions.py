"""What the cells of one column let through, as sets of parts of the column's values.

The constants of a column cut its values into parts: each constant, and what lies between two of them. A cell is then
a set of parts, held as the bits of an integer, and cells can be compared exactly.
"""

import bisect
import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.dmn.constants import UNKNOWN, constant, literal_text
from engine.feel.compile_tests import INPUT
from engine.feel.equality import ORDERED, compare
from engine.feel.kinds import kind
from engine.feel.syntax import Comparison, Interval, ListLiteral, Logic, Name, Node, Test, Tests

FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
BOOLEAN = "boolean"


@dataclass(frozen=True)
class Span:
    """Values from a start to an end; None at an end means no limit."""

    start: object
    end: object
    start_included: bool
    end_included: bool


@dataclass(frozen=True)
class Condition:
    """A test whose constants are known: values it lets through, or all others."""

    spans: tuple[Span, ...]
    negated: bool = False

    @property
    def constants(self) -> Iterator[object]:
        """Give the constants."""
        for span in self.spans:
            yield from (value for value in (span.start, span.end) if value is not None)

    @property
    def tests_null(self) -> bool:
        """Tell whether null itself is let through."""
        return any(span.start is None and span.end is None and span.start_included for span in self.spans)


NULL = Span(None, None, start_included=True, end_included=True)


def point(value: object) -> Span:
    """Give the span of one value."""
    return NULL if value is None else Span(value, value, start_included=True, end_included=True)


def conditions(cell: Tests) -> list[Condition] | None:
    """Read a cell as conditions of which one must hold; None where that depends on more than its own input."""
    found: list[Condition] = []
    for test in cell.tests:
        read = _condition(test)
        if read is None:
            return None
        found.append(read)
    if cell.negated:
        # Only the plain case: none of several values.
        if any(one.negated for one in found):
            return None
        return [Condition(tuple(span for one in found for span in one.spans), negated=True)]
    return found


def _condition(node: Node) -> Condition | None:
    if isinstance(node, Test):
        return _comparison(node.operator, constant(node.endpoint))
    if isinstance(node, Comparison) and isinstance(node.left, Name) and node.left.name == INPUT:
        return _comparison(node.operator, constant(node.right))
    if isinstance(node, Comparison) and isinstance(node.right, Name) and node.right.name == INPUT:
        return _comparison(FLIPPED[node.operator], constant(node.left))
    if isinstance(node, Interval):
        start, end = constant(node.start), constant(node.end)
        if UNKNOWN in (start, end) or start is None or end is None:
            return None
        return Condition((Span(start, end, node.start_included, node.end_included),))
    return None if isinstance(node, Logic) else _values(node)


def _values(node: Node) -> Condition | None:
    nodes = node.items if isinstance(node, ListLiteral) else (node,)
    values = [constant(item) for item in nodes]
    return None if UNKNOWN in values else Condition(tuple(point(value) for value in values))


def _comparison(operator: str, value: object) -> Condition | None:
    if value is UNKNOWN:
        return None
    if operator in {"=", "!="}:
        return Condition((point(value),), negated=operator == "!=")
    if value is None:
        return Condition(())
    if operator in {"<", "<="}:
        return Condition((Span(None, value, start_included=False, end_included=operator == "<="),))
    return Condition((Span(value, None, start_included=operator == ">=", end_included=False),))


class Parts:
    """The parts that some constants cut the values of a column into.

    Bits 2i+1 are the constants in order and bits 2i what lies between them; the last bit is null. Of booleans only
    the constants exist.
    """

    def __init__(self, constants: Iterable[object], expected: str | None = None) -> None:
        values = list(constants)
        kinds = {kind(value) for value in values} | ({expected} if expected else set())
        self.kind = kinds.pop() if len(kinds) == 1 else None
        if self.kind == BOOLEAN:
            values = [False, True]
        self.points = self._sorted(values)
        size = 2 * len(self.points) + 1
        self.null = 1 << size
        self.domain = (1 << size) - 1
        self._remove_empty()

    @property
    def all(self) -> int:
        """Give the bits of every value, null among them."""
        return self.domain | self.null

    def _sorted(self, values: list[object]) -> list[object]:
        if self.kind is None or (self.kind not in ORDERED and self.kind != BOOLEAN):
            raise Incomparable
        unique: list[object] = []
        for value in sorted(values, key=_KEY):
            if not unique or _order(unique[-1], value):
                unique.append(value)
        return unique

    def _remove_empty(self) -> None:
        """Leave out what holds no value: all but the two of booleans, and between one day and the next."""
        for index in range(len(self.points) + 1):
            neighbours = self.points[max(index - 1, 0) : index + 1]
            if self.kind == BOOLEAN or (0 < index < len(self.points) and _adjacent(neighbours)):
                self.domain &= ~(1 << 2 * index)

    def bits(self, found: Iterable[Condition]) -> int:
        """Give the bits of conditions of which one must hold."""
        total = 0
        for condition in found:
            bits = 0
            for span in condition.spans:
                bits |= self._span(span)
            total |= (self.all & ~bits) if condition.negated else bits
        return total & self.all

    def _span(self, span: Span) -> int:
        if span == NULL:
            return self.null
        first = 0 if span.start is None else 2 * self._index(span.start) + (1 if span.start_included else 2)
        last = 2 * len(self.points) if span.end is None else 2 * self._index(span.end) + (1 if span.end_included else 0)
        return 0 if first > last else ((1 << last + 1) - (1 << first)) & self.domain

    def _index(self, value: object) -> int:
        return bisect.bisect_left(self.points, _KEY(value), key=_KEY)

    def text(self, bits: int) -> str:
        """Write a set of parts as unary tests."""
        bits &= self.domain
        if self.kind == "string":
            return self._names(bits)
        return ", ".join(self._run(first, last) for first, last in self._runs(bits))

    def _names(self, bits: int) -> str:
        """Write texts one by one: what lies between two of them in the alphabet says nothing to people."""
        named = [index for index in range(len(self.points)) if bits >> 2 * index + 1 & 1]
        if bits & sum(1 << 2 * index for index in range(len(self.points) + 1)):
            left = ", ".join(literal_text(value) for index, value in enumerate(self.points) if index not in named)
            return f"not({left})" if left else "-"
        return ", ".join(literal_text(self.points[index]) for index in named)

    def _runs(self, bits: int) -> Iterator[tuple[int, int]]:
        size, index = 2 * len(self.points) + 1, 0
        while index < size:
            if not bits >> index & 1:
                index += 1
                continue
            first = index
            # A part that holds no value doesn't end a run.
            while index + 1 < size and (bits >> index + 1 & 1 or not self.domain >> index + 1 & 1):
                index += 1
            yield first, index - (not bits >> index & 1)
            index += 1

    def _run(self, first: int, last: int) -> str:
        if first == last and first % 2:
            return literal_text(self.points[first // 2])
        if self.kind == BOOLEAN:
            return ", ".join(literal_text(self.points[index // 2]) for index in range(first, last + 1) if index % 2)
        start = None if first == 0 else self.points[(first - 1) // 2]
        end = None if last == 2 * len(self.points) else self.points[last // 2]
        if start is None and end is None:
            return "-"
        if start is None:
            return f"{'<=' if last % 2 else '<'} {literal_text(end)}"
        if end is None:
            return f"{'>=' if first % 2 else '>'} {literal_text(start)}"
        opening, closing = "[" if first % 2 else "(", "]" if last % 2 else ")"
        return f"{opening}{literal_text(start)}..{literal_text(end)}{closing}"


class Incomparable(Exception):  # noqa: N818 - not an error: such a column is left alone
    """Values of a column have no common order."""


def _order(left: object, right: object) -> int:
    if isinstance(left, bool) and isinstance(right, bool):
        return int(left) - int(right)
    order = compare(left, right)
    if order is None:
        raise Incomparable
    return order


_KEY = functools.cmp_to_key(_order)


def _adjacent(points: list[object]) -> bool:
    first, second = points
    if type(first) is not dt.date or type(second) is not dt.date:
        return False
    return second - first == dt.timedelta(days=1)
