"""A case of the engine and one of the model, to which the same is done by chance; they must always agree."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from engine.interpreter import Way
from engine.interpreter.signing import Position
from tests.interpreter.block_model import Node, case_of
from tests.interpreter.blocks import Block
from tests.interpreter.journey import Journey

BODY = "multiInstanceBody"


class Driven(Protocol):
    """A case of the engine, however it is driven."""

    @property
    def tokens(self) -> dict[int, str]:
        """Give the elements of all that waits by their tokens."""

    @property
    def ended(self) -> bool:
        """Tell whether the case is over."""

    def way(self) -> Way:
        """Give the way it has come."""

    def complete(self, element: int, **result: object) -> object:
        """Complete a task."""

    def targets(self, token: int, /) -> dict[str, int]:
        """Give where one can return to from a task."""

    def back(self, token: int, wanted: str, /) -> object:
        """Return a task to an earlier one and go on from there."""

    def detour(self, token: int, wanted: str, /) -> object:
        """Return a task to an earlier one that comes straight back."""

    def may_undo(self, token: int, /) -> bool:
        """Tell whether a completed task can be taken back."""

    def undo(self, token: int, /) -> object:
        """Take a completed task back."""

    def repeatable(self) -> dict[str, int]:
        """Give what an administrator can run again."""

    def redo(self, token: int, /) -> object:
        """Run something again that was done or is being done, as an administrator does."""

    def go_off(self, element: str, by: str, /) -> Sequence[str]:
        """Let what an event waits for happen, if possible this one; give those that did."""

    def may_add(self) -> bool:
        """Tell whether there is anybody else to do a repeated task."""

    def add_one(self, token: int, position: Position, /) -> object:
        """Let somebody else do a repeated task, too."""

    def remove(self, token: int, /) -> object:
        """Take the person at a token away from a repeated task."""

    def move(self, token: int, to: str, /) -> object:
        """Put a token somewhere else."""

    def renew(self) -> object:
        """Go on under another version that draws the same."""


class Direct(Journey):
    """A case driven by the interpreter's own verbs."""

    def __init__(self, content: bytes, **variables: Any) -> None:  # noqa: ANN401 - whatever the gateways ask for
        self.spent: set[int] = set()
        """Timers that have gone off: what they start beside the rest stands there on, but has no job any more."""
        self._content = content
        super().__init__(content, **variables)

    @property
    def tokens(self) -> dict[int, str]:
        return {token: element for token, element in self.outcome.waiting.items() if token not in self.spent}

    @property
    def ended(self) -> bool:
        return self.outcome.ended

    @property
    def body(self) -> bytes:
        """Give its state."""
        return self.outcome.body

    def targets(self, token: int) -> dict[str, int]:
        return {one.element_id: one.token for one in self.way().targets(token)}

    def repeatable(self) -> dict[str, int]:
        return {one.element_id: one.token for one in self.way().repeatable()}

    def go_off(self, element: str, by: str) -> Sequence[str]:
        token = self.token(element)
        if by == "timer":
            self.spent.add(token)
        self.fire(token)
        return [element]

    def may_add(self) -> bool:
        return True

    def renew(self) -> object:
        self._content += b"<!-- renewed -->"
        return self.migrate(self._content, {})

    def add_one(self, token: int, position: Position) -> object:
        return self.add(token, "zhou.min", position)


