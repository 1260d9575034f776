"""What must be true of a DMN file before it is published: every finding names the place and the remedy."""

from collections.abc import Iterator, Mapping

from engine.dmn.documents import Document, open_document
from engine.dmn.lint_outputs import check_outputs
from engine.dmn.lint_tables import check_table
from engine.dmn.reporting import Spot
from engine.dmn.seen import SeenExpression
from engine.dmn.static_kinds import Kinds, chinese
from engine.dmn.syntax import Decision, Node
from engine.errors import Finding, UnpublishableError, mark


def lint(content: bytes, resource: str, imports: Mapping[str, bytes] | None = None) -> list[Finding]:
    """Check a file before publication; never raises for what it contains. Errors come first.

    ``imports`` has the files it imports by namespace, as for ``load``.
    """
    try:
        document = open_document(content, imports or {}, resource)
    except UnpublishableError as error:
        return list(error.findings)
    _graph(document)
    for seen in document.seen.expressions:
        _connected(seen, document)
        _kinds(seen, document)
    for table, builder in document.seen.tables:
        check_outputs(table, builder)
        check_table(table, builder)
    return sorted(document.report.findings, key=lambda found: (found.severity != "error", found.line or 0))


def _graph(document: Document) -> None:
    nodes = document.definitions.nodes
    if not any(isinstance(node, Decision) for node in nodes.values()):
        message = mark("文件里没有决策。请至少画一个决策并写上决策表。")
        document.report.error("no_decision", message, Spot(name=document.definitions.name))
    for node in nodes.values():
        spot = Spot(id=node.id, name=node.name or node.id, line=node.line)
        if isinstance(node, Decision) and node.expression is None:
            message = mark("决策“{name}”（第 {line} 行）没有决策逻辑。请为它写决策表或表达式，或删除它。")
            document.report.error("decision_empty", message, spot)
        if not node.name:
            message = mark("编号为 {id} 的元素（第 {line} 行）没有名称。表达式要用名称引用它，请填写。")
            document.report.error("name_missing", message, spot)
        if node.id in _reachable(node, document):
            message = mark("决策“{name}”（第 {line} 行）绕一圈依赖它自己。请删除其中一条连线。")
            document.report.error("requirement_cycle", message, spot)


def _reachable(start: Node, document: Document) -> set[str]:
    """Give the ids of the decisions of this file that a decision requires, directly or through others."""
    found: set[str] = set()
    pending = [start]
    while pending:
        node = pending.pop()
        for one in _required(node, document):
            if one.id not in found:
                found.add(one.id)
                pending.append(one)
    return found


def _required(node: Node, document: Document) -> Iterator[Node]:
    for ref in node.required if isinstance(node, Decision) else ():
        target = document.find(ref)
        if target is not None and target[0] is None:
            yield target[1]


def _connected(seen: SeenExpression, document: Document) -> None:
    program = seen.expression.program
    if program is None:
        return
    declared = {node.variable.name for node in document.definitions.nodes.values()}
    for name in sorted((program.names & declared) - seen.builder.names):
        message = mark(
            "“{name}”（第 {line} 行）用到了“{other}”，但没有连线，运行时为空。请从“{other}”画一条需求连线过来。"
        )
        document.report.error("requirement_missing", message, seen.spot, other=name)


def _kinds(seen: SeenExpression, document: Document) -> None:
    program = seen.expression.program
    if program is None:
        return
    for operator, left, right in Kinds(dict(seen.builder.variables)).clashes(program.tree):
        facts = {"operator": operator, "left": chinese(left), "right": chinese(right)}
        if seen.spot.rule:
            message = mark(
                "“{name}”的第 {rule} 条规则：“{operator}”的两边是{left}和{right}，没有结果。请先转换成同一种类型。"
            )
        else:
            message = mark(
                "“{name}”（第 {line} 行）：“{operator}”的两边是{left}和{right}，没有结果。请先转换成同一种类型。"
            )
        document.report.error("operands_wrong_type", message, seen.spot, **facts)
