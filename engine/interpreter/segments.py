"""A big state in segments: one text, compressed piece by piece, so that a step writes anew only what it has touched.

Whoever reads it need not know: the pieces are frames of zstandard one after the other, and their texts make one text.
A segment has the tasks or the scopes of a range of numbers; the numbers of a case only grow, so each stays in its own.
"""

from collections.abc import Collection, Iterator
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask

from engine import json_text
from engine.interpreter.compacting import Needed
from engine.interpreter.compressing import compress_segment
from engine.interpreter.pieces import Pieces, long_list
from engine.interpreter.scopes import ROOT, Scopes
from engine.interpreter.slots import Slots
from engine.interpreter.watching import Watch
from engine.interpreter.workflow import Workflow
from engine.interpreter.written import Written

BIG = 256
"""Tasks and scopes from which on a state is written in segments."""
_WIDE = 2
"""So much wider are segments of sub-processes, each of which has several numbers."""
MUCH = 64
"""Tasks from which on a sub-process is big."""
_SHORTER = 10
"""Times that segments are shorter than their text, about."""
_NOTHING, _COMMA, _SCOPES, _FLOWS, _END = map(compress_segment, (b"", b",", b'],"scopes":[', b'],"workflows":[', b"]}"))
"""What stands between segments."""


def task_record(task: SpiffTask, parent: int | None, first: int = 0) -> list[object]:
    """Give a task as the state has it, with numbers that count from a ``first`` one."""
    above = parent - first if parent is not None else None
    return [task.id - first, above, task.state, task.task_spec.name, task.triggered or None, task.peek or None]


def flow_record(flow: BpmnBaseWorkflow, tasks: list[list[object]], name: str = "tasks") -> dict[str, Any]:
    """Give the run of a process or sub-process as the state has it; ``name`` is what that calls its tasks."""
    # The library's note of the task that was completed last is nobody's, and would be another one after a sleep.
    return {"on": flow.parent_task_id, "spec": flow.spec.name, "last": None, name: tasks}


