"""What must be true of a diagram before it is published: every finding names the element and the remedy."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lxml import etree

from engine import xml_text
from engine.errors import Finding, UnpublishableError, mark
from engine.interpreter import (
    legacy,
    lint_adhoc,
    lint_bindings,
    lint_compensation,
    lint_elements,
    lint_expressions,
    lint_flows,
    lint_links,
    lint_listeners,
    lint_needs,
    lint_offered,
    lint_overdue,
    lint_starts,
    lint_task_rules,
    lint_tasks,
    lint_timers,
    networks,
)
from engine.interpreter.diagram import Process
from engine.interpreter.lint_rule import Known, finding
from engine.interpreter.reading import read_tree
from engine.xml_text import BPMN, DI, line_of, local_name, namespace

_ID = re.compile(r"[\w.-]+")
_DRAWN = ("Task", "Event", "Gateway", "sequenceFlow", "subProcess", "callActivity")

Rule = Callable[[Process, Known], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    lint_elements.unsupported,
    lint_elements.repetition,
    lint_elements.gateway_events,
    lint_starts.starts_and_ends,
    lint_starts.distinct_starts,
    lint_needs.people,
    lint_needs.forms,
    lint_needs.jobs,
    lint_tasks.built_in_tasks,
    lint_needs.calls,
    lint_bindings.bindings,
    lint_needs.messages,
    lint_elements.borders,
    lint_timers.timers,
    lint_elements.names,
    lint_flows.dangling,
    lint_flows.gateways,
    lint_flows.activities,
    lint_flows.unreachable,
    lint_flows.going_round,
    lint_links.links,
    lint_adhoc.adhoc,
    lint_compensation.boundaries,
    lint_compensation.handlers,
    lint_compensation.throws,
    lint_compensation.event_sub_processes,
    lint_compensation.transactions,
    lint_expressions.expressions,
    lint_expressions.turns,
    lint_listeners.listeners,
    lint_offered.offered_operations,
    networks.known_networks,
    lint_task_rules.task_rules,
    lint_overdue.overdue,
)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The result of a check: what was read and what was found."""

    processes: tuple[Process, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        """Give the findings that forbid publication."""
        return [found for found in self.findings if found.severity == "error"]


def check(content: bytes, resource: str, known: Known) -> Checked:
    """Check a BPMN file. Never raises for what a file contains: anything wrong is a finding."""
    try:
        root = xml_text.parse(content, resource)
    except UnpublishableError as error:
        return Checked(processes=(), findings=tuple(error.findings))
    found = list(_document(root))
    processes = tuple(read_tree(root)) if not any(f.code in {"not_bpmn", "duplicate_id"} for f in found) else ()
    for process in processes:
        if process.executable:
            found += [f for rule in RULES for f in rule(process, known)]
    found = [replace(f, resource=resource) for f in found]
    return Checked(processes=processes, findings=tuple(sorted(found, key=_by_weight)))


def _by_weight(found: Finding) -> tuple[bool, int]:
    return found.severity != "error", found.line or 0


def _document(root: etree._Element) -> Iterator[Finding]:
    if namespace(root) != BPMN or local_name(root) != "definitions":
        yield finding(
            "not_bpmn",
            mark("这不是 BPMN 2.0 文件：最外层应为 definitions，实际为 {tag}。请用建模器打开后另存为 .bpmn。"),
            line=line_of(root),
            tag=local_name(root),
        )
        return
    yield from _duplicate_ids(root)
    processes = list(root.iter(f"{{{BPMN}}}process"))
    if not any(process.get("isExecutable") == "true" for process in processes):
        yield finding(
            "not_executable",
            mark("文件里没有可执行的流程。请选中流程（或泳池），在属性面板勾选“可执行 (Executable)”。"),
            element=processes[0].get("id") if processes else None,
            line=line_of(processes[0]) if processes else line_of(root),
        )
    yield from _ids(processes)
    yield from legacy.translate(root)
    yield from _shapes(root, processes)


def _duplicate_ids(root: etree._Element) -> Iterator[Finding]:
    seen: dict[str, etree._Element] = {}
    for node in root.iter(f"{{{BPMN}}}*"):
        element_id = node.get("id")
        if element_id is None:
            continue
        if element_id in seen:
            yield finding(
                "duplicate_id",
                mark("编号 {id} 用了两次（第 {first} 行和第 {second} 行）。请给其中一个换一个编号。"),
                element=element_id,
                line=line_of(node),
                id=element_id,
                first=line_of(seen[element_id]),
                second=line_of(node),
            )
        seen[element_id] = node


def _ids(processes: list[etree._Element]) -> Iterator[Finding]:
    """Ask for ids that can be written: addresses and history name processes and elements by them."""
    for process in processes:
        for node in (process, *(node for node in process.iter(f"{{{BPMN}}}*") if _is_drawn(node))):
            element_id = node.get("id", "")
            if not _ID.fullmatch(element_id):
                yield finding(
                    "id_unusable",
                    mark("“{label}”的编号“{id}”不能用。编号不能为空，只能由文字、数字、下划线、点和连字符组成。"),
                    element=element_id or None,
                    name=node.get("name"),
                    line=line_of(node),
                    label=node.get("name") or local_name(node),
                    id=element_id,
                )


def _shapes(root: etree._Element, processes: list[etree._Element]) -> Iterator[Finding]:
    drawn = {node.get("bpmnElement") for node in root.iter(f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge")}
    for process in processes:
        for node in process.iter(f"{{{BPMN}}}*"):
            if _is_drawn(node) and node.get("id") not in drawn:
                yield finding(
                    "not_drawn",
                    mark("图上没有画出“{label}”，打开后看不见它。请在建模器里删除它或重新画一次。"),
                    severity="warning",
                    element=node.get("id"),
                    name=node.get("name"),
                    line=line_of(node),
                    label=node.get("name") or node.get("id", ""),
                )


def _is_drawn(node: etree._Element) -> bool:
    kind = local_name(node)
    return kind.endswith(_DRAWN) or kind in {"task", "transaction"}