class Pair:
    """The two cases; ``chance`` decides what happens."""

    def __init__(self, block: Block, chance: random.Random, start: Callable[..., Driven]) -> None:
        self.block, self.chance = block, chance
        self.choices: dict[str, Any] = {}
        self.choose()
        self.run = start(**self.choices)
        self.model = case_of(block, self.choices)
        self.done: list[str] = []
        self.agree()

    def choose(self) -> dict[str, Any]:
        """Decide anew what every gateway will do from now on."""
        for one in self.block.all():
            ways = range(len(one.inner))
            if one.kind == "exc":
                self.choices[one.name] = self.chance.choice(ways)
            elif one.kind == "inc":
                self.choices[one.name] = self.chance.sample(ways, self.chance.randint(1, len(ways)))
            elif one.kind in {"loop", "throw"}:
                self.choices[one.name] = self.chance.random() < 0.3
        return dict(self.choices)

    # -- agreeing ---------------------------------------------------------------------------------------

    def agree(self) -> None:
        """Compare what is open, and give the model's tasks the engine's numbers."""
        tokens = self.run.tokens
        assert sorted(tokens.values()) == self.model.names(), self.done
        assert self.run.ended == (self.model.phase == "done"), self.done
        way = self.run.way()
        taken = {token for task in self.model.everything() for token in task.tokens}
        for task in sorted(self.model.open_tasks(), key=lambda task: not task.aside):
            name = task.aside[-1].block.name if task.aside else task.block.name
            for token in sorted(set(tokens) - taken):
                # A task begun on a border in an earlier round may still be open beside the one of this round.
                if sum(known in tokens for known in task.tokens) == task.times():
                    break
                if tokens[token] == name and (_asked_by(way, token, task) if task.aside else _stands(way, token, task)):
                    task.tokens.append(token)
                    taken.add(token)

    def token(self, task: Node) -> int:
        """Give an open token of a task."""
        tokens = self.run.tokens
        return self.chance.choice([token for token in task.tokens if token in tokens])

    # -- acting -----------------------------------------------------------------------------------------

    def step(self) -> None:
        """Do anything, as likely as people would."""
        verbs = [self.complete] * 5 + [self.back] * 3 + [self.detour] * 2 + [self.fire] * 2
        self.act(self.chance.choice([*verbs, self.undo, self.add, self.remove, self.move, self.redo, self.renew]))

    def act(self, verb: Callable[[Node], bool]) -> None:
        """Do this with any open task; complete it where that can't be done."""
        task = self.chance.choice(list(self.model.open_tasks()))
        if not verb(task):
            self.complete(task)
        self.agree()

    def complete(self, task: Node) -> bool:
        """Complete a task."""
        token = self.token(task)
        element = self.run.tokens[token]
        beside = task.aside and element == task.aside[-1].block.name
        self.done.append(f"complete {element}")
        self.run.complete(token, **self.choose())
        if beside:
            task.answered = task.aside.pop(), token
        else:
            task.complete()
        return True

    def back(self, task: Node) -> bool:
        """Return to an earlier task and go on from there; what is offered is compared first."""
        if task.aside:
            return False
        token, offered = self.token(task), task.before()
        self.compare_offered(token, task)
        if not offered:
            return False
        name = self.chance.choice(sorted(offered))
        self.done.append(f"back {task.block.name} to {name}")
        self.run.back(token, name)
        offered[name].back()
        return True

    def compare_offered(self, token: int, task: Node) -> None:
        """Let the engine offer what the model does, and of each the last time it was done."""
        offered, targets = task.before(), self.run.targets(token)
        assert sorted(targets) == sorted(offered), (self.done, task.block.name)
        for name, one in offered.items():
            assert one.block.kind != "task" or targets[name] in one.tokens, (self.done, name)

    def detour(self, task: Node) -> bool:
        """Return to an earlier task that comes straight back."""
        offered = {name: one for name, one in task.before().items() if one.block.kind == "task"}
        if task.aside or not offered:
            return False
        name, token, before = self.chance.choice(sorted(offered)), self.token(task), set(self.run.tokens)
        self.done.append(f"detour {task.block.name} to {name}")
        self.run.detour(token, name)
        task.answered = None
        task.aside.append(offered[name])
        task.tokens += [token for token in self.run.tokens if token not in before]
        return True

    def undo(self, _task: Node) -> bool:
        """Take back any task that is done, wherever it is, or was done again for another."""
        answered = [one for one in self.model.open_tasks() if one.answered and self.run.may_undo(one.answered[1])]
        if answered and self.chance.random() < 0.5:
            return self._ask_again(self.chance.choice(answered))
        there = [one for one in self.model.everything() if one.block.kind == "task" and one.phase == "done"]
        there = [one for one in there if self.run.may_undo(one.tokens[-1])]
        assert not any(one.is_counted() for one in there), self.done
        if not there:
            return False
        one = self.chance.choice(there)
        self.done.append(f"undo {one.block.name}")
        self.run.undo(one.tokens[-1])
        one.whole().back()
        return True

    def _ask_again(self, task: Node) -> bool:
        assert task.answered is not None
        (again, token), before = task.answered, set(self.run.tokens)
        self.done.append(f"undo {again.block.name} for {task.block.name}")
        self.run.undo(token)
        task.answered = None
        task.aside.append(again)
        task.tokens += [token for token in self.run.tokens if token not in before]
        return True

    def redo(self, _task: Node) -> bool:
        """Run any task again that is done or being done, as an administrator does; what can be is compared first."""
        tasks = [one for one in self.model.everything() if one.block.kind == "task" and one.phase != "idle"]
        tasks = [
            one for one in tasks if not one.aside and not any(around.block.kind == "each" for around in one.around())
        ]
        wanted = {one.block.name: one for one in sorted(tasks, key=lambda task: task.number)}
        offered = {name: token for name, token in self.run.repeatable().items() if name.startswith("t")}
        assert set(offered) == set(wanted), self.done
        if not wanted:
            return False
        name = self.chance.choice(sorted(wanted))
        self.done.append(f"redo {name}")
        self.run.redo(offered[name])
        wanted[name].back()
        return True

    def fire(self, _task: Node) -> bool:
        """Let a timer go off, or something come from outside."""
        armed = {one.element: one for one in self.model.events() if one.may_fire()}
        if not armed:
            return False
        name = self.chance.choice(sorted(armed))
        for fired in self.run.go_off(name, armed[name].block.by):
            self.done.append(f"fire {fired}")
            armed[fired].fire()
        return True

    def renew(self, _task: Node) -> bool:
        """Go on under another version that draws the same: nothing is different."""
        self.done.append("renew")
        self.run.renew()
        return True

    def add(self, task: Node) -> bool:
        """Let one more do a repeated task."""
        token = self._instance(task)
        if token is None or task.count > 4 or not self.run.may_add():
            return False
        position: Position = self.chance.choice(["before", "after"]) if task.block.flag else "parallel"
        self.done.append(f"add {position} to {task.block.name}")
        self.run.add_one(token, position)
        task.add()
        return True

    def remove(self, task: Node) -> bool:
        """Let one who has not done a repeated task not do it."""
        token = self._instance(task)
        if token is None or (task.count == 1 and not task.done_count):
            return False
        self.done.append(f"remove from {task.block.name}")
        self.run.remove(token)
        task.remove()
        return True

    def _instance(self, task: Node) -> int | None:
        tokens = self.run.tokens
        mine = [token for token in task.tokens if tokens.get(token) == task.block.name]
        return self.chance.choice(mine) if mine and task.block.kind == "many" and not task.block.rounds else None

    def move(self, task: Node) -> bool:
        """Put the token of a task on a later one of the same sequence, as an administrator does."""
        above = task.above
        if task.aside or task.block.kind != "task" or above is None or above.block.kind != "seq":
            return False
        later = [one for one in above.inner[above.inner.index(task) + 1 :] if one.block.kind in {"task", "many"}]
        if not later:
            return False
        to = self.chance.choice(later)
        self.done.append(f"move {task.block.name} to {to.block.name}")
        self.run.move(self.token(task), to.block.name)
        task.move(to)
        return True


