"""Random well-formed processes: blocks inside blocks, written as diagrams."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.interpreter.build import diagram, user_task

TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
PEOPLE = ["li.na", "wang.fang", "chen.jie"]
"""Who does what is done several times, in this order."""


@dataclass
class Block:
    """``kind``: task, many, seq, par, inc, exc, sub, each, loop or timed; ``name`` is its element or its gateways' stem."""

    kind: str
    name: str
    inner: list["Block"] = field(default_factory=list)
    flag: bool = False
    """Of ``many`` and ``each``: one after the other; of ``timed``: the timer interrupts."""
    count: int = 0
    """Of ``many``: how many do it; of ``each``: how many times its sub-process is done."""
    rounds: str = ""
    """Of ``many`` and ``each``: the mark of a standard loop, where it is no list that it is repeated over."""

    def all(self) -> Iterator["Block"]:
        """Give the block and all inside it."""
        yield self
        for one in self.inner:
            yield from one.all()


class Maker:
    """Makes blocks by chance, with names that are given once."""

    def __init__(self, chance: random.Random, tasks: int) -> None:
        self._chance = chance
        self._left = tasks
        self._number = 0
        self._repeated = 0
        self._makers: dict[str, Callable[[int], Block]] = {
            "par": lambda depth: self._branches("par", depth),
            "inc": lambda depth: self._branches("inc", depth),
            "exc": lambda depth: self._branches("exc", depth),
            "sub": lambda depth: Block("sub", self._name("s"), [self.sequence(depth - 1)]),
            "loop": lambda depth: Block("loop", self._name("l"), [self.sequence(depth - 1)]),
            "timed": self._timed,
            "many": self._many,
            "each": self._each,
        }

    def sequence(self, depth: int, most: int = 3) -> Block:
        inner = [self._block(depth) for _ in range(self._chance.randint(1, most))]
        return Block("seq", self._name("q"), inner)

    def _block(self, depth: int) -> Block:
        self._left -= 1
        if depth <= 0 or self._left <= 0 or self._chance.random() < 0.35:
            return self._task()
        # Two timers of one name could not be told apart by the tests.
        kinds = [kind for kind in self._makers if not self._repeated or kind != "timed"]
        return self._makers[self._chance.choice(kinds)](depth)

    def _task(self) -> Block:
        return Block("task", self._name("t"))

    def _branches(self, kind: str, depth: int) -> Block:
        name = self._name({"par": "p", "inc": "i", "exc": "e"}[kind])
        return Block(kind, name, [self.sequence(depth - 1, 2) for _ in range(self._chance.randint(2, 3))])

    def _timed(self, depth: int) -> Block:
        handler = self.sequence(min(depth - 1, 1), 2)
        return Block("timed", self._name("b"), [self._task(), handler], flag=self._chance.random() < 0.5)

    def _many(self, _depth: int) -> Block:
        return self._repeats(Block("many", self._name("m"), count=self._chance.randint(1, 3)))

    def _each(self, depth: int) -> Block:
        name = self._name("r")
        self._repeated += 1
        inner = self.sequence(depth - 1, 2)
        self._repeated -= 1
        return self._repeats(Block("each", name, [inner], count=self._chance.randint(1, 2)))

    def _repeats(self, block: Block) -> Block:
        """Decide how a block is repeated: at once, one after the other, or in rounds that a loop counts."""
        how = self._chance.choice(["at once", "in turn", "maximum", "condition"])
        block.flag = how != "at once"
        before = str(self._chance.random() < 0.5).lower()
        if how == "maximum":
            block.rounds = f'<bpmn:standardLoopCharacteristics testBefore="{before}" loopMaximum="{block.count}"/>'
        elif how == "condition":
            block.rounds = (
                f'<bpmn:standardLoopCharacteristics testBefore="{before}"><bpmn:loopCondition>'
                f"=loopCounter &lt; {block.count}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
            )
        return block

    def _name(self, stem: str) -> str:
        self._number += 1
        return f"{stem}{self._number}"


