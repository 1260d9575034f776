"""Both orders of every two tasks that can be done at once, and then back to the one that was first and to the other.

For each generated diagram all such pairs are tried, not some of them: ``QUCHENG_RANDOM_RUNS`` sets how many diagrams.
"""

import itertools
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from engine.interpreter import specification
from tests.interpreter.block_model import Node
from tests.interpreter.blocks import TOLD, Block, Maker
from tests.interpreter.drawing import Drawing
from tests.interpreter.pairs import Direct, Pair

DIAGRAMS = int(os.environ.get("QUCHENG_RANDOM_RUNS", "45"))
FIRST = int(os.environ.get("QUCHENG_RANDOM_SEED", "0"))
PARTS = 10


@pytest.fixture(autouse=True)
def twins() -> None:
    """Give no twins: here the model is the other one."""


class Ordered(Pair):
    """A pair whose gateways lead to two tasks, of which one is done before the other."""

    def __init__(self, block: Block, chance: random.Random, tasks: tuple[str, str], event: Block | None) -> None:
        self.first, self.second = tasks
        self.event = event
        """What has to happen before the two are there at once; it does as soon as it is waited for."""
        content = Drawing(block).content

        def start(**variables: object) -> Direct:
            return Direct(content, **variables)

        super().__init__(block, chance, start)

    def choose(self) -> dict[str, Any]:
        """Go where the two tasks are, and round no loop."""
        for one in self.block.all():
            if one.kind == "exc":
                wanted = [index for index, inner in enumerate(one.inner) if {self.first, self.second} & _names(inner)]
                self.choices[one.name] = wanted[0] if wanted else 0
            elif one.kind == "inc":
                self.choices[one.name] = list(range(len(one.inner)))
            elif one.kind in {"loop", "throw"}:
                self.choices[one.name] = False
        return dict(self.choices)

    def is_done(self, name: str) -> bool:
        """Tell whether a task has been done, in every place it stands in."""
        nodes = [one for one in self.model.everything() if one.block.name == name and one.block.kind != "sub"]
        return bool(nodes) and all(one.phase == "done" for one in nodes)

    def next(self) -> Node:
        """Give the task to complete: the second of the two only when the first is done, and anything else at last.

        Where a return has taken the first away with the event that had let it begin, the second is not held up by it.
        """
        tasks = list(self.model.open_tasks())
        due = [one for one in tasks if one.block.name != self.second or self.is_done(self.first)]
        return max(due or tasks, key=lambda one: one.block.name in {self.first, self.second})

    def go_on(self) -> None:
        """Complete the next task, after what has to happen before."""
        waiting = [one for one in self.model.events() if one.block is self.event]
        if waiting:
            (one,), self.event = waiting, None
            self.done.append(f"fire {one.element}")
            self.run.go_off(one.element, one.block.by)
            one.fire()
        else:
            self.complete(self.next())
        self.agree()

    def both(self) -> None:
        """Complete tasks until both are done, the first before the second.

        Repeated, what an event begins is done in one place only: then the case ends before both are done in all.
        """
        while not (self.run.ended or (self.is_done(self.first) and self.is_done(self.second))):
            self.go_on()

    def back_to(self, name: str) -> bool:
        """Return to this task as soon as anybody can; give False where nobody ever could."""
        while not self.run.ended:
            for task in list(self.model.open_tasks()):
                token = self.token(task)
                self.compare_offered(token, task)
                if name in task.before():
                    target = task.before()[name]
                    self.done.append(f"back {task.block.name} to {name}")
                    self.run.back(token, name)
                    target.back()
                    self.agree()
                    return True
            self.go_on()
        return False


def _names(block: Block) -> set[str]:
    return {one.name for one in block.all() if one.kind in {"task", "many"}}


def _on_the_way(block: Block) -> list[str]:
    """Give the tasks of a block that are done although no event happens."""
    if block.kind in {"task", "many"}:
        return [block.name]
    inner = block.inner[:1] if block.kind in {"timed", "sub", "each", "event", "case"} else block.inner
    return [name for one in inner for name in _on_the_way(one)]


def at_once(block: Block) -> Iterator[tuple[str, str, Block | None]]:
    """Give every two tasks in different branches of a gateway that takes them all, or of which one is beside the way.

    Beside the way is what an event lets begin that does not interrupt; it is given, too.
    """
    for one in block.all():
        pairs = itertools.combinations(one.inner, 2) if one.kind in {"par", "inc"} else []
        for left, right in pairs:
            yield from ((*tasks, None) for tasks in itertools.product(_on_the_way(left), _on_the_way(right)))
        for main, beside, event in _beside(one):
            yield from ((*tasks, event) for tasks in itertools.product(_on_the_way(main), _on_the_way(beside)))


def _beside(block: Block) -> Iterator[tuple[Block, Block, Block]]:
    """Give what an event outside the case may let begin beside a block, with the event."""
    if block.kind in {"case", "sub", "each"}:
        events = [one for one in block.inner[1:] if one.by in TOLD and not one.flag]
        yield from ((block.inner[0], one.inner[0], one) for one in events)
    elif block.kind == "timed" and block.by in TOLD and not block.flag:
        yield block.inner[0], block.inner[1], block


@pytest.mark.parametrize("part", range(PARTS))
def test_both_orders_of_every_two_tasks_and_back_to_each(part: int) -> None:
    returned = 0
    for seed in range(FIRST + part, FIRST + DIAGRAMS, PARTS):
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        block = Maker(chance, chance.randint(3, 7)).process()
        specification.cache_clear()
        # What is drawn behind another event is reached by nobody here.
        reached = set(_on_the_way(block))
        for left, right, event in at_once(block):
            there = reached | (set(_on_the_way(event.inner[-1 if event.kind == "timed" else 0])) if event else set())
            tasks = left, right
            for order, target in itertools.product([tasks, tasks[::-1]], tasks):
                if not there >= set(tasks):
                    continue
                pair = Ordered(block, chance, order, event)
                try:
                    pair.both()
                    returned += pair.back_to(target)
                    while not pair.run.ended:
                        pair.go_on()
                except Exception as error:
                    error.add_note(f"seed {seed}, {order} and back to {target}: {pair.done}")
                    raise
    assert returned > 0
