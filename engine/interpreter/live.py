"""A case that stays awake from one command to the next, exactly as if its state were read again.

What a state does not keep is forgotten, and what was touched is written as JSON and read back: afterwards nobody else
holds a part of it. Where there is any doubt that nothing differs, it does not stay awake.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.util.event import EventManager
from SpiffWorkflow.task import Task as SpiffTask

from engine import json_text
from engine.interpreter.compacting import Needed
from engine.interpreter.ledger import Ledger
from engine.interpreter.scopes import ROOT, Scopes, ScopeTable
from engine.interpreter.segments import Segments
from engine.interpreter.task_table import TaskTable
from engine.interpreter.watching import Watch
from engine.interpreter.workflow import Workflow

_FEW = 8
_SAME = frozenset({str, bool, type(None)})
_ITSELF = 16
"""Tasks that take as much memory as a case without any."""


@dataclass(frozen=True)
class Live:
    """A case between two commands."""

    workflow: Workflow
    scopes: Scopes
    watch: Watch
    segments: Segments
    places: Mapping[int, str]
    """Where each token stands, see ``Outcome.waiting``."""

    @property
    def size(self) -> int:
        """Give how many tasks, sub-processes and scopes of variables it holds; a case by itself counts as some."""
        workflow, scopes = self.workflow, self.scopes
        flows = (workflow, *workflow.subprocesses.awake.values())
        tasks = sum(len(flow.tasks) for flow in flows) + len(workflow.subprocesses)
        return _ITSELF + tasks + len(scopes.values) + len(scopes.parts)


def rest(resting: Live, ledger: Ledger) -> Live | None:
    """Bring a case whose state was just written to what reading that state gives; None where that is not certain."""
    workflow, kept = resting.workflow, resting.segments.kept
    over = workflow.completed or not workflow.success
    if over or workflow.ready or ledger.levels or not kept or not resting.watch.is_certain():
        return None
    flows = workflow.subprocesses
    for token in [token for token, flow in flows.awake.items() if flow.completed]:
        del flows[token]
    for flow in (workflow, *flows.awake.values()):
        if flow is workflow or flow.parent_task_id in kept:
            _prune(flow.tasks, kept[flow.parent_task_id or ROOT])
        flow.last_task = None
    _read_back_what_was_touched(workflow, resting.scopes)
    # The step is over, and with it all that it knew of the world: a transaction, and whom it has asked.
    workflow.script_engine = None
    # What the library collects there nobody asks for, and a state does not keep it.
    workflow.event_manager = EventManager(workflow)
    workflow.bpmn_events.clear()
    resting.watch.rest()
    _let_sleep(resting)
    resting.segments.rest()
    return resting


def _read_back_what_was_touched(workflow: Workflow, scopes: Scopes) -> None:
    tasks = [task for task in dict.fromkeys(workflow.log) if task.peek and _is_kept(workflow, task)]
    tables = (scopes.values, scopes.parts)
    touched = [(table, number) for table in tables for number in table.touched & table.keys()]
    known = _read_back([*(task.peek for task in tasks), *(table.peek(number) for table, number in touched)])
    for task, data in zip(tasks, known, strict=False):
        task.peek = data
    _read_parts_back(scopes.values)
    for (table, number), values in zip(touched, known[len(tasks) :], strict=True):
        dict.__setitem__(table, number, values)
    for table in tables:
        table.rest()


def _read_parts_back(table: ScopeTable) -> None:
    """Bring scopes of which only a part was touched to what reading gives: the rest is as it was read."""
    changed = (table.named.keys() | table.elements.keys()) - table.touched
    for scope in changed & table.keys():
        values = table.peek(scope)
        for name, places in table.elements.get(scope, {}).items():
            found = values.get(name)
            if isinstance(found, list):
                for place in places:
                    found[place] = json_text.loads(json_text.dumps(found[place]))
        named = [name for name in table.named.get(scope, ()) if name in values and type(values[name]) not in _SAME]
        if named:
            values.update(json_text.loads(json_text.dumps({name: values[name] for name in named})))
        if list(values) != sorted(values):
            dict.__setitem__(table, scope, dict(sorted(values.items())))


def _is_kept(workflow: Workflow, task: SpiffTask) -> bool:
    """Tell whether a task is still one of the case."""
    return workflow.holds(task.workflow) and task.workflow.tasks.get(task.id) is task


def _let_sleep(resting: Live) -> None:
    """Let the small sub-processes sleep that no other one is awake in."""
    flows = resting.workflow.subprocesses
    busy = {resting.workflow}
    for token in sorted(flows.awake, reverse=True):
        flow, text = flows.awake[token], resting.segments.text(token)
        if text is None or flow in busy:
            busy.add(flow.parent_workflow)
            continue
        resting.watch.forget_asleep(token, flow.tasks)
        flows.send_to_sleep(token, text)


def _read_back(values: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give objects as they come out of JSON."""
    # Texts, truth values and nothing are the same before and after, and nobody can change them.
    odd = [{name: one for name, one in of.items() if type(one) not in _SAME} for of in values]
    if any(odd):
        values = [{**of, **read} for of, read in zip(values, json_text.loads(json_text.dumps(odd)), strict=True)]
    return [dict(sorted(of.items())) for of in values]


def _prune(tasks: TaskTable, found: Needed) -> None:
    """Forget the tasks that are not needed, and hang the others where the state says."""
    gone = tasks.finished - found.finished
    leaving, coming = _by_parent(tasks, gone | found.hung.keys()), defaultdict[int, list[int]](list)
    for number, new in found.hung.items():
        tasks[number]._parent = new
        if new is not None:
            coming[new].append(number)
    for number in gone:
        tasks.forget(number)
    for above in leaving.keys() | coming.keys():
        if above in tasks:
            tasks[above]._children = _without(tasks[above]._children, leaving.get(above, ()))
            if above in coming:
                tasks[above]._children = sorted([*tasks[above]._children, *coming[above]])


def _by_parent(tasks: TaskTable, numbers: Iterable[int]) -> dict[int, list[int]]:
    found = defaultdict[int, list[int]](list)
    for number in numbers:
        if tasks[number]._parent is not None:
            found[tasks[number]._parent].append(number)
    return found


def _without(children: list[int], leaving: Collection[int]) -> list[int]:
    """Take some children out: of thousands that stay, one is out more quickly than all are looked at."""
    if len(leaving) > _FEW:
        away = set(leaving)
        return [child for child in children if child not in away]
    for child in leaving:
        children.remove(child)
    return children