class Drawing:
    """A block as a diagram."""

    def __init__(self, block: Block) -> None:
        self._flows: dict[str, str | tuple[str, str]] = {}
        self._inside: list[str] = []
        start, nodes = '<bpmn:startEvent id="start"/>', self._draw(block)
        first, last, text = nodes
        self._connect("start", first)
        self._connect(last, "end")
        self.content = diagram(start + text + '<bpmn:endEvent id="end"/>' + "".join(self._inside), self._flows)

    def _connect(self, source: str, target: str, condition: str | None = None) -> None:
        flow = f"f_{source}_{target}"
        self._flows[f"{source}->{target}"] = (flow, condition) if condition else flow

    def _draw(self, block: Block) -> tuple[str, str, str]:
        """Give the first and the last element of a block and its nodes."""
        if block.kind == "task":
            return block.name, block.name, user_task(block.name)
        return getattr(self, f"_draw_{block.kind}")(block)  # type: ignore[no-any-return] # one of the methods below

    def _draw_many(self, block: Block) -> tuple[str, str, str]:
        task = user_task(block.name)
        if not block.rounds:
            task = task.replace('"tester"', '"=it"')
        return block.name, block.name, task.replace("</bpmn:userTask>", f"{_loop(block)}</bpmn:userTask>")

    def _draw_each(self, block: Block) -> tuple[str, str, str]:
        first, last, text = self._draw_sub(block)
        head, tag, rest = text.partition(">")
        return first, last, f"{head}{tag}{_loop(block)}{rest}"

    def _draw_seq(self, block: Block) -> tuple[str, str, str]:
        parts = [self._draw(one) for one in block.inner]
        for (_first, last, _text), (following, _last, _nodes) in itertools.pairwise(parts):
            self._connect(last, following)
        return parts[0][0], parts[-1][1], "".join(text for _first, _last, text in parts)

    def _draw_par(self, block: Block) -> tuple[str, str, str]:
        return self._gateways(block, "parallelGateway", lambda _index: None)

    def _draw_inc(self, block: Block) -> tuple[str, str, str]:
        return self._gateways(block, "inclusiveGateway", lambda index: f"=list contains({block.name}, {index})")

    def _draw_exc(self, block: Block) -> tuple[str, str, str]:
        return self._gateways(block, "exclusiveGateway", lambda index: f"={block.name} = {index}")

    def _gateways(self, block: Block, tag: str, condition: Callable[[int], str | None]) -> tuple[str, str, str]:
        split, join = f"{block.name}_split", f"{block.name}_join"
        nodes = f'<bpmn:{tag} id="{split}"/><bpmn:{tag} id="{join}"/>'
        for index, one in enumerate(block.inner):
            first, last, text = self._draw(one)
            self._connect(split, first, condition(index))
            self._connect(last, join)
            nodes += text
        return split, join, nodes

    def _draw_loop(self, block: Block) -> tuple[str, str, str]:
        merge, again = f"{block.name}_merge", f"{block.name}_again"
        first, last, text = self._draw(block.inner[0])
        self._connect(merge, first)
        self._connect(last, again)
        self._connect(again, merge, f"={block.name}")
        out = f"{block.name}_out"
        default = f"f_{again}_{out}"
        self._connect(again, out)
        gateways = f'<bpmn:exclusiveGateway id="{merge}"/><bpmn:exclusiveGateway id="{again}" default="{default}"/>'
        return merge, out, gateways + text + f'<bpmn:task id="{out}"/>'

    def _draw_timed(self, block: Block) -> tuple[str, str, str]:
        main, handler = block.inner
        first, last, text = self._draw(handler)
        nodes = user_task(main.name) + text + (
            f'<bpmn:boundaryEvent id="{block.name}" attachedToRef="{main.name}" '
            f'cancelActivity="{str(block.flag).lower()}">{TIMER}</bpmn:boundaryEvent>'
        )  # fmt: skip
        self._connect(block.name, first)
        if block.flag:
            merge = f"{block.name}_merge"
            self._connect(last, merge)
            self._connect(main.name, merge)
            return main.name, merge, nodes + f'<bpmn:exclusiveGateway id="{merge}"/>'
        self._connect(last, f"{block.name}_end")
        return main.name, main.name, nodes + f'<bpmn:endEvent id="{block.name}_end"/>'

    def _draw_sub(self, block: Block) -> tuple[str, str, str]:
        outer, self._flows = self._flows, {}
        first, last, text = self._draw(block.inner[0])
        self._connect(f"{block.name}_start", first)
        self._connect(last, f"{block.name}_end")
        flows = "".join(_flow(ends, given) for ends, given in self._flows.items())
        self._flows = outer
        return block.name, block.name, (
            f'<bpmn:subProcess id="{block.name}"><bpmn:startEvent id="{block.name}_start"/>{text}'
            f'<bpmn:endEvent id="{block.name}_end"/>{flows}</bpmn:subProcess>'
        )  # fmt: skip


def _loop(block: Block) -> str:
    if block.rounds:
        return block.rounds
    items = ", ".join(f"&quot;{person}&quot;" for person in PEOPLE[: block.count])
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(block.flag).lower()}"><bpmn:extensionElements>'
        f'<zeebe:loopCharacteristics inputCollection="=[{items}]" inputElement="it"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def _flow(ends: str, given: str | tuple[str, str]) -> str:
    source, target = ends.split("->")
    name, condition = given if isinstance(given, tuple) else (given, "")
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'