class Segments:
    """The segments of one case as they were written last; all of them anew where its state was read."""

    def __init__(self, body: bytes = b"") -> None:
        self._slots = Slots(body)
        """Where they stand."""
        self._tasks: dict[int, Written] = {}
        """Of the process and each big sub-process, by the token it hangs on."""
        self._flows = Written(wide=_WIDE)
        """The small sub-processes."""
        self._scopes = Written()
        self._long: dict[int, Pieces] = {}
        """The scopes that have a long list."""
        self._parts = Written()
        self._finished: dict[int, set[int]] = {}
        """The finished tasks that were written: one that is not needed any more need not have been touched."""
        self.kept: dict[int, Needed] = {}
        """What the state that was written last has kept of the process and the sub-processes it had to look at."""
        self.texts: dict[int, bytes] = {}
        """What it says of those sub-processes, where they are small."""
        self.records = 0
        """Tasks, scopes and sub-processes that were put into words so far."""
        self.watch: Watch | None = None
        """Spares looking at each task."""
        self.length = 0
        """About how many bytes the text of the state has that was written last."""

    def knows(self, token: int) -> bool:
        """Tell whether a sub-process was written."""
        return token in self._tasks or self._flows.has(token)

    def text(self, token: int) -> bytes | None:
        """Give what the state that was written last says of a small sub-process; None of a big one."""
        return self.texts.get(token) or self._flows.text(token)

    def suit(self, workflow: Workflow, scopes: Scopes) -> bool:
        """Tell whether a state is big, and all its tasks stand in the order of their numbers."""
        tasks = len(self.kept[ROOT]) + len(workflow.subprocesses.home)
        if tasks + len(scopes.values) + len(scopes.parts) < BIG:
            return False
        big = (workflow, *(workflow.subprocesses.awake[token] for token in self._big(workflow)))
        return not any(flow.tasks.disordered for flow in big)

    def rest(self) -> None:
        """Hold nothing that the case does not need until its next step."""
        self.kept, self.texts = {}, {}

    def forget(self) -> None:
        """Forget what was written: the state was written as a whole, and what was touched then is not known later."""
        if self._slots.lengths:
            self._slots = Slots()
        if self._tasks:
            self._tasks, self._flows, self._scopes, self._parts = {}, Written(wide=_WIDE), Written(), Written()
            self._long, self._finished = {}, {}

    def write(self, content: dict[str, Any], workflow: Workflow, scopes: Scopes) -> bytes:
        """Give the state with its tasks and scopes put into ``content``."""
        parts, flows = scopes.parts, workflow.subprocesses
        in_scopes = self._write_scopes(scopes)
        self.records += self._parts.write(parts, parts.touched, lambda token: _words([token, parts.peek(token)]))
        pieces = self._process(workflow, workflow)
        big = self._big(workflow)
        for token in self._tasks.keys() - {ROOT, *big}:
            del self._tasks[token], self._finished[token]
        for token in big:
            pieces += [_COMMA, *self._process(workflow, flows.awake[token])]
        elsewhere = {*big, *(token for token, flow in flows.awake.items() if flow.completed)}
        changed = self.texts.keys() | {gone.token for gone in flows.gone} | elsewhere
        self.records += self._flows.write(
            _But(flows, elsewhere) if elsewhere else flows,
            changed,
            lambda token: self.texts.get(token) or flows.text(token) or b"",
        )
        first = {name: value for name, value in content.items() if name not in {"parts", "scopes", "workflows"}}
        head = compress_segment(json_text.dumps(first)[:-1] + b',"parts":[')
        # One even where there are none: those of one body may all go, and come again with the next.
        in_parts = self._parts.parts() or [_NOTHING]
        in_flows = (*pieces, *self._flows.parts(follow=True))
        body = self._slots.fill([head, *in_parts, _SCOPES, *in_scopes, _FLOWS, *in_flows, _END])
        self.length = _SHORTER * len(body)
        return body

    def _write_scopes(self, scopes: Scopes) -> list[bytes]:
        """Give the scopes; those with a long list after the others, but for that of the whole case, which is first."""
        values, parents = scopes.values, scopes.parents
        changed = values.touched | values.named.keys() | values.elements.keys()
        for scope in changed if self._scopes.texts or self._long else list(values):
            self._keep_long(scope, scopes)
        self.records += self._scopes.write(
            _But(values, self._long), changed, lambda scope: _words([scope, parents.get(scope), values.peek(scope)])
        )
        found = self._scopes.parts(follow=ROOT in self._long)
        for scope, pieces in sorted(self._long.items()):
            places = values.elements.get(scope, {}).get(pieces.name, ())
            frames, count = pieces.write(values.peek(scope), places, compress_segment)
            self.records += count
            found = [*frames, *found] if scope == ROOT else [*found, _COMMA, *frames]
        return found

    def _keep_long(self, scope: int, scopes: Scopes) -> None:
        """Know whether a scope that has changed has a long list, and whether that is another one than before."""
        values = scopes.values
        name = long_list(values.peek(scope)) if scope in values else None
        known = self._long.get(scope)
        if name is None:
            self._long.pop(scope, None)
            return
        same = known is not None and known.name == name and scope not in values.touched
        if known is None or not same or name in values.named.get(scope, ()):
            known = self._long[scope] = Pieces([scope, scopes.parents.get(scope)], name)
        known.around = None

    def _big(self, workflow: Workflow) -> list[int]:
        """Give the tokens of the big sub-processes: they are written task by task."""
        known = (*self._tasks, *(token for token, found in self.kept.items() if is_big(found)))
        flows = workflow.subprocesses
        found = {token for token in known if token in flows.awake and token not in self.texts}
        return sorted(token for token in found if not flows.awake[token].completed)

    def _process(self, workflow: Workflow, flow: BpmnBaseWorkflow) -> list[bytes]:
        """Give the process or a big sub-process."""
        token, tasks = flow.parent_task_id or ROOT, flow.tasks
        found = self.kept.get(token)
        record = json_text.dumps(flow_record(flow, []))
        known = self._tasks.setdefault(token, Written())
        if found is not None:
            before = self._finished.get(token, set())
            changed = {task.id for task in workflow.log if task.workflow is flow}
            changed |= found.hung.keys() | (before ^ found.finished)
            self._finished[token] = set(found.finished)
            self.records += known.write(
                found, changed, lambda number: _words(task_record(tasks[number], found.above(tasks[number])))
            )
        return [compress_segment(record.removesuffix(b"]}")), *known.parts(), _END]


class _But(Collection[int]):
    """Some numbers but for others, without a copy of thousands."""

    def __init__(self, some: Collection[int], others: Collection[int]) -> None:
        self._some, self._others = some, others

    def __contains__(self, number: object) -> bool:
        """Tell whether it is one of them."""
        return number in self._some and number not in self._others

    def __iter__(self) -> Iterator[int]:
        """Give them."""
        return (number for number in self._some if number not in self._others)

    def __len__(self) -> int:
        """Give how many they are."""
        return sum(1 for _number in self)


def is_big(found: Needed) -> bool:
    """Tell whether a sub-process is too big to be put into words as a whole whenever something happens in it."""
    return len(found) > MUCH


def _words(record: object) -> bytes:
    return to_keep(json_text.dumps(record))


def to_keep(text: bytes) -> bytes:
    """Give a text to be kept: what orjson gives takes 4 kB of memory, however short it is."""
    return bytes(memoryview(text))
