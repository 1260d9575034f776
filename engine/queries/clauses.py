"""Which clause of a policy is met where, which scenarios prove it, and how many cases went there."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import mark
from engine.execution.immutable import Definition, decision_model, definition, form
from engine.interpreter import Element, Process
from engine.interpreter.diagram import CLAUSE
from engine.model import ElementInstance, ProcessDefinition, ProcessInstance

ASSUMPTION = "assumption"
_KINDS = {
    "exclusiveGateway": mark("选择网关"),
    "inclusiveGateway": mark("多选网关"),
    "parallelGateway": mark("并行网关"),
    "eventBasedGateway": mark("事件网关"),
}
_SENTENCE = re.compile(r"[^\n]+")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Something a process owner made because of a clause."""

    process_id: str
    process_name: str
    kind: str
    """``process``, ``element``, ``rule`` or ``field``."""
    id: str
    name: str
    """To be translated where a gateway without a name is told by its kind."""
    text: str
    """What is said there of the clause, without its number."""
    cases: int
    """How many cases have gone through it; for a rule or field, how many the process has had."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A scenario that proves a clause."""

    process_id: str
    id: str
    title: str
    clauses: tuple[str, ...]


@dataclass(kw_only=True)
class ClauseRow:
    """One clause."""

    clause: str
    places: list[Place] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """Give the most cases that went through one of its places."""
        return max((place.cases for place in self.places), default=0)


def clause_table(session: Session, proofs: Sequence[Proof] = ()) -> list[ClauseRow]:
    """Give every clause that the newest versions or the scenarios name, in order of their numbers."""
    newest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.process_id)
    rows: dict[str, ClauseRow] = {}
    for found in (definition(session, definition_id) for definition_id in session.scalars(newest)):
        counts = _counts(session, found.process_id)
        for clause, place in _places(session, found, counts):
            rows.setdefault(clause, ClauseRow(clause=clause)).places.append(place)
    for proof in proofs:
        for clause in proof.clauses:
            rows.setdefault(clause, ClauseRow(clause=clause)).proofs.append(proof)
    rows.pop(ASSUMPTION, None)
    return sorted(rows.values(), key=lambda row: _order(row.clause))


def _counts(session: Session, process_id: str) -> Mapping[str, int]:
    """Count the cases of a process by element; an empty id stands for all of them."""
    of_process = (
        select(ElementInstance.element_id, func.count(ElementInstance.instance_id.distinct()))
        .join(ProcessInstance, ProcessInstance.id == ElementInstance.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessDefinition.process_id == process_id)
        .group_by(ElementInstance.element_id)
    )
    counts = defaultdict[str, int](int, dict(session.execute(of_process).all()))
    counts[""] = counts[process_id]
    return counts


def _places(session: Session, found: Definition, counts: Mapping[str, int]) -> Iterator[tuple[str, Place]]:
    for kind, place_id, name, documentation in _documented(session, found):
        for clause, text in _named(documentation):
            yield (
                clause,
                Place(
                    process_id=found.process_id,
                    process_name=found.name,
                    kind=kind,
                    id=place_id,
                    name=name,
                    text=CLAUSE.sub("", text).strip(),
                    cases=counts[place_id if kind == "element" else ""],
                ),
            )


def _documented(session: Session, found: Definition) -> Iterator[tuple[str, str, str, str]]:
    """Give kind, id, name and text of everything that may name a clause."""
    yield "process", found.process_id, found.name, found.process.documentation
    for element in found.process.elements.values():
        yield "element", element.id, element.name or _told_by_flows(found.process, element), element.documentation
    for key in dict.fromkeys(found.decisions.values()):
        model = decision_model(session, key)
        for rule in model.rules:
            yield "rule", f"{rule.table} / {rule.number}", f"{model.name} {rule.number}", rule.text
    for form_id, form_key in found.forms.items():
        for one in form(session, form_key).walk():
            yield "field", f"{form_id}.{one.key}", one.label or one.key, str(one.get("properties.clauses") or "")


def _told_by_flows(process: Process, element: Element) -> str:
    """Tell an element without a name by the ways that lead out of it, else by what it is."""
    ways = [flow.name for flow in process.flows.values() if flow.source == element.id and flow.name]
    return " / ".join(ways) or _KINDS.get(element.kind, "")


def _named(documentation: str) -> Iterator[tuple[str, str]]:
    """Give each clause that a text names, with the paragraph that names it."""
    for paragraph in _SENTENCE.findall(documentation):
        for clause in dict.fromkeys(CLAUSE.findall(paragraph)):
            yield clause, paragraph


def _order(clause: str) -> list[tuple[int, str]]:
    """Sort 2.10 after 2.9."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.findall(r"\d+|\D+", clause)]
