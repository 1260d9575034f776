"""The cells of one column as sets of values, and what is wrong with their kinds."""

from collections.abc import Iterator, Sequence

from engine.dmn.building import BLANK, Builder
from engine.dmn.constants import literal_text
from engine.dmn.expressions import Expression, Tests
from engine.dmn.regions import Condition, Incomparable, Parts, conditions
from engine.dmn.reporting import Spot
from engine.dmn.static_kinds import Kinds, chinese
from engine.dmn.syntax import Input, Rule, Table
from engine.dmn.types import constraints, kind_of
from engine.errors import mark
from engine.feel.functions import BUILTINS
from engine.feel.kinds import kind
from engine.feel.syntax import Name
from engine.feel.syntax import Tests as TestsNode
from engine.feel.types import ANY, Type

ANYTHING = -1
"""All bits: a column whose values have no order."""


class Column:
    """One column of conditions, its cells read as sets of parts."""

    def __init__(self, label: str, cells: Sequence[list[Condition] | None], domain: list[Condition] | None) -> None:
        self.label = label
        self._cells = cells
        self._parts: Parts | None = None
        self._domain = ANYTHING
        self._split(domain)

    def _split(self, domain: list[Condition] | None) -> None:
        read = [one for cell in (*self._cells, domain) for one in cell or ()]
        constants = [value for one in read for value in one.constants]
        try:
            self._parts = Parts(constants) if constants else None
        except Incomparable:
            self._parts = None
        if self._parts is None:
            return
        self._domain = self._parts.domain
        if domain is not None:
            self._domain &= self._parts.bits(domain)

    @property
    def domain(self) -> int:
        """Give the bits of the values that may come; null is none of them."""
        return 1 if self._parts is None else self._domain

    def cell(self, index: int) -> list[Condition] | None:
        """Give the conditions of a rule's cell; None where nobody can judge it before it runs."""
        return self._cells[index] if self._parts is not None or self._cells[index] == EVERYTHING else None

    def bits(self, cell: list[Condition] | None) -> int:
        """Give what a cell lets through; one that can't be judged counts as all."""
        if self._parts is None:
            return 1
        if cell is None or cell == EVERYTHING:
            return self._domain | self._parts.null
        found = self._parts.bits(cell)
        return found & (self._domain | self._parts.null)

    def text(self, bits: int) -> str:
        """Write a set of values as unary tests."""
        return "-" if self._parts is None else self._parts.text(bits)


EVERYTHING: list[Condition] = [Condition((), negated=True)]
"""What an empty cell lets through: all values but those of an empty set."""


def column_of(table: Table, index: int, builder: Builder) -> Column:
    """Read a column; what is wrong with the kinds of its cells is reported."""
    column = table.inputs[index]
    expected = _expected_kind(column, builder)
    cells: list[list[Condition] | None] = []
    for rule in table.rules:
        text = rule.inputs[index]
        if text in BLANK:
            cells.append(EVERYTHING)
            continue
        program = Tests(text, builder.names, builder.types.known).program
        tree = None if program is None else program.tree
        read = conditions(tree) if isinstance(tree, TestsNode) else None
        cells.append(read)
        if isinstance(tree, TestsNode):
            _check_words(tree, rule, column, builder, expected)
        _check_kinds(read, rule, column, builder, expected)
    return Column(column.label or str(index + 1), cells, _domain(column, builder))


def _domain(column: Input, builder: Builder) -> list[Condition] | None:
    """Give the allowed values of a column: its own, or those of its type."""
    type_ = builder.type(column.type_ref, column) if column.type_ref else _declared(column, builder)
    own = [] if column.values is None else [Tests(column.values, builder.names, builder.types.known)]
    for tests in (*own, *constraints(type_)):
        tree = None if tests.program is None else tests.program.tree
        if isinstance(tree, TestsNode):
            return conditions(tree)
    return None


def _declared(column: Input, builder: Builder) -> Type:
    return dict(builder.variables).get(column.text, ANY)


def _expected_kind(column: Input, builder: Builder) -> str | None:
    declared = kind_of(builder.type(column.type_ref, column))
    if declared is not None:
        return declared
    program = Expression(column.text, builder.names, builder.types.known).program if column.text else None
    return None if program is None else Kinds(dict(builder.variables)).of(program.tree)


def _check_kinds(
    read: list[Condition] | None, rule: Rule, column: Input, builder: Builder, expected: str | None
) -> None:
    for value in _misfits(read or (), expected):
        message = mark(
            "“{name}”的第 {rule} 条规则的“{column}”列写了{found} {value}，而这一列是{expected}。"
            "请改写这一格，或修改这一列的类型。"
        )
        builder.report.error(
            "cell_wrong_type",
            message,
            Spot(id=rule.id or builder.spot.id, name=builder.spot.name, line=rule.line, rule=rule.number),
            column=column.label,
            found=chinese(kind(value)),
            value=literal_text(value),
            expected=chinese(expected or ""),
        )
        return


def _misfits(read: Sequence[Condition], expected: str | None) -> Iterator[object]:
    for condition in read:
        for value in condition.constants:
            if expected is not None and kind(value) != expected:
                yield value


def _check_words(tree: TestsNode, rule: Rule, column: Input, builder: Builder, expected: str | None) -> None:
    """Report a bare word, which is read as a variable: most often a text without its quotation marks."""
    known = builder.names | BUILTINS.keys()
    for node in tree.tests:
        if isinstance(node, Name) and node.name not in known and node.name != "?":
            message = mark(
                "“{name}”的第 {rule} 条规则的“{column}”列写了 {word}，没有这个变量。"
                '如果是文字，请加英文双引号："{word}"。'
            )
            say = builder.report.error if expected == "string" else builder.report.warning
            spot = Spot(id=rule.id or builder.spot.id, name=builder.spot.name, line=rule.line, rule=rule.number)
            say("unknown_word", message, spot, column=column.label, word=node.name)
