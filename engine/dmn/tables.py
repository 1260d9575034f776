"""Compile decision tables (DMN 1.5 chapter 8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.dmn import messages
from engine.dmn.building import BLANK, Builder, compiles
from engine.dmn.expressions import Expression, Tests
from engine.dmn.hit_policies import AGGREGATIONS, CHOOSERS, COUNT, LISTS, ORDERED, ByPriority, Choose, Hit, aggregated
from engine.dmn.running import Evaluate, Match, Run, Scope, TableTrace
from engine.dmn.syntax import Input, Output, Rule, Table
from engine.dmn.types import MISFIT, constraints, convert
from engine.feel.types import ANY, ListType, Type

DESCRIPTION = "description"


@dataclass(frozen=True)
class Column:
    """A column of conditions."""

    label: str
    evaluate: Evaluate
    allowed: Tests | None


@dataclass(frozen=True)
class Result:
    """A column of results."""

    name: str
    type: Type
    type_ref: str | None
    allowed: Tests | None
    ranked: Expression | None
    """The allowed values as a list."""
    default: Evaluate | None


@dataclass(frozen=True)
class Row:
    """A rule."""

    rule: Rule
    cells: tuple[tuple[int, Tests], ...]
    """The tests that aren't always passed, with the index of their column."""
    outputs: tuple[Evaluate, ...]


@compiles(Table)
def table(node: Table, builder: Builder) -> Evaluate:
    """Make the closure of a table."""
    if not node.outputs:
        return builder.unsupported("decisionTable")
    if node.hit_policy not in {*CHOOSERS, *ORDERED}:
        return builder.unsupported(f"hitPolicy={node.hit_policy}")
    if node.aggregation not in {None, COUNT, *AGGREGATIONS}:
        return builder.unsupported(f"aggregation={node.aggregation}")
    builder.seen.tables.append((node, builder))
    return Compiled(node, builder).run


class Compiled:
    """A decision table; safe to use from several threads at once."""

    def __init__(self, node: Table, builder: Builder) -> None:
        self.node = node
        self.spot = builder.spot
        self.columns = [_column(column, builder) for column in node.inputs]
        self.results = [_result(output, number, node, builder) for number, output in enumerate(node.outputs, start=1)]
        self.rows = [_row(rule, builder) for rule in node.rules]
        self._choose: Choose = CHOOSERS.get(node.hit_policy) or ByPriority(
            self._priorities, only_first=node.hit_policy == "PRIORITY"
        )

    def run(self, run: Run, scope: Scope) -> object:
        """Give the result of the table, and keep what it saw."""
        with run.inside(self.spot):
            values = [column.evaluate(run, scope) for column in self.columns]
            if not self._allowed(run, scope, values):
                self._trace(run, values, [])
                return None
            hits = self._hits(run, scope, values)
            if not hits:
                self._trace(run, values, [])
                return self._without_match(run, scope)
            chosen = self._choose(run, hits)
            self._trace(run, values, hits if chosen is None else chosen)
            return None if chosen is None else self._value(run, [hit.outputs for hit in chosen])

    def _allowed(self, run: Run, scope: Scope, values: list[object]) -> bool:
        for column, value in zip(self.columns, values, strict=True):
            if column.allowed is None or column.allowed.passes(value, run, scope):
                continue
            if type(value) is list and all(column.allowed.passes(item, run, scope) for item in value):
                continue
            run.note(messages.INPUT_NOT_ALLOWED, name=column.label)
            return False
        return True

    def _hits(self, run: Run, scope: Scope, values: list[object]) -> list[Hit]:
        hits = []
        for row in self.rows:
            run.spend(len(row.cells) + 1)
            run.at = replace(self.spot, rule=row.rule.number, line=row.rule.line)
            if all(tests.passes(values[index], run, scope) for index, tests in row.cells):
                hits.append(Hit(row.rule.number, self._outputs(run, scope, row)))
                if self.node.hit_policy == "FIRST":
                    break
        run.at = self.spot
        return hits

    def _outputs(self, run: Run, scope: Scope, row: Row) -> tuple[object, ...]:
        return tuple(
            _checked(run, result, output(run, scope), row.rule.number)
            for result, output in zip(self.results, row.outputs, strict=True)
        )

    def _without_match(self, run: Run, scope: Scope) -> object:
        if any(result.default is not None for result in self.results):
            default = tuple(None if result.default is None else result.default(run, scope) for result in self.results)
            # An aggregation of one default is that default.
            aggregates = self.node.aggregation is not None and self.node.aggregation != COUNT
            return self._shape(default) if aggregates else self._value(run, [default])
        if self.node.hit_policy == "COLLECT":
            return self._value(run, [])
        run.note(messages.NO_MATCH)
        return None

    def _value(self, run: Run, found: Sequence[tuple[object, ...]]) -> object:
        if self.node.hit_policy not in LISTS:
            return self._shape(found[0])
        aggregation = self.node.aggregation
        if self.node.hit_policy != "COLLECT" or not aggregation:
            return [self._shape(outputs) for outputs in found]
        if not found:
            return aggregated(run, aggregation, [])
        by_column = zip(*found, strict=True)
        return self._shape(tuple(aggregated(run, aggregation, list(outputs)) for outputs in by_column))

    def _shape(self, outputs: tuple[object, ...]) -> object:
        """Give one output as it is, several as a context."""
        if len(self.results) == 1:
            return outputs[0]
        return {result.name: output for result, output in zip(self.results, outputs, strict=True)}

    def _priorities(self, run: Run) -> list[list[object] | None]:
        found = [None if result.ranked is None else result.ranked.run(run, {}) for result in self.results]
        return [values if isinstance(values, list) else None for values in found]

    def _trace(self, run: Run, values: list[object], hits: Sequence[Hit]) -> None:
        inputs: dict[str, object] = {}
        for number, (column, value) in enumerate(zip(self.columns, values, strict=True), start=1):
            inputs[column.label if column.label not in inputs else f"{column.label} ({number})"] = value
        run.trace(
            TableTrace(
                id=self.node.id or self.spot.id,
                name=self.spot.name,
                hit_policy=self.node.hit_policy,
                inputs=inputs,
                matched=tuple(self._match(hit) for hit in hits),
            )
        )

    def _match(self, hit: Hit) -> Match:
        rule = self.node.rules[hit.number - 1]
        notes = dict(zip(self.node.annotations, rule.annotations, strict=False))
        return Match(
            number=hit.number,
            id=rule.id,
            outputs={result.name: output for result, output in zip(self.results, hit.outputs, strict=True)},
            annotations={**notes, DESCRIPTION: rule.description} if rule.description else notes,
        )


