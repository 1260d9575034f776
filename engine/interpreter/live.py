"""A case that stays awake from one command to the next, exactly as if its state were read again.

What a state does not keep is forgotten, and what was touched is written as JSON and read back: afterwards nobody else
holds a part of it. Where there is any doubt that nothing differs, it does not stay awake.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from SpiffWorkflow.task import Task as SpiffTask

from engine import json_text
from engine.interpreter.compacting import Needed
from engine.interpreter.flows import Flows
from engine.interpreter.ledger import Ledger
from engine.interpreter.scopes import ROOT, Scopes, ScopeTable
from engine.interpreter.segments import Segments
from engine.interpreter.task_table import TaskTable
from engine.interpreter.watching import Watch
from engine.interpreter.workflow import Workflow
from engine.values import value

_FEW = 8
_SAME = frozenset({str, bool, type(None)})
_ITSELF = 16
"""Tasks that take as much memory as a case without any."""
_IN_MEMORY = 6
"""Times that what a state says is bigger in memory than as text, about; see ``tests/execution/test_live_cases.py``."""


@value
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
        """Give about how many kB of memory it takes: one for each task, sub-process and scope, more for long variables.

        A case by itself counts as some.
        """
        flows, scopes = self.workflow.subprocesses, self.scopes
        found = _ITSELF + len(self.workflow.tasks) + len(flows) + len(scopes.values) + len(scopes.parts)
        for flow in flows.awake.values():
            found += len(flow.tasks)
        return max(found, _ITSELF + self.segments.length * _IN_MEMORY // 1000)


def rest(resting: Live, ledger: Ledger) -> Live | None:
    """Bring a case whose state was just written to what reading that state gives; None where that is not certain."""
    workflow, kept = resting.workflow, resting.segments.kept
    over = workflow.completed or not workflow.success
    if over or workflow.ready or ledger.levels or not kept or not resting.watch.is_certain():
        return None
    awake = workflow.subprocesses.awake
    _prune(workflow.tasks, kept[ROOT])
    workflow.last_task = None
    if awake:
        _prune_subprocesses(workflow.subprocesses, kept)
    _read_back_what_was_touched(workflow, resting.scopes)
    # The step is over, and with it all that it knew of the world: a transaction, and whom it has asked.
    workflow.script_engine = None
    # What the library collects there nobody asks for, and a state does not keep it.
    workflow.event_manager.tasks.clear()
    workflow.bpmn_events.clear()
    resting.watch.rest()
    if awake:
        _let_sleep(resting)
    resting.segments.rest()
    return resting


def _read_back_what_was_touched(workflow: Workflow, scopes: Scopes) -> None:
    tasks = [task for task in dict.fromkeys(workflow.log) if task.peek and _is_kept(workflow, task)]
    tables = (scopes.values, scopes.parts)
    touched = [(table, number) for table in tables for number in table.touched & table.keys()]
    if tasks or touched:
        known = _read_back([*(task.peek for task in tasks), *(table.peek(number) for table, number in touched)])
        for task, data in zip(tasks, known, strict=False):
            task.peek = data
        for (table, number), values in zip(touched, known[len(tasks) :], strict=True):
            dict.__setitem__(table, number, values)
    # Scopes of which only a part was touched are not among these.
    _read_parts_back(scopes.values)
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


def _prune_subprocesses(flows: Flows, kept: Mapping[int, Needed]) -> None:
    """Forget the runs that are over, and in those that something has happened in what is not needed."""
    for token in [token for token, flow in flows.awake.items() if flow.completed]:
        del flows[token]
    for token, flow in flows.awake.items():
        if token in kept:
            _prune(flow.tasks, kept[token])
        flow.last_task = None


def _prune(tasks: TaskTable, found: Needed) -> None:
    """Forget the tasks that are not needed, and hang the others where the state says."""
    gone, hung = tasks.finished - found.finished, found.hung
    leaving = _by_parent(tasks, gone | hung.keys(), gone)
    for number in gone:
        tasks.forget(number)
    for number, new in hung.items():
        tasks[number]._parent = new
    for above, numbers in leaving.items():
        tasks[above]._children = _without(tasks[above]._children, numbers)
    for above, numbers in (_by_parent(tasks, hung, ()) if hung else {}).items():
        tasks[above]._children = sorted([*tasks[above]._children, *numbers])


def _by_parent(tasks: TaskTable, numbers: Iterable[int], gone: Collection[int]) -> dict[int, list[int]]:
    """Give some tasks by what they hang on, where that is there and not one of those that are gone."""
    found: dict[int, list[int]] = {}
    for number in numbers:
        above = tasks[number]._parent
        if above in tasks and above not in gone:
            found.setdefault(above, []).append(number)
    return found


def _without(children: list[int], leaving: Collection[int]) -> list[int]:
    """Take some children out: of thousands that stay, one is out more quickly than all are looked at."""
    if len(leaving) > _FEW:
        away = set(leaving)
        return [child for child in children if child not in away]
    for child in leaving:
        children.remove(child)
    return children
