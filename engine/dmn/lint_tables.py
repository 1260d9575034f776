"""Check a decision table: overlaps, gaps, rules that never match, and types, each with its rule's number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.dmn.building import BLANK, Builder
from engine.dmn.constants import UNKNOWN, constant
from engine.dmn.coverage import Box, TooManyError, meet, uncovered, without
from engine.dmn.expressions import Expression
from engine.dmn.hit_policies import LISTS
from engine.dmn.lint_cells import Column, column_of
from engine.dmn.reporting import Spot
from engine.dmn.syntax import Rule, Table
from engine.errors import mark

MAX_REPORTED = 20
"""Findings of one kind for one table: more say nothing new."""
MAX_GAPS = 5
MAX_PAIRS = 200_000


@dataclass(frozen=True)
class Row:
    """A rule as a box; ``whole`` is false where a cell depends on more than its own input."""

    rule: Rule
    box: Box
    whole: bool
    opaque: tuple[str | None, ...]
    """The texts of such cells, None for the others."""


class TableCheck:
    """The checks of one table."""

    def __init__(self, table: Table, builder: Builder) -> None:
        self.table = table
        self.builder = builder
        self.report = builder.report
        self.spot = builder.spot
        self.columns: list[Column] = [column_of(table, index, builder) for index in range(len(table.inputs))]
        self.rows = [self._row(rule) for rule in table.rules]

    def run(self) -> None:
        """Report everything that was found."""
        if not self.table.rules:
            self._say("error", "table_empty", mark("决策表“{name}”没有规则。请至少写一条规则。"), self.spot)
            return
        for row in self.rows:
            self._impossible(row)
        if self.table.hit_policy in {"UNIQUE", "ANY"}:
            self._overlaps()
        if self.table.hit_policy == "FIRST":
            self._covered()
        if self.table.hit_policy not in LISTS and any(output.default is None for output in self.table.outputs):
            self._gaps()

    def _row(self, rule: Rule) -> Row:
        cells = [column.cell(index) for index, column in ((rule.number - 1, column) for column in self.columns)]
        box = tuple(column.bits(cell) for column, cell in zip(self.columns, cells, strict=True))
        opaque = tuple(text if cell is None else None for text, cell in zip(rule.inputs, cells, strict=True))
        return Row(rule, box, all(cell is not None for cell in cells), opaque)

    def _impossible(self, row: Row) -> None:
        for column, bits, text in zip(self.columns, row.box, row.rule.inputs, strict=True):
            if not bits:
                message = mark(
                    "“{name}”的第 {rule} 条规则永远不会命中：“{column}”列的“{cell}”没有可能的值。"
                    "请修改这一格，或删除这条规则。"
                )
                self._say("warning", "rule_never_matches", message, self._at(row.rule), column=column.label, cell=text)

    def _overlaps(self) -> None:
        found = 0
        for first, second in self._pairs():
            if not _certainly_meet(first, second):
                continue
            if self.table.hit_policy == "ANY":
                if not self._outputs_differ(first.rule, second.rule):
                    continue
                code = "outputs_differ"
                message = mark(
                    "“{name}”的第 {rule} 条与第 {other} 条规则会同时命中（{case}），输出却不同。"
                    "请让输出一致，或让条件错开。"
                )
            else:
                code = "rules_overlap"
                message = mark(
                    "“{name}”的第 {rule} 条与第 {other} 条规则会同时命中（{case}），而命中策略是唯一。"
                    "请让条件错开，或改用“首条”（FIRST）。"
                )
            case = self._case(meet(first.box, second.box) or first.box)
            self._say("error", code, message, self._at(second.rule), other=first.rule.number, case=case)
            found += 1
            if found == MAX_REPORTED:
                return

    def _pairs(self) -> Iterator[tuple[Row, Row]]:
        left = MAX_PAIRS
        for index, second in enumerate(self.rows):
            for first in self.rows[:index]:
                left -= 1
                if left < 0:
                    self._too_large()
                    return
                yield first, second

    def _covered(self) -> None:
        """Report rules of a FIRST table that those before them leave nothing to."""
        before: list[Row] = []
        for row in self.rows:
            left = [row.box] if all(row.box) else []
            for other in before if left else ():
                left = without(left, other.box)
            if not left and all(row.box):
                numbers = "、".join(str(other.rule.number) for other in before if meet(other.box, row.box))
                message = mark(
                    "“{name}”的第 {rule} 条规则永远不会命中：它的情形已被前面的第 {others} 条规则占去。"
                    "请调整顺序，或删除它。"
                )
                self._say("warning", "rule_never_matches", message, self._at(row.rule), others=numbers)
            if row.whole:
                before.append(row)

    def _gaps(self) -> None:
        domain = tuple(column.domain for column in self.columns)
        try:
            gaps = uncovered(domain, [row.box for row in self.rows])
        except TooManyError:
            self._too_large()
            return
        for gap in gaps[:MAX_GAPS]:
            message = mark("“{name}”有缺口：{case} 时没有规则命中，结果为空。请补一条规则，或给输出设默认值。")
            self._say("warning", "gap", message, self.spot, case=self._case(gap))

    def _case(self, box: Box) -> str:
        parts = [
            f"{column.label}: {column.text(bits)}"
            for column, bits in zip(self.columns, box, strict=True)
            if bits & column.domain != column.domain
        ]
        return "; ".join(parts) or "-"

    def _outputs_differ(self, first: Rule, second: Rule) -> bool:
        for left, right in zip(first.outputs, second.outputs, strict=True):
            a, b = self._output(left), self._output(right)
            if UNKNOWN not in (a, b) and a != b:
                return True
        return False

    def _output(self, text: str) -> object:
        if text in BLANK:
            return None
        program = Expression(text, self.builder.names, self.builder.types.known).program
        return UNKNOWN if program is None else constant(program.tree)

    def _too_large(self) -> None:
        message = mark("决策表“{name}”太大，没有检查完重叠和缺口。请把它拆成几张表。")
        self._say("warning", "table_too_large", message, self.spot)

    def _at(self, rule: Rule) -> Spot:
        return Spot(id=rule.id or self.spot.id, name=self.spot.name, line=rule.line, rule=rule.number)

    def _say(self, severity: str, code: str, message: str, spot: Spot, **facts: object) -> None:
        say: Callable[..., None] = self.report.error if severity == "error" else self.report.warning
        say(code, message, spot, **facts)


def _certainly_meet(first: Row, second: Row) -> bool:
    """Tell whether two rules have an input in common for certain; cells nobody can judge must be the same."""
    pairs: Sequence[tuple[str | None, str | None]] = list(zip(first.opaque, second.opaque, strict=True))
    return meet(first.box, second.box) is not None and all(a == b for a, b in pairs)


def check_table(table: Table, builder: Builder) -> None:
    """Report what is wrong with a table."""
    try:
        TableCheck(table, builder).run()
    except TooManyError:
        message = mark("决策表“{name}”太大，没有检查完重叠和缺口。请把它拆成几张表。")
        builder.report.warning("table_too_large", message, builder.spot)
