"""What a BPMN file says, as values: the elements, flows, lanes and extensions of its processes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

CLAUSE = re.compile(r"\[(D\d\d-[0-9][0-9a-z.]*|assumption)\]")


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """One ``zeebe:input`` or ``zeebe:output``."""

    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Timer:
    """The expression of a timer event and which of the three kinds it is."""

    kind: str
    """``timeDate``, ``timeDuration`` or ``timeCycle``."""
    expression: str


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What a message, signal, error or escalation of a file is called."""

    name: str = ""
    code: str | None = None
    """The error or escalation code; None catches every one."""
    correlation_key: str | None = None
    """FEEL: what a message must carry to find this case."""


@dataclass(frozen=True, kw_only=True)
class Loop:
    """Multi-instance: one run of an activity for each item of a collection."""

    sequential: bool
    collection: str
    """FEEL, a list."""
    item: str | None
    """The local variable that holds the item."""
    results: str | None
    """The variable that collects the results."""
    result: str | None
    """FEEL, evaluated where an instance has ended."""
    completion: str | None
    """FEEL, asked after each instance: true ends the rest."""


@dataclass(frozen=True, kw_only=True)
class StandardLoop:
    """An activity that is done again while a condition holds (BPMN 2.0, 13.3.6)."""

    test_before: bool
    """Whether the condition is asked before the first round, too."""
    maximum: str | None
    """After how many rounds it ends in any case, as it is written."""
    condition: str | None
    """FEEL: true begins another round."""


@dataclass(frozen=True, kw_only=True)
class AdHoc:
    """What is begun in an ad-hoc sub-process, and when it has been enough."""

    active: str | None
    """FEEL, a list of element ids: what is begun on entry."""
    completion: str | None
    """FEEL, asked whenever something inside was completed; without it the end of all that was begun is the end."""
    cancel_remaining: bool
    """Whether what still runs is taken away when the condition holds, or waited for."""
    sequential: bool
    """Whether only one thing may be done at a time."""
    results: str | None
    """The variable that collects the results."""
    result: str | None
    """FEEL, evaluated where a chosen path has ended."""


@dataclass(frozen=True, kw_only=True)
class Called:
    """What a call activity or business rule task calls."""

    id: str
    """The process or decision id; an expression where it begins with ``=``."""
    result_variable: str | None = None
    propagate_parent: bool = True
    """Whether the called process sees all variables of the caller."""
    propagate_child: bool = True
    """Whether all variables of the called process come back."""
    binding: str = "latest"
    """Which version of a process: the ``latest``, that of the ``deployment``, or the one with the ``versionTag``."""
    version_tag: str | None = None


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A ``zeebe:executionListener`` or ``zeebe:taskListener``: a job at a moment in the life of its element."""

    tag: str
    """``executionListener`` or ``taskListener``."""
    event: str
    """``start`` and ``end``, or ``creating``, ``assigning``, ``updating``, ``completing`` and ``canceling``."""
    type: str
    """The job type; an expression where it begins with ``=``."""
    retries: int = 3
    retries_rule: str | None = None


@dataclass(frozen=True, kw_only=True)
class Handler:
    """How an activity is undone."""

    boundary: str
    """The id of the compensation boundary event on the activity."""
    activity: str
    """The id of the activity that undoes it."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None
    is_default: bool
    line: int | None


