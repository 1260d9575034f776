"""A big state in segments: one text, compressed piece by piece, so that a step writes anew only what it has touched.

Whoever reads it need not know: the pieces are frames of zstandard one after the other, and their texts make one text.
A segment has the tasks or the scopes of a range of numbers; the numbers of a case only grow, so each stays in its own.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import zstandard
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task as SpiffTask

from engine import json_text
from engine.interpreter.compacting import Needed
from engine.interpreter.scopes import ROOT, Scopes
from engine.interpreter.watching import Watch
from engine.interpreter.workflow import Workflow

BIG = 256
"""Tasks and scopes from which on a state is written in segments."""
_SIZE = 64
"""Numbers in one segment."""
LEVEL = -1
"""Of compression: a tenth longer than at the usual one, in a third of the time. An ended case has hardly any state."""


class _Tools(threading.local):
    """One of each for a thread: to make one takes longer than to use it, and two threads can't use the same."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_TOOLS = _Tools()


def compress(text: bytes) -> bytes:
    """Compress a text to one frame."""
    return _TOOLS.compressor.compress(text)


def decompress(body: bytes) -> bytes:
    """Give the text of all frames."""
    return _TOOLS.decompressor.decompressobj(read_across_frames=True).decompress(body)


def task_record(task: SpiffTask, parent: int | None) -> list[object]:
    """Give a task as the state has it."""
    return [task.id, parent, task.state, task.task_spec.name, task.triggered or None, task.peek or None]


@dataclass
class Written:
    """The tasks or the scopes of one case as they were written last, by segment."""

    texts: dict[int, dict[int, bytes]] = field(default_factory=dict)
    """The text of each number: what stands beside something that was touched need not be put into words again."""
    frames: dict[int, tuple[bool, bytes]] = field(default_factory=dict)
    """Each segment, compressed, and whether it is the first, which no comma precedes."""

    def write(self, numbers: Collection[int], changed: Iterable[int], record: Callable[[int], object]) -> int:
        """Put what has changed into words; everything where nothing was written so far. Give how much that was."""
        anew = {number for number in changed if number in numbers} if self.texts else set(numbers)
        gone = set(changed) - anew if self.texts else set()
        for number in anew:
            self.texts.setdefault(_part(number), {})[number] = json_text.dumps(record(number))
        for number in gone:
            self.texts.get(_part(number), {}).pop(number, None)
        for part in {_part(number) for number in anew | gone}:
            self.frames.pop(part, None)
            if not self.texts.get(part):
                self.texts.pop(part, None)
        return len(anew)

    def parts(self) -> list[bytes]:
        """Give the segments; those in which nothing has changed are as they were."""
        for place, part in enumerate(sorted(self.texts)):
            if self.frames.get(part, (None,))[0] != (place == 0):
                rows = b",".join(text for _number, text in sorted(self.texts[part].items()))
                self.frames[part] = place == 0, compress(rows if place == 0 else b"," + rows)
        return [self.frames[part][1] for part in sorted(self.frames)]


class Segments:
    """The segments of one case as they were written last."""

    def __init__(self) -> None:
        self._tasks = Written()
        self._scopes = Written()
        self._parts = Written()
        self._finished: set[int] = set()
        """The finished tasks that were written: one that is not needed any more need not have been touched."""
        self.found: Needed | None = None
        """What of the case the state that was written last has kept."""
        self.records = 0
        """Tasks and scopes that were put into words so far."""
        self.watch: Watch | None = None
        """Spares looking at each task."""

    def suit(self, workflow: Workflow, scopes: Scopes, kept: Mapping[BpmnBaseWorkflow, Needed]) -> bool:
        """Tell whether a state is big, and all its tasks and scopes stand in the order of their numbers."""
        if len(kept) != 1 or len(kept[workflow]) + len(scopes.values) + len(scopes.parts) < BIG:
            return False
        return not workflow.tasks.disordered and not scopes.values.disordered

    def forget(self) -> None:
        """Forget what was written: the state was written as a whole, and what was touched then is not known later."""
        if self._tasks.texts or self._scopes.texts or self._parts.texts:
            self._tasks, self._scopes, self._parts = Written(), Written(), Written()

    def write(self, content: dict[str, Any], workflow: Workflow, scopes: Scopes, found: Needed) -> bytes:
        """Give the state with its tasks and scopes put into ``content``."""
        changed = {task.id for task in workflow.log} | found.hung.keys() | (self._finished ^ found.finished)
        self._finished = set(found.finished)
        values, tasks = scopes.values, workflow.tasks
        self.records += self._scopes.write(
            values, values.touched, lambda scope: [scope, scopes.parents.get(scope), values.peek(scope)]
        )
        self.records += self._tasks.write(
            found, changed, lambda number: task_record(tasks[number], found.above(tasks[number]))
        )
        kept = scopes.parts
        self.records += self._parts.write(kept, kept.touched, lambda token: [token, kept.peek(token)])
        head, *between, tail = map(compress, _around(content))
        written = (*self._parts.parts(), between[0], *self._scopes.parts(), between[1], *self._tasks.parts())
        return b"".join((head, *written, tail))


def _part(number: int) -> int:
    """Give the segment of a number. What the whole case knows stands alone: it may be much, and hardly ever changes."""
    return number // _SIZE if number != ROOT else -1


def _around(content: dict[str, Any]) -> tuple[bytes, bytes, bytes, bytes]:
    """Give what stands before the parts, between them and the scopes, between those and the tasks, and after them."""
    (record,) = content["workflows"]
    first = {name: value for name, value in content.items() if name not in {"parts", "scopes", "workflows"}}
    flow = {name: value for name, value in record.items() if name != "tasks"}
    return (
        json_text.dumps(first)[:-1] + b',"parts":[',
        b'],"scopes":[',
        b'],"workflows":[' + json_text.dumps(flow)[:-1] + b',"tasks":[',
        b"]}]}",
    )