def _asked_by(way: Way, token: int, task: Node) -> bool:
    """Tell whether a token is a task done again for one of these."""
    passage = way.passage(token)
    return passage is not None and any(cause in task.tokens for cause in passage.causes)


def _stands(way: Way, token: int, task: Node) -> bool:
    """Tell whether a token can be this task: it stands in the same rounds of sub-processes of which there are several.

    Which round is which is unknown until one of its tokens is; until then they are all alike.
    """
    nodes = [one for one in task.around() if one.above is not None and one.above.block.kind in {"each", "event"}]
    places = list(_places(way, token))
    if len(nodes) != len(places):
        return False
    for node, place in zip(nodes, places, strict=True):
        known = [other.place for other in node.above.inner] if node.above is not None else []
        if place != node.place and (node.place is not None or place in known):
            return False
    for node, place in zip(nodes, places, strict=True):
        node.place = place
    return True


def _places(way: Way, token: int) -> Iterator[int]:
    """Give the rounds of repeated and of event sub-processes that a token stands in, the innermost first."""
    passage = way.passage(token)
    around = way.passage(passage.scope) if passage is not None else None
    while around is not None:
        outer = way.passage(around.scope)
        if around.kind == "eventSubProcess" or (outer is not None and outer.kind == BODY):
            yield around.token
        around = outer
