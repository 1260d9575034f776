"""Rules on sequence flows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from engine.errors import Finding, mark
from engine.interpreter.diagram import Element, Flow, Process
from engine.interpreter.lint_rule import Known, about

CONDITIONAL = frozenset({"exclusiveGateway", "inclusiveGateway"})


def dangling(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Refuse flows that begin or end nowhere: the library would run them without a word."""
    for flow in process.flows.values():
        source, target = process.elements.get(flow.source), process.elements.get(flow.target)
        if source is None or target is None:
            missing = flow.target if source is not None else flow.source
            yield about(
                flow,
                "dangling_flow",
                mark("连线“{label}”的一端 {missing} 不存在。请删除这条连线后重新连接。"),
                missing=missing or "?",
            )
        elif source.parent != target.parent:
            yield about(
                flow,
                "flow_crosses_boundary",
                mark("连线“{label}”穿过了子流程的边框。请连到子流程本身，而不是里面的元素。"),
            )


def gateways(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Ask each flow that leaves a gateway for its condition, and each gateway for a default flow."""
    for element_id, flows in _outgoing(process).items():
        gateway = process.elements.get(element_id)
        if gateway is None or gateway.kind not in CONDITIONAL or len(flows) < 2:
            continue
        for flow in flows:
            yield from _gateway_flow(flow)
        if not any(flow.is_default for flow in flows):
            yield about(
                gateway,
                "no_default_flow",
                mark("网关“{label}”没有默认流向：所有条件都不成立时事项会停在这里。请把一条连线设为默认。"),
                severity="warning",
            )


def _gateway_flow(flow: Flow) -> Iterator[Finding]:
    if flow.is_default and flow.condition:
        yield about(
            flow,
            "condition_on_default",
            mark("默认连线“{label}”不看条件，它的条件不起作用。请删除条件或取消默认。"),
            severity="warning",
        )
    elif not flow.is_default and not flow.condition:
        yield about(
            flow,
            "condition_missing",
            mark('连线“{label}”离开网关却没有条件。请填写条件，例如 =decision = "approve"，或设为默认流向。'),
        )
    if not flow.name:
        yield about(
            flow,
            "flow_unnamed",
            mark("离开网关的连线 {label} 没有文字。请写上它代表的结果，如“同意”。"),
            severity="warning",
        )


def activities(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Refuse conditions on flows that leave anything but a gateway, and dead ends of gateways."""
    outgoing = _outgoing(process)
    for element in process.elements.values():
        flows = outgoing.get(element.id, [])
        if element.kind not in CONDITIONAL:
            for flow in flows:
                if flow.condition:
                    yield about(
                        flow,
                        "condition_outside_gateway",
                        mark("连线“{label}”有条件，但它不是从排他或包容网关出来的。请在任务后面加一个网关。"),
                    )
        if element.kind.endswith("Gateway") and not flows:
            yield about(element, "gateway_dead_end", mark("网关“{label}”没有出口。请至少连出一条线。"))
        if element.kind == "endEvent" and flows:
            yield about(element, "end_continues", mark("结束事件“{label}”后面不能再连线。请删除该连线。"))


def unreachable(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Name what no token can ever reach."""
    starts = [e.id for e in process.elements.values() if e.kind == "startEvent" and e.parent == process.id]
    reached = _reached(process, starts)
    for element in process.elements.values():
        if starts and element.id not in reached:
            yield about(
                element,
                "unreachable",
                mark("从开始事件走不到“{label}”。请把它连进流程，或删除它。"),
            )


_PASSES = frozenset(
    {
        "task", "manualTask", "scriptTask", "businessRuleTask", "intermediateThrowEvent", "exclusiveGateway",
        "inclusiveGateway", "parallelGateway",
    }
)  # fmt: skip
"""What a token goes through without a stop, unless it is a job; a link that catches is another."""


def going_round(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Refuse a circle in which nothing waits and which nothing leaves: a token in it would never come to rest."""
    resting = _resting(process)
    told: set[str] = set()
    for element in process.elements.values():
        if element.id not in resting and element.id not in told:
            told |= _closure({element.id}, process.successors)
            yield about(
                element,
                "going_round",
                mark(
                    "从“{label}”出发只会原地转圈：这个环路里没有需要等待的元素，也没有出口。请加一个任务、定时器或出口。"
                ),
            )


def _resting(process: Process) -> set[str]:
    """Give the elements from which a token may come to rest: where it waits, ends or leaves its scope."""
    comes_from: dict[str, list[str]] = defaultdict(list)
    for source, targets in process.successors.items():
        for target in targets:
            comes_from[target].append(source)
    rests = {e.id for e in process.elements.values() if not _passes(e) or not process.successors.get(e.id)}
    return _closure(rests, comes_from)


def _passes(element: Element) -> bool:
    caught_link = element.kind == "intermediateCatchEvent" and element.event == "link"
    return element.job_type is None and (element.kind in _PASSES or caught_link)


def _closure(begin: set[str], leads_to: Mapping[str, Iterable[str]]) -> set[str]:
    reached, waiting = set[str](), list(begin)
    while waiting:
        element_id = waiting.pop()
        if element_id not in reached:
            reached.add(element_id)
            waiting += leads_to.get(element_id, ())
    return reached


def _reached(process: Process, starts: list[str]) -> set[str]:
    leads_to = defaultdict[str, list[str]](list)
    for element in process.elements.values():
        if element.attached_to:
            leads_to[element.attached_to].append(element.id)
        if element.kind == "startEvent" or element.triggered_by_event or element.for_compensation:
            # A sub-process leads to what is inside it; what needs no flow is reached with its surroundings.
            leads_to[element.parent].append(element.id)
        if element.adhoc is not None:
            leads_to[element.id] += [inside.id for inside in process.startable(element.id)]
    for source, targets in process.successors.items():
        leads_to[source] += targets
    return _closure({*starts, *leads_to[process.id]}, leads_to)


def _outgoing(process: Process) -> Mapping[str, list[Flow]]:
    flows: dict[str, list[Flow]] = defaultdict(list)
    for flow in process.flows.values():
        flows[flow.source].append(flow)
    return flows
