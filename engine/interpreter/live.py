"""A case that stays awake from one command to the next, exactly as if its state were read again.

What a state does not keep is forgotten, and what was touched is written as JSON and read back: afterwards nobody else
holds a part of it. Where there is any doubt that nothing differs, it does not stay awake.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.util.event import EventManager

from engine import json_text
from engine.interpreter.compacting import Needed
from engine.interpreter.ledger import Ledger
from engine.interpreter.scopes import Scopes
from engine.interpreter.segments import Segments
from engine.interpreter.watching import Watch
from engine.interpreter.workflow import TaskTable, Workflow

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
    places: dict[int, str]
    """Where each token stands, see ``Outcome.waiting``."""

    @property
    def size(self) -> int:
        """Give how many tasks and scopes of variables it holds in memory; a case by itself counts as some."""
        return _ITSELF + len(self.workflow.tasks) + len(self.scopes.values) + len(self.scopes.parts)


def rest(resting: Live, ledger: Ledger) -> Live | None:
    """Bring a case whose state was just written to what reading that state gives; None where that is not certain."""
    workflow, scopes, found = resting.workflow, resting.scopes, resting.segments.found
    simple = not (workflow.subprocesses or workflow.ready or workflow.tasks.disordered or ledger.levels)
    if found is None or not simple or workflow.completed or not workflow.success:
        return None
    resting.watch.waiting()
    _prune(workflow.tasks, found)
    changed = [task for task in dict.fromkeys(workflow.log) if task.peek and task.id in found]
    tables = (scopes.values, scopes.parts)
    touched = [(table, number) for table in tables for number in table.touched & table.keys()]
    known = _read_back([*(task.peek for task in changed), *(table.peek(number) for table, number in touched)])
    for task, data in zip(changed, known, strict=False):
        task.restore_data(data)
    for (table, number), values in zip(touched, known[len(changed) :], strict=True):
        dict.__setitem__(table, number, values)
    for table in tables:
        table.rest()
    last = workflow.last_task
    workflow.last_task = workflow.tasks.get(last.id) if last is not None else None
    # What the library collects there nobody asks for, and a state does not keep it.
    workflow.event_manager = EventManager(workflow)
    workflow.bpmn_events.clear()
    resting.watch.rest()
    return resting


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
