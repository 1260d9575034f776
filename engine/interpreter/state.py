"""The state of a case as bytes: tokens and variables, never the diagram."""

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine import json_text
from engine.interpreter.compacting import Needed, needed
from engine.interpreter.ledger import Ledger
from engine.interpreter.scopes import ROOT, Scopes, ScopeTable
from engine.interpreter.segments import Segments, compress, decompress, task_record
from engine.interpreter.specification import Specification
from engine.interpreter.upgrading import revive_arrivals, revive_parts
from engine.interpreter.workflow import Counter, SubWorkflow, Workflow

FORMAT = 2
"""2: every token that has arrived at a join waits there; see ``upgrading`` for the states before."""


@dataclass(frozen=True)
class Restored:
    """What ``load`` gives back."""

    workflow: Workflow
    scopes: Scopes
    ledger: Ledger


def dump(workflow: Workflow, scopes: Scopes, ledger: Ledger, segments: Segments | None = None) -> bytes:
    """Write the state of a case. An ended case keeps its variables only: its history has the rest.

    Of a big case it is one text in segments, and those in which nothing was touched are as they were.
    """
    kept: dict[BpmnBaseWorkflow, Needed] = {}
    if not workflow.completed:
        watch = segments.watch if segments is not None else None
        kept = {flow: needed(flow, watch) for _token, flow in _live(workflow)}
    content: dict[str, Any] = {
        "format": FORMAT,
        "last": workflow.counter.last,
        "end": scopes.end,
        "parts": [],
        "scopes": [],
        "workflows": [_workflow(token, flow) for token, flow in (_live(workflow) if kept else ())],
    }
    _forget_what_is_over(workflow, scopes)
    if ledger.levels and not workflow.completed:
        content["completed"] = ledger.as_lists({task.id for task in workflow.open_tasks()})
    if segments is not None:
        segments.found = kept.get(workflow)
    if segments is not None and segments.suit(workflow, scopes, kept):
        return segments.write(content, workflow, scopes, kept[workflow])
    if segments is not None:
        segments.forget()
    content["scopes"] = [[scope, scopes.parents.get(scope), values] for scope, values in scopes.values.items()]
    content["parts"] = [[token, values] for token, values in sorted(scopes.parts.items())]
    for record, (flow, found) in zip(content["workflows"], kept.items(), strict=True):
        tasks = [task for number, task in flow.tasks.items() if number in found]
        record["tasks"] = [task_record(task, found.above(task)) for task in tasks]
    return compress(json_text.dumps(content))


def _forget_what_is_over(workflow: Workflow, scopes: Scopes) -> None:
    """Forget the parts of bodies that were taken away."""
    for body in list(scopes.bodies):
        task = workflow.find(body)
        if workflow.completed or task is None or task.has_state(TaskState.FINISHED_MASK):
            scopes.forget_parts(body)


def load_variables(body: bytes) -> dict[str, Any]:
    """Give the variables of the whole case without waking it."""
    return load_scopes(body).get(ROOT, {})


def load_scopes(body: bytes) -> dict[int, dict[str, Any]]:
    """Give the variables of each scope without waking the case: by the token that opened it, ``ROOT`` for the case."""
    return {int(scope): dict(values) for scope, _parent, values in _content(body)["scopes"]}


def load(body: bytes, specification: Specification, script_engine: object) -> Restored:
    """Wake a case: live tasks over the shared specs of its version."""
    content = _content(body)
    scopes = Scopes(
        values=ScopeTable({int(scope): values for scope, _parent, values in content["scopes"]}),
        parents={int(scope): int(parent) for scope, parent, _values in content["scopes"] if parent is not None},
        end=content["end"],
    )
    top = Workflow(
        specification.spec,
        specification.subprocess_specs,
        script_engine,
        counter=Counter(int(content["last"])),
        deserializing=True,
    )
    for record in content["workflows"]:
        _restore_workflow(top, record)
    top.completed = not content["workflows"]
    if content["format"] < FORMAT:
        for flow in (top, *top.subprocesses.values()):
            revive_arrivals(flow)
    for token, part in content.get("parts", []):
        scopes.keep_part(int(token), part)
    if "parts" not in content:
        for flow in (top, *top.subprocesses.values()):
            revive_parts(flow, scopes)
    scopes.parts.rest()
    top.log.clear()
    return Restored(top, scopes, Ledger.from_lists(content.get("completed", [])))


def _content(body: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json_text.loads(decompress(body))
    return content


def _live(workflow: Workflow) -> list[tuple[int | None, BpmnBaseWorkflow]]:
    # Parents before children, so that the task a sub-process hangs on exists when it is restored.
    inner = sorted(workflow.subprocesses.items(), key=lambda item: item[0])
    return [(None, workflow), *((token, sub) for token, sub in inner if not sub.completed)]


def _workflow(token: int | None, flow: BpmnBaseWorkflow) -> dict[str, Any]:
    last = flow.last_task.id if flow.last_task is not None else None
    return {"on": token, "spec": flow.spec.name, "last": last, "tasks": []}


def _restore_workflow(top: Workflow, record: dict[str, Any]) -> None:
    flow: BpmnBaseWorkflow = top
    if record["on"] is not None:
        on = top.get_task_from_id(int(record["on"]))
        flow = SubWorkflow(top.subprocess_specs[record["spec"]], on.id, top, deserializing=True)
        top.subprocesses[on.id] = flow
        flow.completed_event.connect(on.task_spec._on_subworkflow_completed, on)
    for number, parent, state, spec_name, triggered, internal in record["tasks"]:
        task = SpiffTask(flow, flow.spec.task_specs[spec_name], state=int(state), id=int(number))
        task._parent = None if parent is None else int(parent)
        task.triggered = bool(triggered)
        task.restore_data(internal or {})
        if task._parent is not None:
            flow.tasks[task._parent]._children.append(task.id)
        flow.tasks.place(task)
    flow.task_tree = next(task for task in flow.tasks.values() if task._parent is None)
    flow.last_task = flow.tasks.get(int(record["last"])) if record["last"] is not None else None
    if isinstance(flow, BpmnWorkflow):
        flow.completed = False
