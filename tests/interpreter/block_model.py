"""What is open in a process of blocks, whatever people do: the rules of the house in the fewest words.

It knows neither tokens nor passages: a block is idle, open or done, and going back to a task makes idle again what
lies after it in every sequence around it. What an interrupting event has ended is over: nobody goes back into it
alone. That it agrees with the interpreter is the proof of both.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.interpreter.blocks import THROWN, Block

_numbers = count(1)
_TASKS = {"task", "many"}
_SCOPES = {"sub", "case"}
_ROUNDS = {"loop", "each", "event"}


class Node:
    """One block in one round."""

    def __init__(self, block: Block, above: "Node | None", choices: dict[str, Any]) -> None:
        self.block, self.above, self.choices = block, above, choices
        self.inner: list[Node] = [] if block.kind in _ROUNDS else [Node(one, self, choices) for one in block.inner]
        self.phase = "idle"
        self.number = 0
        """Of a task: when it was opened."""
        self.count = block.count
        """How many do it: of ``many`` and ``each``, in this round."""
        self.done_count = 0
        self.armed = False
        """Of ``timed`` and ``event``: it waits for its event."""
        self.has_fired = False
        self.taken_away = False
        """Of what an event on its border has ended."""
        self.ended_by: Node | None = None
        """Of a process or sub-process: the event in it that has taken over."""
        self.aside: list[Node] = []
        """Tasks done again for this one before it goes on, the innermost last."""
        self.answered: tuple[Node, int] | None = None
        """The task that was done again for this one last, and what the interpreter calls it."""
        self.tokens: list[int] = []
        """What the interpreter calls this task when it is open, in each place."""
        self.place: int | None = None
        """What it calls this round of a sub-process that is repeated or begins by an event, once it is known."""

    # -- forwards --------------------------------------------------------------------------------------

    def enter(self) -> None:
        self.phase, kind, self.taken_away, self.answered = "open", self.block.kind, False, None
        if kind in {*_TASKS, "each"}:
            self.number, self.count, self.done_count, self.tokens = next(_numbers), self.block.count, 0, []
        if kind in {"loop", "each"}:
            self.inner = []
            for _ in range(self.count if kind == "each" and not self.block.flag else 1):
                self._next_round()
            return
        if kind == "throw":
            self._throw()
            return
        self.arm()
        for one in self._first():
            one.enter()

    def arm(self) -> None:
        """Let all events of this block wait."""
        self.armed, self.has_fired = self.block.kind == "timed", False
        for one in self.inner[1:] if self.block.kind in _SCOPES else ():
            one.armed = True

    def _first(self) -> list["Node"]:
        if self.block.kind in {"exc", "inc"}:
            return [self.inner[index] for index in self._chosen()]
        return list(self.inner) if self.block.kind == "par" else self.inner[:1]

    def _chosen(self) -> list[int]:
        chosen = self.choices[self.block.name]
        return sorted(chosen) if isinstance(chosen, list) else [chosen]

    def _next_round(self) -> None:
        block = self.block
        inside = block.inner[0] if block.kind == "loop" else Block("sub", block.name, block.inner)
        self.inner.append(Node(inside, self, self.choices))
        self.inner[-1].enter()

    def complete(self) -> None:
        """Complete a task, or one of its several instances."""
        self.done_count += 1
        if self.block.kind == "task" or self.done_count == self.count:
            self.finish()

    def add(self) -> None:
        """Let one more do it."""
        self.count += 1

    def remove(self) -> None:
        """Let one who has not done it yet not do it."""
        self.count -= 1
        if self.done_count == self.count:
            self.finish()

    def move(self, to: "Node") -> None:
        """Go on at a later task of the same sequence."""
        self.reset()
        to.enter()

    def finish(self) -> None:
        self.phase, self.armed = "done", False
        for one in self.inner[1:] if self.block.kind in _SCOPES else ():
            one.armed = False
        if self.above is not None:
            self.above.inner_done(self)

    def inner_done(self, one: "Node") -> None:
        kind = self.block.kind
        if kind == "seq":
            position = self.inner.index(one) + 1
            self.inner[position].enter() if position < len(self.inner) else self.finish()
        elif kind == "loop":
            self._next_round() if self.choices[self.block.name] else self.finish()
        elif kind == "timed":
            self._part_done(one)
        elif kind == "each":
            self._instance_done()
        elif kind in {"par", "exc", "inc"}:
            if not any(other.phase == "open" for other in self.inner):
                self.finish()
        else:
            self.scope().look()

    def _instance_done(self) -> None:
        self.done_count += 1
        if self.done_count == self.count:
            self.finish()
        elif self.block.flag:
            self._next_round()

    def _part_done(self, one: "Node") -> None:
        is_main = one is self.inner[0]
        if is_main or self.block.flag:
            self.finish()
        else:
            self.scope().look()

    def look(self) -> None:
        """End a sub-process, or the case, when nothing in it is open."""
        if self.phase == "open" and self.inner[0].phase == "done" and not list(self.open_tasks()):
            self.finish()

    # -- events -----------------------------------------------------------------------------------------

    def fire(self) -> None:
        """Let the event that a border or an event sub-process waits for happen."""
        block, self.has_fired = self.block, True
        self.armed = not block.flag and block.by != "timer"
        if block.kind == "event":
            if block.flag:
                self.scope().end_for(self)
            self._next_round()
            return
        if block.flag:
            self.inner[0].reset()
            self.inner[0].taken_away = True
        self.inner[1].enter()

    def end_for(self, event: "Node") -> None:
        """End everything in a process or sub-process for an event in it."""
        for one in self.inner:
            one.reset()
        self.ended_by, self.inner[0].phase = event, "done"

    def _throw(self) -> None:
        """Throw something if it is to be thrown; go on if that leaves it where it is."""
        by = self.block.by
        catching = [one for one in self._catching() if one.armed and one.block.by == by] if self._is_chosen() else []
        for one in catching[:1]:
            one.fire()
        if self.phase == "open":
            self.finish()

    def _is_chosen(self) -> bool:
        return bool(self.choices[self.block.name])

    def _catching(self) -> Iterator["Node"]:
        """Give the events around it: those inside what is around it, and on its border."""
        one = self
        for above in self.around():
            if above.block.kind in _SCOPES:
                yield from above.inner[1:]
            elif above.block.kind == "timed" and one is above.inner[0]:
                yield above
            one = above

    # -- backwards --------------------------------------------------------------------------------------

    def reset(self) -> None:
        self.phase, self.armed, self.aside = "idle", False, []
        self.taken_away, self.ended_by = False, None
        if self.block.kind == "event":
            self.inner = []
        for one in self.inner:
            one.reset()

    def back(self) -> None:
        """Do this task again: what lies after it, in whatever is around it, is to come again."""
        one, begins = self, True
        while one.above is not None:
            around = one._take_away_after(begins=begins)
            begins = around.phase != "open"
            if begins and around.block.kind in _SCOPES and around.ended_by is None:
                around.arm()
            around.phase = "open"
            one = around
        self.aside = []
        self.enter()

    def _take_away_after(self, *, begins: bool) -> "Node":
        """Make idle what comes after this in the block around it; give that, or the scope of what stands beside it."""
        above = self.above
        assert above is not None
        kind = above.block.kind
        if kind == "seq":
            for later in above.inner[above.inner.index(self) + 1 :]:
                later.reset()
        elif kind == "loop":
            del above.inner[above.inner.index(self) + 1 :]
        elif kind == "timed" and self is above.inner[0] and begins:
            above.inner[1].reset()
            above.arm()
        elif kind == "timed" and self is above.inner[1] and not above.block.flag:
            # Beside the way, not on it: only the sub-process around had to wait for it.
            return above.scope()
        elif kind == "event":
            self.place = None if begins else self.place
            return above.scope()
        return above

    def whole(self) -> "Node":
        """Give what is to be done again for this task: the outermost repetition around it that has ended, or itself."""
        around = [one for one in self.around() if one.block.kind == "each" and one.phase == "done"]
        return around[-1] if around else self

    def is_counted(self) -> bool:
        """Tell whether it belongs to an instance that has ended, of a repetition that has not."""
        return any(
            one.phase == "done"
            and one.above is not None
            and one.above.block.kind == "each"
            and one.above.phase == "open"
            for one in self.around()
        )

    # -- looking ----------------------------------------------------------------------------------------

    def around(self) -> Iterator["Node"]:
        """Give what is around it, the innermost first."""
        one = self.above
        while one is not None:
            yield one
            one = one.above

    def scope(self) -> "Node":
        """Give the process or sub-process it is in, or itself where it is one."""
        one: Node | None = self
        while one is not None and one.block.kind not in _SCOPES:
            one = one.above
        assert one is not None
        return one

    def everything(self) -> Iterator["Node"]:
        yield self
        for one in self.inner:
            yield from one.everything()

    def open_tasks(self) -> Iterator["Node"]:
        return (one for one in self.everything() if one.block.kind in _TASKS and one.phase == "open")

    def events(self) -> Iterator["Node"]:
        """Give what waits for its event; the border of a task that is away waits no more."""
        for one in self.everything():
            away = one.block.kind == "timed" and one.inner[0].block.kind == "task" and one.inner[0].aside
            if one.armed and not away:
                yield one

    @property
    def element(self) -> str:
        """Give the id of the element that waits for the event."""
        return f"{self.block.name}_at" if self.block.kind == "event" else self.block.name

    def may_fire(self) -> bool:
        """Tell whether an event may come from outside: once on a border, and to an event sub-process not too often."""
        often = self.has_fired if self.block.kind == "timed" else len(self.inner) > 3
        return self.block.by not in THROWN and not often

    def times(self) -> int:
        """Give how many tokens an open task has."""
        return self.count - self.done_count if self.block.kind == "many" and not self.block.flag else 1

    def names(self) -> list[str]:
        """Give the element ids of all that waits."""
        found = [one.element for one in self.events()]
        for one in self.open_tasks():
            shown = one.aside[-1] if one.aside else one
            found += [shown.block.name, *([one.block.name] * (one.times() - 1))]
        return sorted(found)

    def before(self) -> dict[str, "Node"]:
        """Give the tasks that led to this one by name: of each the last time it was done."""
        found: list[Node] = []
        if self.block.kind == "many" and self.block.flag and self.done_count:
            found.append(self)
        one = self
        while one.above is not None:
            above, kind = one.above, one.above.block.kind
            if kind in {"seq", "loop"}:
                for earlier in above.inner[: above.inner.index(one)]:
                    found += earlier.done_tasks()
            elif kind == "timed" and one is not above.inner[0]:
                found += above.inner[0].done_tasks()
            elif kind == "each" and above.block.flag and above.done_count:
                found.append(above)
            one = above
        return {task.block.name: task for task in sorted(found, key=lambda task: task.number)}

    def done_tasks(self, *, sides: bool = False) -> Iterator["Node"]:
        """Give the tasks done in a block; ``sides``: those beside the way, too, since the block waited for them."""
        if self.block.kind in {*_TASKS, "each"}:
            several = self.block.kind != "task"
            yield from [self] if self.phase == "done" or (self.taken_away and several) else []
            return
        if self.block.kind == "sub" and self.phase != "done":
            return
        sides = sides or self.block.kind == "sub"
        for index, one in enumerate(self.inner):
            if index == 0 or self.block.kind != "timed" or self.block.flag or sides:
                yield from one.done_tasks(sides=sides)


def case_of(block: Block, choices: dict[str, Any]) -> Node:
    """Begin a case."""
    case = Node(block, None, choices)
    case.enter()
    return case
