"""A big state in segments: one text, compressed piece by piece, so that a step writes anew only what it has touched.

Whoever reads it need not know: the pieces are frames of zstandard one after the other, and their texts make one text.
A segment has the tasks or the scopes of a range of numbers; the numbers of a case only grow, so each stays in its own.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import zstandard
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask

from engine import json_text
from engine.interpreter.compacting import Needed
from engine.interpreter.scopes import Scopes
from engine.interpreter.watching import Watch
from engine.interpreter.workflow import Workflow

BIG = 256
"""Tasks and scopes from which on a state is written in segments."""
_SIZE = 64
"""Numbers in one segment."""


def compress(text: bytes) -> bytes:
    """Compress a text to one frame."""
    return zstandard.ZstdCompressor(level=3).compress(text)


def decompress(body: bytes) -> bytes:
    """Give the text of all frames."""
    return zstandard.ZstdDecompressor().decompressobj(read_across_frames=True).decompress(body)


def task_record(task: SpiffTask, parent: int | None) -> list[object]:
    """Give a task as the state has it."""
    return [task.id, parent, task.state, task.task_spec.name, task.triggered or None, task.peek or None]


class Segments:
    """The segments of one case as they were written last."""

    def __init__(self) -> None:
        self._tasks: dict[int, tuple[bool, bytes]] = {}
        self._scopes: dict[int, tuple[bool, bytes]] = {}
        self.found: Needed | None = None
        """What of the case the state that was written last has kept."""
        self.records = 0
        """Tasks and scopes that were written so far."""
        self.watch: Watch | None = None
        """Spares looking at each task."""

    def suit(self, workflow: Workflow, scopes: Scopes, kept: Mapping[BpmnBaseWorkflow, Needed]) -> bool:
        """Tell whether a state is big, and all its tasks and scopes stand in the order of their numbers."""
        if len(kept) != 1 or len(kept[workflow].kept) + len(scopes.values) < BIG:
            return False
        return not workflow.tasks.disordered and not scopes.values.disordered

    def write(self, content: dict[str, Any], workflow: Workflow, scopes: Scopes, found: Needed) -> bytes:
        """Give the state with its tasks and scopes put into ``content``."""
        changed = {task.id for task in workflow.log} | found.hung.keys()
        values, tasks = scopes.values, workflow.tasks
        scope_parts = self._parts(
            self._scopes, values, values.touched, lambda scope: [scope, scopes.parents.get(scope), values.peek(scope)]
        )
        task_parts = self._parts(
            self._tasks, found.kept, changed, lambda number: task_record(tasks[number], found.above(tasks[number]))
        )
        # Both lists are empty in it and no other is last in its object: what people typed can't look like them.
        head, middle, tail = _around(content)
        return b"".join([compress(head), *scope_parts, compress(middle), *task_parts, compress(tail)])

    def _parts(
        self,
        written: dict[int, tuple[bool, bytes]],
        numbers: Collection[int],
        changed: Iterable[int],
        record: Callable[[int], object],
    ) -> list[bytes]:
        dirty = {number // _SIZE for number in changed} if written else {number // _SIZE for number in numbers}
        rows = {part: [n for n in range(part * _SIZE, (part + 1) * _SIZE) if n in numbers] for part in dirty}
        for part in [part for part, found in rows.items() if not found]:
            written.pop(part, None)
            del rows[part]
        parts = sorted(written.keys() | rows.keys())
        for part in parts:
            is_first = part == parts[0]
            if part not in rows and written[part][0] == is_first:
                continue
            found = rows.get(part) or [n for n in range(part * _SIZE, (part + 1) * _SIZE) if n in numbers]
            self.records += len(found)
            text = json_text.dumps([record(number) for number in found])[1:-1]
            written[part] = is_first, compress(text if is_first else b"," + text)
        return [written[part][1] for part in parts]


def _around(content: dict[str, Any]) -> tuple[bytes, bytes, bytes]:
    """Give what stands before the scopes, between them and the tasks, and after those."""
    (record,) = content["workflows"]
    first = {name: value for name, value in content.items() if name not in {"scopes", "workflows"}}
    flow = {name: value for name, value in record.items() if name != "tasks"}
    return (
        json_text.dumps(first)[:-1] + b',"scopes":[',
        b'],"workflows":[' + json_text.dumps(flow)[:-1] + b',"tasks":[',
        b"]}]}",
    )
