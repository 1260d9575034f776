"""The state of a case as bytes: tokens and variables, never the diagram."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.util.task import TaskState

from engine import json_text
from engine.interpreter.compacting import Needed, needed
from engine.interpreter.compressing import compress, decompress
from engine.interpreter.ledger import Ledger
from engine.interpreter.scopes import ROOT, Scopes, ScopeTable
from engine.interpreter.segments import Segments, flow_record, is_big, task_record, to_keep
from engine.interpreter.specification import Specification
from engine.interpreter.task_table import Counter
from engine.interpreter.upgrading import revive_arrivals, revive_parts
from engine.interpreter.workflow import Workflow

SMALL = 2048
"""Bytes of a running case's state from which on it is compressed."""
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
    segments = segments or Segments()
    segments.kept, segments.texts = {}, {}
    if not workflow.completed:
        _put_into_words(workflow, segments)
    content: dict[str, Any] = {
        "format": FORMAT,
        "last": workflow.counter.last,
        "end": scopes.end,
        "parts": [],
        "scopes": [],
        "workflows": [],
    }
    if scopes.bodies:
        _forget_what_is_over(workflow, scopes)
    if ledger.levels and not workflow.completed:
        content["completed"] = ledger.as_lists({task.id for task in workflow.open_tasks()})
    if segments.kept and segments.suit(workflow, scopes):
        return segments.write(content, workflow, scopes)
    segments.forget()
    content["scopes"] = [[scope, scopes.parents.get(scope), values] for scope, values in sorted(scopes.values.items())]
    content["parts"] = [[token, values] for token, values in sorted(scopes.parts.items())]
    if segments.kept:
        content["workflows"] = [_record(workflow, segments.kept[ROOT])]
        if workflow.subprocesses:
            content["workflows"] += [json_text.as_it_is(text) for text in _words_of_subprocesses(workflow, segments)]
    text = json_text.dumps(content)
    segments.length = len(text)
    # The state of an ended case stays; that of a running one is written again at the next step.
    return compress(text) if workflow.completed or len(text) >= SMALL else text


def _put_into_words(workflow: Workflow, segments: Segments) -> None:
    """Find what is needed of the process and of each sub-process in which something may have happened."""
    watch, flows = segments.watch, workflow.subprocesses
    segments.kept[ROOT] = needed(workflow, watch)
    if not flows.awake:
        return
    happened = {task.workflow.parent_task_id for task in workflow.log}
    for token, flow in flows.awake.items():
        if flow.completed or (segments.knows(token) and token not in happened):
            continue
        found = segments.kept[token] = needed(flow, watch)
        if not is_big(found):
            segments.texts[token] = to_keep(_words(flow, found))


def _words_of_subprocesses(workflow: Workflow, segments: Segments) -> Iterator[bytes]:
    """Give the text of each sub-process, parents before children."""
    flows = workflow.subprocesses
    for token in sorted(flows):
        text = segments.texts.get(token) or flows.text(token)
        flow = flows[token] if text is None else None
        if flow is None or not flow.completed:
            # The task a sub-process hangs on exists when it is restored.
            yield text if text is not None else _words(flow, segments.kept.get(token) or needed(flow, None))


def _words(flow: BpmnBaseWorkflow, found: Needed) -> bytes:
    return json_text.dumps(_record(flow, found))


def _record(flow: BpmnBaseWorkflow, found: Needed) -> dict[str, Any]:
    unfinished, finished, hung = found.unfinished, found.finished, found.hung
    first = flow.parent_task_id or 0
    return flow_record(
        flow,
        [
            task_record(task, hung.get(number, task._parent), first)
            for number, task in flow.tasks.items()
            if number in unfinished or number in finished
        ],
        # So thousands of one sub-process read almost alike, and take half the room.
        "near" if first else "tasks",
    )


def _forget_what_is_over(workflow: Workflow, scopes: Scopes) -> None:
    """Forget the parts of bodies that were taken away."""
    flows = workflow.subprocesses
    for body in list(scopes.bodies):
        around = flows.home.get(body)
        if around in flows and around not in flows.awake and not workflow.completed:
            # Nothing has happened there.
            continue
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
    first, *others = content["workflows"] or [None]
    if first is not None:
        top.fill(first)
    # Parents before children: the tokens of a case only grow.
    for record in sorted(others, key=lambda record: int(record["on"])):
        flow = top.restored(record)
        top.subprocesses[flow.parent_task_id] = flow
    top.subprocesses.rest()
    top.completed = first is None
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
