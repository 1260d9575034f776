"""A running case under another version: its tokens stand at the elements that answer to theirs.

Nothing of the past is carried over: joins know what waits at them (see ``joins``), and history has the rest. So each
token is hung at the root of its process or sub-process in the new version, with its number, state and scope, the
borders of its activity are those of the new version, and whatever the new version waits for besides is opened.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import Finding, mark
from engine.interpreter import adhoc, detours, renaming
from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.compensation import is_compensating
from engine.interpreter.diagram import Element
from engine.interpreter.joins import FROM, Inclusive, Parallel, source_of
from engine.interpreter.ledger import Done, Ledger
from engine.interpreter.moving import HOLDS_TOKEN, entry_of
from engine.interpreter.origins import CAUSES, border_of, causes_of
from engine.interpreter.preparing import original, prepared
from engine.interpreter.repeating_specs import MultiInstance, Repeated, is_instance
from engine.interpreter.run import Engine, Run
from engine.interpreter.task_specs import (
    BoundaryEvent,
    BoundaryJoin,
    Detour,
    EndJoin,
    EventGateway,
    SubProcess,
    Trigger,
)
from engine.interpreter.watching import AWAY
from engine.interpreter.workflow import SubWorkflow, Workflow

_BESIDE = (BoundaryEvent, BoundaryEventSplit, BoundaryJoin, Trigger)
"""What comes with something else."""


class Migration:
    """One case on its way from one version to another; ``mapping`` names elements whose id changes."""

    def __init__(self, old: Run, new: Run, mapping: Mapping[str, str]) -> None:
        self._old = old
        self._new = new
        self._mapping = mapping

    def target(self, element_id: str) -> str:
        """Give the id that answers to an element's in the new version."""
        process, other = self._old.specification.process, self._new.specification.process
        return other.id if element_id == process.id else self._mapping.get(element_id, element_id)

    # -- whether it can be -----------------------------------------------------------------------------

    def findings(self) -> list[Finding]:
        """Say why tokens can't go on in the new version, once for all at one element; nothing where all can."""
        found = [finding for task in self._tokens() if (finding := self._finding(task)) is not None]
        for level in self._old.ledger.levels.values():
            found += [finding for done in level for finding in self._findings_of(done)]
        return list({(finding.code, finding.element): finding for finding in found}.values())

    def _findings_of(self, done: Done) -> Iterator[Finding]:
        """Say why what was completed could not be undone in the new version."""
        process, other = self._old.specification.process, self._new.specification.process
        element, target = process.elements[done.activity], other.elements.get(self.target(done.activity))
        if target is None or _shape(target) != _shape(element):
            yield _finding("completed_missing", mark("“{label}”以后可能要补偿，但新版本里没有它。"), element)
        elif done.handled and target.id not in other.handlers:
            yield _finding(
                "handler_missing", mark("“{label}”以后可能要补偿，但新版本里它没有补偿活动。"), element, target
            )
        for one in done.inside:
            yield from self._findings_of(one)

    def _tokens(self) -> Iterator[SpiffTask]:
        for task in self._old.workflow.open_tasks():
            if task.has_state(HOLDS_TOKEN) and not isinstance(task.task_spec, (*_BESIDE, EndJoin)):
                yield task

    def _finding(self, task: SpiffTask) -> Finding | None:
        element = self._old.element(task)
        if element is None or "undoes" in task.internal_data or is_compensating(task):
            return _finding("not_migratable", mark("“{label}”正在撤销已经办完的，撤完之后才能迁移。"), element)
        other = self._new.specification.process.elements.get(self.target(element.id))
        if other is None:
            return _finding("element_missing", mark("“{label}”正在等待，新版本里没有与它对应的元素。"), element)
        if _shape(element) != _shape(other):
            return _finding(
                "kind_differs", mark("“{label}”在新版本里是另一种元素（{other}），不能接着办。"), element, other
            )
        if self.target(element.parent) != other.parent:
            return _finding("scope_differs", mark("“{label}”在新版本里不在同一个子流程里。"), element, other)
        if isinstance(task.task_spec, (Parallel, Inclusive)) and task.state == TaskState.WAITING:
            sources = {
                flow.source for flow in self._new.specification.process.flows.values() if flow.target == other.id
            }
            if self.target(original(source_of(task))) not in sources:
                return _finding("flow_missing", mark("“{label}”等着汇合的那条分支在新版本里不通到它。"), element, other)
        return None

    # -- doing it --------------------------------------------------------------------------------------

    def run(self) -> None:
        """Build the tokens of the new version from those of the old one."""
        specification = self._new.specification
        top = Workflow(
            specification.spec,
            specification.subprocess_specs,
            Engine(self._new),
            counter=self._old.workflow.counter,
            deserializing=True,
        )
        self._new.take(top)
        self._new.scopes = self._old.scopes
        levels = self._old.ledger.levels
        self._new.ledger = Ledger(
            {level: [self._renamed(done) for done in done_in] for level, done_in in levels.items()}
        )
        ended = self._old.scopes.end
        self._new.scopes.end = self.target(ended) if ended else None
        self._fill(self._old.workflow, top)

    def _renamed(self, done: Done) -> Done:
        """Give what was completed by the name it has in the new version."""
        inside = tuple(self._renamed(one) for one in done.inside)
        return replace(done, activity=self.target(done.activity), inside=inside)

    def _fill(self, old: BpmnBaseWorkflow, new: BpmnBaseWorkflow) -> None:
        root = SpiffTask(new, new.spec.start, state=TaskState.COMPLETED)
        new.tasks.place(root)
        new.task_tree = root
        new.completed = False
        self._carry_choice_and_paths(old, new)
        for task in sorted(old.tasks.open.values(), key=lambda one: int(one.id)):
            stands = task.has_state(HOLDS_TOKEN) and not isinstance(task.task_spec, (*_BESIDE, Choice))
            if stands and not is_instance(task):
                self._carry(task, new)
        self._carry_triggers(old, new)

    def _carry_choice_and_paths(self, old: BpmnBaseWorkflow, new: BpmnBaseWorkflow) -> None:
        """Carry what stands for an ad-hoc sub-process, and the beginnings of the paths that are not done."""
        for choice in [task for task in old.tasks.open.values() if isinstance(task.task_spec, Choice)]:
            spec = next(one for one in new.spec.task_specs.values() if isinstance(one, Choice))
            placed = _hang(choice, new.task_tree, spec)
            for path in adhoc.open_paths(choice):
                _hang(path, placed, new.spec.task_specs[spec.path])
            adhoc.keep_results(self._new, placed, adhoc.results_of(self._old, choice))

    def _place(self, task: SpiffTask, flow: BpmnBaseWorkflow) -> SpiffTask:
        """Give what a token hangs on: the path it lies on in an ad-hoc sub-process, else the root."""
        path = adhoc.path_of(task)
        return flow.tasks[path.id] if path is not None else flow.task_tree

    def _carry(self, task: SpiffTask, flow: BpmnBaseWorkflow) -> None:
        if isinstance(task.task_spec, EndJoin):
            _hang(task, flow.task_tree, flow.spec.end)
        elif isinstance(task.parent.task_spec, EventGateway):
            self._carry_choice(task, flow)
        else:
            self._carry_activity(task, flow)

    def _carry_activity(self, task: SpiffTask, flow: BpmnBaseWorkflow) -> None:
        if isinstance(task.task_spec, Detour):
            _hang(task, flow.task_tree, detours.beside(flow.spec, self._target_of(task)))
            return
        name, entry = entry_of(flow.spec, self.target(original(task.task_spec.bpmn_id)))
        parent = self._place(task, flow)
        if isinstance(entry, BoundaryEventSplit):
            parent = parent._add_child(entry, TaskState.COMPLETED)
            parent.triggered = True
            flow.tasks.place(parent)
        placed = _hang(task, parent, flow.spec.task_specs[name])
        # The tree will not show any more where it has come from; what it is moved to has come from there, too.
        placed.internal_data[CAUSES] = list(causes_of(task))
        source = entry_of_name(flow, self.target(original(source_of(task))))
        if source is not None:
            placed.internal_data[FROM] = source
        if detours.is_away(placed):
            self._keep_away(task, placed)
        elif isinstance(entry, BoundaryEventSplit):
            self._carry_border(task, parent)
        self._carry_inside(task, placed)

    def _keep_away(self, task: SpiffTask, placed: SpiffTask) -> None:
        """Keep the place of a task that comes back when another is done; what is on its border waits again then.

        So does what only the new version has there; what has happened is over.
        """
        away = placed.internal_data[AWAY]
        waits = {self.target(original(name)) for name in away["border"]}
        known = {self.target(original(spec.bpmn_id)) for spec in _border_specs(task)}
        border = [
            spec
            for spec in _border_specs(placed)
            if original(spec.bpmn_id) in waits or original(spec.bpmn_id) not in known
        ]
        placed.internal_data[AWAY] = {**away, "border": [spec.name for spec in border]}

    def _carry_border(self, task: SpiffTask, split: SpiffTask) -> None:
        """Keep the events on a border that were there, and let new ones wait; one that has happened is over."""
        there = {self._target_of(one): one for one in border_of(task)}
        for spec in split.task_spec.outputs:
            if isinstance(spec, BoundaryEvent):
                self._carry_event(there.get(original(spec.bpmn_id)), split, spec)

    def _carry_choice(self, task: SpiffTask, flow: BpmnBaseWorkflow) -> None:
        """Carry all events behind an event-based gateway with the first of them."""
        gateway = task.parent
        siblings = [child for child in gateway.children if child.has_state(HOLDS_TOKEN)]
        if task is not min(siblings, key=lambda one: int(one.id)):
            return
        name, _entry = entry_of(flow.spec, self.target(original(gateway.task_spec.bpmn_id)))
        parent = _hang(gateway, self._place(gateway, flow), flow.spec.task_specs[name])
        there = {self._target_of(one): one for one in siblings}
        for spec in parent.task_spec.outputs:
            self._carry_event(there.get(original(spec.bpmn_id)), parent, spec)

    def _carry_triggers(self, old: BpmnBaseWorkflow, new: BpmnBaseWorkflow) -> None:
        """Let event sub-processes wait, but not one that has happened, nor any beside one that interrupted."""
        tasks = [task for task in old.tasks.values() if isinstance(task.task_spec, Trigger)]
        there = {self._target_of(task): task for task in tasks}
        interrupted = any(map(_has_interrupted, tasks))
        for spec in new.spec.start.outputs:
            if isinstance(spec, Trigger) and not (interrupted and original(spec.bpmn_id) not in there):
                self._carry_event(there.get(original(spec.bpmn_id)), new.task_tree, spec)

    def _carry_event(self, old: SpiffTask | None, parent: SpiffTask, spec: TaskSpec) -> None:
        if old is None:
            fresh = parent._add_child(spec, TaskState.WAITING)
            fresh.triggered = True
            spec._predict(fresh, mask=TaskState.NOT_FINISHED_MASK)
        elif old.has_state(HOLDS_TOKEN) or _has_interrupted(old):
            _hang(old, parent, spec)

    def _carry_inside(self, task: SpiffTask, placed: SpiffTask) -> None:
        """Carry what goes on inside a repeated activity or a sub-process."""
        if isinstance(placed.task_spec, Repeated):
            inner = placed.workflow.spec.task_specs[placed.task_spec.inner]
            wanted = {int(one) for one in task.internal_data.get("loop", {}).get("pending") or ()}
            for child in task.children:
                if is_instance(child) and (child.has_state(HOLDS_TOKEN) or child.id in wanted):
                    self._carry_inside(child, _hang(child, placed, inner))
        if isinstance(placed.task_spec, MultiInstance):
            renaming.rename(self._new, placed, task.task_spec.loop)
        flow = self._old.workflow.subprocesses.get(task.id)
        if flow is not None and isinstance(placed.task_spec, SubProcess):
            top = self._new.workflow
            inside = SubWorkflow(top.subprocess_specs[placed.task_spec.spec], placed.id, top, deserializing=True)
            top.subprocesses[placed.id] = inside
            inside.completed_event.connect(placed.task_spec._on_subworkflow_completed, placed)
            self._fill(flow, inside)

    def _target_of(self, task: SpiffTask) -> str:
        return self.target(original(task.task_spec.bpmn_id))


