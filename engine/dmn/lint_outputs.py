"""Check the results of a decision table: their kinds and their allowed values."""

from engine.dmn.building import BLANK, Builder
from engine.dmn.constants import UNKNOWN, constant, literal_text
from engine.dmn.expressions import Expression, Tests
from engine.dmn.reporting import Spot
from engine.dmn.running import Run
from engine.dmn.static_kinds import Kinds, chinese
from engine.dmn.syntax import Output, Rule, Table
from engine.dmn.types import accepts, kind_of
from engine.errors import mark
from engine.feel import FeelError
from engine.feel.functions import BUILTINS
from engine.feel.syntax import Name, Node


def check_outputs(table: Table, builder: Builder) -> None:
    """Report results of the wrong kind, or not among the allowed ones."""
    if len(table.outputs) > 1:
        _names(table, builder)
    if table.hit_policy in {"PRIORITY", "OUTPUT ORDER"} and not any(_has_values(one, builder) for one in table.outputs):
        message = mark("“{name}”的命中策略按优先级，但输出没有列出允许的值。请在输出列按优先级从高到低列出它们。")
        builder.report.error("priority_missing", message, builder.spot)
    for index, output in enumerate(table.outputs):
        for rule in table.rules:
            if rule.outputs[index] not in BLANK:
                _check(rule.outputs[index], rule, output, builder)


def _names(table: Table, builder: Builder) -> None:
    names = [output.name for output in table.outputs]
    if None in names or len(set(names)) < len(names):
        message = mark("“{name}”有几个输出列，每列要有不重复的名称，结果按名称给出。请补上。")
        builder.report.error("output_name_missing", message, builder.spot)


def _has_values(output: Output, builder: Builder) -> bool:
    # The table's own type may list them for a single column.
    return bool(output.values or output.type_ref) or builder.spot.name is None


def _check(text: str, rule: Rule, output: Output, builder: Builder) -> None:
    program = Expression(text, builder.names, builder.types.known).program
    if program is None:
        return
    spot = Spot(id=rule.id or builder.spot.id, name=builder.spot.name, line=rule.line, rule=rule.number)
    label = output.label or output.name or builder.spot.name or ""
    tree = program.tree
    if isinstance(tree, Name) and tree.name not in builder.names | BUILTINS.keys():
        message = mark(
            '“{name}”的第 {rule} 条规则的输出写了 {word}，没有这个变量。如果是文字，请加英文双引号："{word}"。'
        )
        builder.report.warning("unknown_word", message, spot, column=label, word=tree.name)
        return
    if _wrong_kind(tree, output, builder, spot, label):
        return
    value = constant(tree)
    if value is UNKNOWN or output.values is None or _allowed(value, output.values, builder):
        return
    message = mark(
        "“{name}”的第 {rule} 条规则的输出“{column}”写了 {value}，不在允许的值 {allowed} 之内。请改写，或补充允许的值。"
    )
    facts = {"column": label, "value": literal_text(value), "allowed": output.values}
    builder.report.error("output_not_allowed", message, spot, **facts)


def _wrong_kind(tree: Node, output: Output, builder: Builder, spot: Spot, label: str) -> bool:
    type_ = builder.type(output.type_ref, output)
    found, expected = Kinds(dict(builder.variables)).of(tree), kind_of(type_)
    if found is None or expected is None or found == expected:
        return _outside_type(tree, output, builder, spot, label)
    message = mark(
        "“{name}”的第 {rule} 条规则的输出“{column}”是{found}，而这一列是{expected}。请改写这一格，或修改这一列的类型。"
    )
    facts = {"column": label, "found": chinese(found), "expected": chinese(expected)}
    builder.report.error("output_wrong_type", message, spot, **facts)
    return True


def _outside_type(tree: Node, output: Output, builder: Builder, spot: Spot, label: str) -> bool:
    value, type_ = constant(tree), builder.type(output.type_ref, output)
    try:
        if value is UNKNOWN or kind_of(type_) is None or accepts(type_, value, Run(None)):
            return False
    except FeelError:
        return False
    message = mark(
        "“{name}”的第 {rule} 条规则的输出“{column}”写了 {value}，不在类型 {type} 允许的值之内。请改写，或修改这个类型。"
    )
    facts = {"column": label, "value": literal_text(value), "type": output.type_ref}
    builder.report.error("output_not_allowed", message, spot, **facts)
    return True


def _allowed(value: object, text: str, builder: Builder) -> bool:
    try:
        return value is None or Tests(text, builder.names, builder.types.known).passes(value, Run(None))
    except FeelError:
        return True