def _checked(run: Run, result: Result, value: object, rule: int) -> object:
    fitted = value if result.type is ANY else convert(result.type, value, run)
    if fitted is MISFIT:
        run.note(messages.WRONG_TYPE, name=result.name, type=result.type_ref)
        return None
    if value is None or result.allowed is None or result.allowed.passes(fitted, run):
        return fitted
    if type(fitted) is list and all(result.allowed.passes(item, run) for item in fitted):
        return fitted
    run.note(messages.OUTPUT_NOT_ALLOWED, name=result.name, rule=rule)
    return None


def _column(column: Input, builder: Builder) -> Column:
    evaluate = builder.expression(column.text, column).run if column.text else builder.compile(None)
    return Column(
        label=column.label,
        evaluate=builder.fitted(evaluate, column.type_ref, column, column.label),
        allowed=None if column.values is None else builder.tests(column.values, column),
    )


def _result(output: Output, number: int, node: Table, builder: Builder) -> Result:
    type_ = builder.type(output.type_ref, output)
    # Without values of its own, a column has those of its type, and a single column those of the table's.
    whole = builder.type(node.type_ref, node) if len(node.outputs) == 1 else ANY
    item = whole.item if isinstance(whole, ListType) else whole
    texts = [output.values, *(tests.text for tests in (*constraints(type_), *constraints(item)))]
    ranked = next((text for text in texts if text), None)
    return Result(
        name=output.name or output.label or str(number),
        type=type_,
        type_ref=output.type_ref,
        allowed=None if output.values is None else builder.tests(output.values, output),
        ranked=None if ranked is None else Expression(f"[{ranked}]", (), builder.types.known),
        default=None if output.default is None else builder.expression(output.default, output).run,
    )


def _row(rule: Rule, builder: Builder) -> Row:
    cells = [(index, text) for index, text in enumerate(rule.inputs) if text not in BLANK]
    none = builder.compile(None)
    return Row(
        rule=rule,
        cells=tuple((index, builder.tests(text, rule, rule.number)) for index, text in cells),
        outputs=tuple(
            builder.expression(text, rule, rule.number).run if text not in BLANK else none for text in rule.outputs
        ),
    )