def entry_of_name(flow: BpmnBaseWorkflow, element_id: str) -> str | None:
    """Give the name of an element's spec, as joins know where tokens come from; None where it stands elsewhere."""
    name = prepared(element_id)
    return name if name in flow.spec.task_specs else None


def _border_specs(task: SpiffTask) -> list[TaskSpec]:
    """Give what its version draws on the border of the activity at a token."""
    entry = entry_of(task.workflow.spec, original(task.task_spec.bpmn_id))[1]
    return [spec for spec in entry.outputs if isinstance(spec, BoundaryEvent)]


def _hang(old: SpiffTask, parent: SpiffTask, spec: TaskSpec) -> SpiffTask:
    """Give a token its place in the new tree; it keeps number, state and what it knows."""
    task = SpiffTask(parent.workflow, spec, state=old.state, id=int(old.id))
    task._parent = parent.id
    parent._children.append(task.id)
    task.triggered = True
    task.internal_data = dict(old.internal_data)
    task.workflow.tasks.place(task)
    if not (task.has_state(TaskState.FINISHED_MASK) or isinstance(spec, EndJoin)):
        spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
    return task


def _has_interrupted(task: SpiffTask) -> bool:
    """Tell whether an event sub-process has taken over here: the next migration has to know it, too."""
    return bool(
        isinstance(task.task_spec, Trigger) and task.task_spec.interrupting and task.state == TaskState.COMPLETED
    )


def _shape(element: Element) -> tuple[object, ...]:
    """Give what must agree, so that a waiting token can wait on as it does."""
    kind = "task" if element.kind in {"serviceTask", "sendTask"} else element.kind
    loop = element.loop.sequential if element.loop is not None else None
    return kind, element.event, element.timer is None, loop, element.standard_loop is None, element.triggered_by_event


def _finding(code: str, message: str, element: Element | None, other: Element | None = None) -> Finding:
    label = element.label if element is not None else ""
    facts: dict[str, object] = {"label": label}
    if other is not None:
        facts["other"] = other.label
    return Finding(
        severity="error",
        code=code,
        message=message,
        facts=facts,
        element=element.id if element is not None else None,
        name=label,
    )
