"""Random graphs of tasks and gateways in no order at all: engine and token game agree, and nothing is silently stuck.

Here each case also has its twin that forgets nothing. ``QUCHENG_RANDOM_RUNS`` sets how many graphs are tried,
``QUCHENG_RANDOM_SEED`` the first of their seeds.
"""

import itertools
import os
import random
from collections import Counter
from typing import Any

import pytest

from engine.interpreter import specification
from engine.interpreter.lint import check
from tests.interpreter.build import diagram, user_task
from tests.interpreter.journey import Journey
from tests.interpreter.test_mutated_diagrams import NOTHING
from tests.interpreter.token_game import Flow, Game, Occurrence

GRAPHS = int(os.environ.get("QUCHENG_RANDOM_RUNS", "200"))
FIRST = int(os.environ.get("QUCHENG_RANDOM_SEED", "0"))
RUNS = 3
"""Cases of each graph."""
STEPS = 16
PARTS = 10
_TAGS = {"xor": "exclusiveGateway", "and": "parallelGateway", "inc": "inclusiveGateway"}


class Graph:
    """Elements by kind, and the flows between them: a spine from start to end, and whatever chance adds."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        inner = [(f"n{index}", chance.choice(["task", "task", "xor", "and", "inc"])) for index in range(9)]
        self.kinds = {"start": "start", **dict(inner[: chance.randint(4, 9)]), "end": "end"}
        nodes = list(self.kinds)
        self.flows: list[Flow] = list(itertools.pairwise(nodes))
        for _ in range(chance.randint(5, 40)):
            self._add(nodes)

    def _add(self, nodes: list[str]) -> None:
        """Add a flow that begins at a gateway; one that goes back leads from one exclusive gateway to another."""
        source, target = self.chance.choice(nodes), self.chance.choice(nodes[1:])
        back = nodes.index(target) <= nodes.index(source)
        xor = self.kinds[source] == self.kinds[target] == "xor"
        if (
            self.kinds[source] in _TAGS
            and source != target
            and (xor or not back)
            and (source, target) not in self.flows
        ):
            self.flows.append((source, target))
            if self._has_circle_without_task(target):
                self.flows.pop()

    def _has_circle_without_task(self, node: str) -> bool:
        seen: set[str] = set()
        waiting = [node] if self.kinds[node] != "task" else []
        while waiting:
            one = waiting.pop()
            after = [target for source, target in self.flows if source == one and self.kinds[target] != "task"]
            if node in after:
                return True
            waiting += [target for target in after if target not in seen]
            seen.update(after)
        return False

    def ways(self, node: str) -> list[Flow]:
        """Give the flows that leave an element."""
        return [flow for flow in self.flows if flow[0] == node]

    def choose(self) -> dict[str, Any]:
        """Decide where gateways lead."""
        found = {}
        for node, kind in self.kinds.items():
            ways = range(len(self.ways(node)))
            if kind in {"xor", "inc"}:
                found[node] = sorted(
                    self.chance.sample(ways, 1 if kind == "xor" else self.chance.randint(1, len(ways)))
                )
        return found

    def drawn(self) -> bytes:
        """Write it as a diagram."""
        nodes = '<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>'
        flows: dict[str, str | tuple[str, str]] = {}
        for node, kind in self.kinds.items():
            nodes += user_task(node) if kind == "task" else ""
            nodes += f'<bpmn:{_TAGS[kind]} id="{node}"/>' if kind in _TAGS else ""
            for index, (_source, target) in enumerate(self.ways(node)):
                flow, chosen = f"f_{node}_{target}", f"=list contains({node}, {index})"
                conditional = kind in {"xor", "inc"} and len(self.ways(node)) > 1
                flows[f"{node}->{target}"] = (flow, chosen) if conditional else flow
        return diagram(nodes, flows)


class Played:
    """A case of the engine and one of the token game."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.chance = graph, graph.chance
        self.choices = graph.choose()
        self.run = Journey(graph.drawn(), **self.choices)
        self.game = Game(graph.kinds, graph.flows, self.choices, self.passed())
        self.tokens: dict[Occurrence, int] = {}
        self.done: list[str] = []
        self.agree()

    def passed(self) -> list[str]:
        """Give what the engine has passed in its last step."""
        return [one.element_id for one in self.run.outcome.passages if one.what == "completed"]

    def tasks(self) -> list[str]:
        """Give the tasks that are open in the engine; whatever else waits there is an incident."""
        stuck = [one for one in self.run.waiting if self.graph.kinds[one] != "task"]
        assert all(self.graph.kinds[one] in {"and", "inc"} for one in stuck), self.done
        return [one for one in self.run.waiting if self.graph.kinds[one] == "task"]

    def agree(self) -> None:
        """Compare what is open, and see that the case waits for somebody, has an incident, or is over."""
        open_tasks = self.game.open_tasks()
        assert self.tasks() == sorted(one.node for one in open_tasks), self.done
        assert self.run.outcome.ended == (not open_tasks and not self.game.tokens()), self.done
        assert self.run.outcome.ended or self.run.waiting, self.done
        taken = set(self.tokens.values())
        for one in open_tasks:
            if one not in self.tokens:
                self.tokens[one] = min(
                    token for token, name in self.run.outcome.waiting.items() if name == one.node and token not in taken
                )
                taken.add(self.tokens[one])

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is left to do, or two tokens are at one task, of which nobody can say which is which."""
        return not self.tasks() or max(Counter(self.tasks()).values()) > 1

    def complete(self, task: Occurrence) -> None:
        self.done.append(f"complete {task.node}")
        self.choices.update(self.graph.choose())
        self.run.complete(self.tokens[task], **self.choices)
        self.game.complete(task, self.passed())
        self.agree()

    def step(self) -> None:
        """Complete a task or return it to an earlier one."""
        task = self.chance.choice(self.game.open_tasks())
        if self.chance.random() < 0.3:
            before = self.game.before(task)
            targets = {one.element_id: one.token for one in self.run.way().targets(self.tokens[task])}
            assert targets == {name: self.tokens[one] for name, one in before.items()}, (self.done, task.node)
            if before:
                name = self.chance.choice(sorted(before))
                self.done.append(f"back {task.node} to {name}")
                self.run.undo(targets[name])
                self.game.back(before[name], self.passed())
                self.agree()
                return
        self.complete(task)


def play(graph: Graph) -> Played:
    """Do anything to a case, and then all of it again."""
    played = Played(graph)
    try:
        for _ in range(STEPS):
            if played.is_over:
                break
            played.step()
        assert played.run.again() == played.run.outcome.body
    except Exception as error:
        error.add_note(f"{played.done} {graph.kinds} {graph.flows}")
        raise
    return played


@pytest.mark.parametrize("part", range(PARTS))
def test_in_any_graph_the_open_tasks_are_those_of_the_token_game(part: int) -> None:
    steps = []
    for seed in range(FIRST + part, FIRST + GRAPHS, PARTS):
        graph = Graph(random.Random(seed))  # noqa: S311 - nothing secret
        assert [one for one in check(graph.drawn(), "graph.bpmn", NOTHING).findings if one.severity == "error"] == []
        specification.cache_clear()
        for _ in range(RUNS):
            steps += play(graph).done
    assert {step.split()[0] for step in steps} == {"complete", "back"}
