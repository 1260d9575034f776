"""Thousands of random cases: interpreter and model agree after every step on what is open and where one can go back.

``QUCHENG_RANDOM_RUNS`` sets how many diagrams are tried, ``QUCHENG_RANDOM_SEED`` the first of their seeds.
"""

import os
import random
from typing import Any

import pytest

from engine.interpreter import Case, Plan, specification
from tests.interpreter.block_model import Node, case_of
from tests.interpreter.blocks import Block, Drawing, Maker
from tests.interpreter.journey import Journey
from tests.interpreter.test_case import ENVIRONMENT

DIAGRAMS = int(os.environ.get("QUCHENG_RANDOM_RUNS", "600"))
FIRST = int(os.environ.get("QUCHENG_RANDOM_SEED", "0"))
RUNS = 5
"""Cases of each diagram."""
STEPS = 14
PARTS = 20


@pytest.fixture(autouse=True)
def twins() -> None:
    """Give no twins: here the model is the other one, and there are thousands of cases."""


class Pair:
    """A case of the interpreter and one of the model, to which the same is done."""

    def __init__(self, block: Block, content: bytes, chance: random.Random) -> None:
        self.block, self.chance = block, chance
        self.choices: dict[str, Any] = {}
        self.choose()
        self.run = Journey(content, **self.choices)
        self.model = case_of(block, self.choices)
        self.done: list[str] = []
        self.agree()

    def choose(self) -> dict[str, Any]:
        """Decide anew what every gateway will do from now on."""
        for one in _all(self.block):
            ways = range(len(one.inner))
            if one.kind == "exc":
                self.choices[one.name] = self.chance.choice(ways)
            elif one.kind == "inc":
                self.choices[one.name] = self.chance.sample(ways, self.chance.randint(1, len(ways)))
            elif one.kind == "loop":
                self.choices[one.name] = self.chance.random() < 0.3
        return dict(self.choices)

    def agree(self) -> None:
        """Compare what is open, and give the model's tasks the interpreter's numbers."""
        assert self.run.waiting == self.model.names(), self.done
        assert self.run.outcome.ended == (self.model.phase == "done"), self.done
        taken = {token for task in self.model.everything() for token in task.tokens}
        for task in self.model.everything():
            if task.block.kind in {"task", "many"} and task.phase == "open":
                name = task.aside[-1].block.name if task.aside else task.block.name
                fresh = [t for t, e in self.run.outcome.waiting.items() if e == name and t not in taken]
                task.tokens += sorted(fresh)
                taken.update(fresh)

    def token(self, task: Node) -> int:
        """Give an open token of a task."""
        return self.chance.choice([token for token in task.tokens if token in self.run.outcome.waiting])

    def step(self) -> None:
        tasks = list(self.model.open_tasks())
        task = self.chance.choice(tasks)
        armed = [one for one in self.model.everything() if one.armed and not one.inner[0].aside]
        verbs = [self._complete] * 5 + [self._back] * 3 + [self._undo, self._detour, self._detour]
        if armed and self.chance.random() < 0.2:
            self._fire(self.chance.choice(armed))
        else:
            self.chance.choice(verbs)(task)
        self.agree()

    def _complete(self, task: Node) -> None:
        token = self.token(task)
        beside = task.aside and self.run.outcome.waiting[token] == task.aside[-1].block.name
        self.done.append(f"complete {self.run.outcome.waiting[token]}")
        self.run.complete(token, **self.choose())
        if beside:
            task.aside.pop()
        else:
            task.complete()

    def _back(self, task: Node) -> None:
        if task.aside:
            self._complete(task)
            return
        token, offered = self.token(task), task.before()
        targets = {one.element_id: one.token for one in self.run.way().targets(token)}
        assert sorted(targets) == sorted(offered), (self.done, task.block.name)
        if not offered:
            self._complete(task)
            return
        name = self.chance.choice(sorted(offered))
        if offered[name].block.kind == "task":
            assert targets[name] in offered[name].tokens, (self.done, name)
        self.done.append(f"back {task.block.name} to {name}")
        self.run.undo(targets[name])
        offered[name].back()

    def _undo(self, task: Node) -> None:
        """Take back any task that is done, wherever it is."""
        there = [one for one in self.model.everything() if one.block.kind == "task" and one.phase == "done"]
        if not there:
            self._complete(task)
            return
        one = self.chance.choice(there)
        self.done.append(f"undo {one.block.name}")
        self.run.undo(one.tokens[-1])
        one.back()

    def _detour(self, task: Node) -> None:
        offered = {name: one for name, one in task.before().items() if one.block.kind == "task"}
        if task.aside or not offered:
            self._complete(task)
            return
        name = self.chance.choice(sorted(offered))
        self.done.append(f"detour {task.block.name} to {name}")
        before = set(self.run.outcome.waiting)
        self.run.detour(self.token(task), name)
        task.aside.append(offered[name])
        task.tokens += [token for token in self.run.outcome.waiting if token not in before]

    def _fire(self, timed: Node) -> None:
        self.done.append(f"fire {timed.block.name}")
        self.run.fire(timed.block.name)
        timed.fire()

    def replays(self) -> None:
        """Do again what was done, by what its events would say."""
        again = Case.start(self.run.specification, ENVIRONMENT, self.run.started).outcome()
        for verb, *arguments in self.run.log:
            case = Case.wake(again.body, self.run.specification, ENVIRONMENT)
            if verb == "go_back":
                case.go_back(Plan.from_json(arguments[0]))
            else:
                getattr(case, verb)(*arguments)
            again = case.outcome()
        assert again.body == self.run.outcome.body, self.done


def _all(block: Block) -> list[Block]:
    return [block, *(one for inner in block.inner for one in _all(inner))]


@pytest.mark.parametrize("part", range(PARTS))
def test_after_any_steps_the_open_tasks_are_those_of_the_model(part: int) -> None:
    for seed in range(FIRST + part, FIRST + DIAGRAMS, PARTS):
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        block = Maker(chance, chance.randint(3, 9)).sequence(3)
        content = Drawing(block).content
        specification.cache_clear()
        for number in range(RUNS):
            pair = Pair(block, content, chance)
            for _ in range(STEPS):
                if pair.run.outcome.ended:
                    break
                try:
                    pair.step()
                except Exception as error:
                    error.add_note(f"seed {seed}, run {number}: {pair.done}")
                    raise
            pair.replays()
