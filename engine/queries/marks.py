"""Where a case stands on its diagram: what was passed, what is current, what was returned."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from engine import json_text
from engine.audit.standing import Standing
from engine.interpreter import Process

_JOINS = frozenset({"parallelGateway", "inclusiveGateway"})
_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})


@dataclass(kw_only=True)
class Marks:
    """Ids of elements and flows by what is to be said of them."""

    passed: list[str] = field(default_factory=list)
    """Completed in the present round, in order."""
    current: list[str] = field(default_factory=list)
    """Waiting now."""
    returned: list[str] = field(default_factory=list)
    """Completed before a step back, and to be done again."""
    failed: list[str] = field(default_factory=list)
    """Stuck, with an open incident."""

    def as_json(self) -> str:
        """Write it for the viewer."""
        return json_text.dump_text(asdict(self))


def marks(process: Process, bodies: Iterable[Mapping[str, Any]], stuck: Iterable[str] = ()) -> Marks:
    """Follow the passages of history events, oldest first; ``stuck`` are elements with an open incident."""
    found = Marks(failed=list(stuck))
    taken: list[str] = []
    standing, to_joins = Standing(), _flows_to_joins(process)
    for body in bodies:
        for what, element_id, _token, flow_id in body.get("passages", ()):
            _follow(process, found, what, element_id)
            left_by = to_joins.get(element_id, ()) if what == "completed" else ()
            taken += [flow for flow in (flow_id, *left_by) if flow and flow not in taken]
        standing.follow(body)
    found.current = standing.elements()
    _mark_steps_back(process, found)
    for known in (found.passed, found.returned):
        known[:] = [element_id for element_id in known if element_id not in found.current]
    _mark_flows(process, found, taken)
    # What is stuck waits, too; that it is stuck is what matters.
    found.current = [element_id for element_id in found.current if element_id not in found.failed]
    return found


def _flows_to_joins(process: Process) -> Mapping[str, Sequence[str]]:
    """Give element → its flows into joins, for what takes all its flows at once when it is done.

    Only the last token to come to a join passes it; where the others came from is in no passage of the join.
    """
    found: dict[str, list[str]] = {}
    entered = Counter(flow.target for flow in process.flows.values())
    for flow in process.flows.values():
        source, target = process.elements[flow.source], process.elements[flow.target]
        if target.kind in _JOINS and entered[flow.target] > 1 and source.kind not in _CHOOSING and source.loop is None:
            found.setdefault(flow.source, []).append(flow.id)
    return found


def _mark_flows(process: Process, found: Marks, taken: Iterable[str]) -> None:
    """Say of each flow a token took whether it belongs to the present round."""
    returned = set(found.returned)
    for flow_id in taken:
        flow = process.flows.get(flow_id)
        if flow is not None:
            undone = flow.source in returned or flow.target in returned or flow.source in found.current
            (found.returned if undone else found.passed).append(flow_id)


def _follow(process: Process, found: Marks, what: str, element_id: str) -> None:
    """Note one passage. Coming again to an element begins a new round: what lay behind it is to be done again."""
    if element_id in found.passed and _is_chosen(process, element_id):
        found.passed.remove(element_id)
    elif element_id in found.passed:
        at = found.passed.index(element_id)
        _return(found, found.passed[at + 1 :])
        del found.passed[at:]
    if what == "completed":
        found.passed.append(element_id)
        if element_id in found.returned:
            found.returned.remove(element_id)


def _is_chosen(process: Process, element_id: str) -> bool:
    """Tell whether an element lies in an ad-hoc sub-process: doing it again undoes nothing that was done beside it."""
    element = process.elements.get(element_id)
    around = process.elements.get(element.parent) if element is not None else None
    return around is not None and around.adhoc is not None


def _mark_steps_back(process: Process, found: Marks) -> None:
    """Mark what lies between a waiting step that only leads back, such as a correction, and where it leads to."""
    for element_id in found.current:
        reached = _leads_back_to(process, element_id, found.passed)
        if reached:
            at = min(found.passed.index(one) for one in reached)
            _return(found, found.passed[at + 1 :])
            del found.passed[at + 1 :]


def _leads_back_to(process: Process, element_id: str, passed: Sequence[str]) -> set[str]:
    """Give the passed elements that every way on from an element leads to; nothing if a way leads elsewhere."""
    reached: set[str] = set()
    seen, open_ends = {element_id}, [element_id]
    while open_ends:
        targets = process.successors.get(open_ends.pop(), ())
        if not targets:
            return set()
        for target in targets:
            if target in passed:
                reached.add(target)
            elif target not in seen:
                seen.add(target)
                open_ends.append(target)
    return reached


def _return(found: Marks, element_ids: Iterable[str]) -> None:
    found.returned += [element_id for element_id in element_ids if element_id not in found.returned]