@dataclass(frozen=True, kw_only=True)
class Element:
    """A flow node of a process, with the ``zeebe:`` extensions we honour."""

    id: str
    kind: str
    """The local name of its tag, such as ``userTask``."""
    name: str
    parent: str
    """The id of the process or sub-process that contains it."""
    lane: str | None
    documentation: str
    line: int | None
    attached_to: str | None = None
    interrupting: bool = True
    event: str | None = None
    """The kind of event definition, such as ``timer``; empty for none events and other nodes."""
    timer: Timer | None = None
    definition: Definition = Definition()
    """The message, signal, error or escalation it waits for or throws."""
    condition: str | None = None
    """The condition of a conditional event."""
    triggered_by_event: bool = False
    """Whether a sub-process is an event sub-process."""
    for_compensation: bool = False
    """Whether an activity runs only to undo another one."""
    compensates: str | None = None
    """The activity that a compensation event undoes; None undoes everything completed in its scope."""
    waits_for_compensation: bool = True
    """Whether a compensation event waits until everything is undone."""
    loop: Loop | None = None
    """Its multi-instance."""
    standard_loop: StandardLoop | None = None
    adhoc: AdHoc | None = None
    called: Called | None = None
    form_id: str | None = None
    bindings: frozenset[str] = frozenset()
    """How the form or decision is bound, where that is said: publication binds every one of them for ever."""
    assignee: str | None = None
    candidate_users: str | None = None
    candidate_groups: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None
    job_type: str | None = None
    retries: int = 3
    retries_rule: str | None = None
    """FEEL, where the number of tries depends on the case."""
    script: str | None = None
    result_variable: str | None = None
    inputs: tuple[Mapped, ...] = ()
    outputs: tuple[Mapped, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    listeners: tuple[Listener, ...] = ()
    """In the order of the file, which is the order they are asked in."""

    def listeners_at(self, event: str) -> tuple[Listener, ...]:
        """Give the listeners of one moment."""
        return tuple(listener for listener in self.listeners if listener.event == event)

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """Give the clause numbers this element exists for, from its documentation."""
        return tuple(CLAUSE.findall(self.documentation))

    @property
    def label(self) -> str:
        """Give the name people know, or else the id."""
        return self.name or self.id


@dataclass(frozen=True, kw_only=True)
class Process:
    """One ``bpmn:process`` with everything in it, sub-processes included."""

    id: str
    name: str
    executable: bool
    version_tag: str | None
    documentation: str
    properties: Mapping[str, str]
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    line: int | None
    associations: tuple[tuple[str, str], ...] = ()
    """Source and target of each association; those from compensation boundary events lead to handlers."""
    listeners: tuple[Listener, ...] = ()

    @cached_property
    def whole(self) -> Element:
        """Give the process as if it were an element, for what listens to it; its properties are its headers."""
        return Element(
            id=self.id,
            kind="process",
            name=self.name,
            parent="",
            lane=None,
            documentation=self.documentation,
            line=self.line,
            headers=self.properties,
            listeners=self.listeners,
        )

    def part(self, element_id: str) -> Element:
        """Give the element that a job belongs to, which may be the process itself."""
        return self.whole if element_id == self.id else self.elements[element_id]

    @cached_property
    def start_form_id(self) -> str | None:
        """Give the form that starts a case."""
        starts = (e for e in self.elements.values() if e.kind == "startEvent" and e.parent == self.id)
        return next((start.form_id for start in starts if start.form_id), None)

    @cached_property
    def plain_start(self) -> str | None:
        """Give the start event of a case that a person starts: the plain one, else the first."""
        starts = [e for e in self.elements.values() if e.kind == "startEvent" and e.parent == self.id]
        return next((start.id for start in [*(s for s in starts if s.event is None), *starts]), None)

    @cached_property
    def decision_ids(self) -> frozenset[str]:
        """Give every decision the process names outright."""
        rules = (e.called for e in self.elements.values() if e.kind == "businessRuleTask")
        return frozenset(rule.id for rule in rules if rule is not None and not rule.id.startswith("="))

    @cached_property
    def computes_decisions(self) -> bool:
        """Tell whether an expression says which decision is taken: any that is handed in with the diagram may be."""
        rules = (e.called for e in self.elements.values() if e.kind == "businessRuleTask")
        return any(rule is not None and rule.id.startswith("=") for rule in rules)

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """Give the elements that a token can be put on: all but starts and what belongs to something else."""
        gateways = {element.id for element in self.elements.values() if element.kind == "eventBasedGateway"}
        behind = {flow.target for flow in self.flows.values() if flow.source in gateways}
        return frozenset(
            element.id
            for element in self.elements.values()
            if element.kind not in {"startEvent", "boundaryEvent"}
            and not element.triggered_by_event
            and not element.for_compensation
            and element.id not in behind
        )

    @cached_property
    def waits_for_events(self) -> bool:
        """Tell whether a case may wait for messages or signals."""
        return any(element.event in {"message", "signal"} for element in self.elements.values())

    @cached_property
    def has_overdue(self) -> bool:
        """Tell whether something happens with a user task of it that nobody does in time."""
        return any(element.properties.get("whenOverdue") for element in self.elements.values())

    @cached_property
    def form_ids(self) -> frozenset[str]:
        """Give every form the process refers to."""
        return frozenset(element.form_id for element in self.elements.values() if element.form_id)

    @cached_property
    def has_conditions(self) -> bool:
        """Tell whether there is an event in it that waits for a condition."""
        return any(element.condition is not None for element in self.elements.values())

    @cached_property
    def is_listened(self) -> bool:
        """Tell whether anything listens to it or to an element of it."""
        return bool(self.listeners) or any(element.listeners for element in self.elements.values())

    @cached_property
    def has_adhoc(self) -> bool:
        """Tell whether there is an ad-hoc sub-process in it."""
        return any(element.adhoc is not None for element in self.elements.values())

    def startable(self, adhoc_id: str) -> tuple[Element, ...]:
        """Give what can be begun in an ad-hoc sub-process: what no flow leads to."""
        entered = {flow.target for flow in self.flows.values()} | set(self.links.values())
        return tuple(
            element
            for element in self.elements.values()
            if element.parent == adhoc_id
            and element.id not in entered
            and element.attached_to is None
            and not element.triggered_by_event
            and not element.for_compensation
            and not (element.event == "link" and element.kind == "intermediateCatchEvent")
        )

    @cached_property
    def links(self) -> Mapping[str, str]:
        """Give, for each link event that throws, the one of its name in the same scope that catches it."""
        links = [e for e in self.elements.values() if e.event == "link" and e.definition.name]
        catches = {(e.parent, e.definition.name): e.id for e in links if e.kind == "intermediateCatchEvent"}
        throws = [(e.id, (e.parent, e.definition.name)) for e in links if e.kind == "intermediateThrowEvent"]
        return {element_id: catches[place] for element_id, place in throws if place in catches}

    @cached_property
    def successors(self) -> Mapping[str, tuple[str, ...]]:
        """Give what each element leads to, by sequence flows and by links."""
        found: dict[str, tuple[str, ...]] = {}
        for source, target in [*((f.source, f.target) for f in self.flows.values()), *self.links.items()]:
            found[source] = (*found.get(source, ()), target)
        return found

    @cached_property
    def handlers(self) -> Mapping[str, Handler]:
        """Give, for each activity that can be undone, its compensation boundary event and its handler."""
        found: dict[str, Handler] = {}
        for source, target in self.associations:
            boundary, handler = self.elements.get(source), self.elements.get(target)
            if boundary is None or handler is None or boundary.event != "compensate" or not handler.for_compensation:
                continue
            if boundary.kind == "boundaryEvent" and boundary.attached_to:
                found.setdefault(boundary.attached_to, Handler(boundary=source, activity=target))
        return found

    @cached_property
    def undoing(self) -> Mapping[str, str]:
        """Give, for each sub-process that has one, its compensation event sub-process."""
        starts = [e for e in self.elements.values() if e.kind == "startEvent" and e.event == "compensate"]
        around = [self.elements[start.parent] for start in starts if start.parent in self.elements]
        return {e.parent: e.id for e in around if e.triggered_by_event}

    @cached_property
    def main_ends(self) -> frozenset[str]:
        """Give the end events that say how a case ended.

        Those that only a non-interrupting boundary event leads to (a reminder was sent) say nothing of it. An
        event sub-process that interrupts the process ends it in its stead.
        """
        reached: set[str] = set()
        starts = [e for e in self.elements.values() if e.kind == "startEvent"]
        places = {self.id, *(start.parent for start in starts if start.interrupting and self._takes_over(start.parent))}
        waiting = [start.id for start in starts if start.parent in places]
        waiting += [e.id for e in self.elements.values() if e.kind == "boundaryEvent" and e.interrupting]
        while waiting:
            element_id = waiting.pop()
            if element_id not in reached:
                reached.add(element_id)
                waiting += self.successors.get(element_id, ())
        elements = (self.elements[element_id] for element_id in reached if element_id in self.elements)
        return frozenset(e.id for e in elements if e.kind == "endEvent" and e.parent in places)

    def _takes_over(self, element_id: str) -> bool:
        """Tell whether an element is an event sub-process of the process itself."""
        element = self.elements.get(element_id)
        return element is not None and element.triggered_by_event and element.parent == self.id

    @cached_property
    def flow_between(self) -> Mapping[tuple[str, str], str]:
        """Give the id of the flow for each pair of connected elements."""
        return {(flow.source, flow.target): flow.id for flow in reversed(list(self.flows.values()))}
