"""Random diagrams of everything that nests, written so that each of them can go round again and again."""

import itertools
import random
from collections.abc import Callable, Sequence

from tests.interpreter.build import user_task
from tests.interpreter.test_elements import event, written

PEOPLE = ["a", "b", "c"]
CAUGHT = ["error", "escalation"]
"""What may come out of a sub-process."""
Block = Callable[[str, int], tuple[str, str]]
"""Draws something after an element, so many levels deep; gives it with its last element."""
_REPEATS = {
    "parallel": '<bpmn:multiInstanceLoopCharacteristics isSequential="false"><bpmn:extensionElements>'
    '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person"/></bpmn:extensionElements>'
    "</bpmn:multiInstanceLoopCharacteristics>",
    "sequential": '<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:extensionElements>'
    '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person"/></bpmn:extensionElements>'
    "</bpmn:multiInstanceLoopCharacteristics>",
    "rounds": '<bpmn:standardLoopCharacteristics loopMaximum="3">'
    "<bpmn:loopCondition>=loopCounter &lt; 3</bpmn:loopCondition></bpmn:standardLoopCharacteristics>",
}


class RandomDiagram:
    """One diagram: blocks in blocks, in a loop that ends when ``more`` is no longer true."""

    def __init__(self, rng: random.Random, depth: int = 3) -> None:
        self._rng = rng
        self._numbers = itertools.count(1)
        self.movable: list[str] = []
        """Tasks that a token can be put on, in no sub-process."""
        self._inside = 0
        body = self._loop("start", "end", depth)
        nodes = '<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>' + body + self._beside()
        self.content = written(nodes, {})

    def _name(self, kind: str) -> str:
        return f"{kind}{next(self._numbers)}"

    def _loop(self, before: str, after: str, depth: int) -> str:
        merge, again = self._name("merge"), self._name("again")
        # At least one element that waits, or a case would go round without end.
        first, done = self._task(merge, 0)
        body, last = self._sequence(done, depth)
        body, flow = first + body, self._name("f")
        return (
            f'<bpmn:exclusiveGateway id="{merge}"/><bpmn:exclusiveGateway id="{again}" default="{flow}"/>'
            f'<bpmn:sequenceFlow id="{flow}" sourceRef="{again}" targetRef="{after}"/>'
            + self._flow(before, merge)
            + body
            + self._flow(last, again)
            + self._flow(again, merge, "=more")
        )

    def _flow(self, source: str, target: str, condition: str = "") -> str:
        inside = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
        return f'<bpmn:sequenceFlow id="{self._name("f")}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'

    def _sequence(self, before: str, depth: int) -> tuple[str, str]:
        nodes = ""
        for _ in range(self._rng.randint(1, 2)):
            inside, before = self._block(before, depth)
            nodes += inside
        return nodes, before

    def _block(self, before: str, depth: int) -> tuple[str, str]:
        return self._rng.choice(self._kinds(depth))(before, depth)

    def _kinds(self, depth: int) -> list[Block]:
        deeper = [self._branches, self._branches, self._sub_process, self._choice]
        return [self._task, self._task, *(deeper if depth > 0 else ())]

    def _task(self, before: str, depth: int) -> tuple[str, str]:
        name = self._name("t")
        if not self._inside:
            self.movable.append(name)
        nodes = self._user_task(name)
        if self._rng.random() < 0.3:
            nodes = nodes.replace("</bpmn:userTask>", self._repeat(name) + "</bpmn:userTask>")
        return nodes + self._border(name, depth) + self._flow(before, name), name

    def _user_task(self, name: str) -> str:
        return user_task(name)

    def _extension(self) -> str:
        """Give what a sub-process has beside its elements."""
        return ""

    def _repeat(self, _name: str) -> str:
        return _REPEATS[self._rng.choice(sorted(_REPEATS))]

    def _border(self, name: str, _depth: int, _caught: Sequence[str] = ()) -> str:
        """Draw what happens on the border of an activity, out of which ``caught`` may come."""
        nodes = ""
        for _ in range(self._rng.choice([0, 0, 1, 2])):
            border, after, end = self._name("border"), self._name("late"), self._name("end")
            interrupting = self._rng.random() < 0.4
            nodes += (
                f'<bpmn:boundaryEvent id="{border}" attachedToRef="{name}" cancelActivity="{str(interrupting).lower()}">'
                + event("message", 'messageRef="m_paid"')
                + f'</bpmn:boundaryEvent>{user_task(after)}<bpmn:endEvent id="{end}"/>'
                + self._flow(border, after)
                + self._flow(after, end)
            )
        return nodes

    def _branches(self, before: str, depth: int) -> tuple[str, str]:
        kind = self._rng.choice(["parallelGateway", "inclusiveGateway"])
        split, join = self._name("split"), self._name("join")
        nodes = f'<bpmn:{kind} id="{split}"/><bpmn:{kind} id="{join}"/>' + self._flow(before, split)
        for _ in range(self._rng.randint(2, 3)):
            inside, last = self._sequence(split, depth - 1)
            condition = f"=odd or {str(self._rng.random() < 0.5).lower()}" if kind == "inclusiveGateway" else ""
            first = f'sourceRef="{split}"'
            if condition:
                inside = _conditioned(inside, first, condition)
            nodes += inside + self._flow(last, join)
        return nodes, join

    def _choice(self, before: str, depth: int) -> tuple[str, str]:
        split, join, flow = self._name("xor"), self._name("merge"), self._name("f")
        one, last = self._sequence(split, depth - 1)
        nodes = f'<bpmn:exclusiveGateway id="{split}" default="{flow}"/><bpmn:exclusiveGateway id="{join}"/>'
        nodes += _conditioned(one, f'sourceRef="{split}"', "=odd") + self._flow(last, join) + self._flow(before, split)
        return nodes + f'<bpmn:sequenceFlow id="{flow}" sourceRef="{split}" targetRef="{join}"/>', join

    def _sub_process(self, before: str, depth: int) -> tuple[str, str]:
        nodes, name = self._sub(depth)
        return nodes + self._border(name, depth, CAUGHT) + self._flow(before, name), name

    def _sub(self, depth: int) -> tuple[str, str]:
        """Draw a sub-process that nothing leads to, and give its name."""
        name, start, end = self._name("sub"), self._name("s"), self._name("e")
        self._inside += 1
        inside = (
            self._loop(start, end, depth - 2)
            if self._rng.random() < 0.3
            else "".join([(found := self._sequence(start, depth - 1))[0], self._flow(found[1], end)])
        )
        inside += self._beside()
        self._inside -= 1
        repeat = self._extension() + (self._repeat(name) if self._rng.random() < 0.3 else "")
        nodes = (
            f'<bpmn:subProcess id="{name}">{repeat}<bpmn:startEvent id="{start}"/><bpmn:endEvent id="{end}"/>{inside}'
            "</bpmn:subProcess>"
        )
        return nodes, name

    def _beside(self) -> str:
        """Draw what may begin beside everything else in a process or sub-process."""
        return self._event_sub_process() if self._rng.random() < 0.3 else ""

    def _event_sub_process(self) -> str:
        name, start, task, end = (self._name(kind) for kind in ("es", "s", "t", "e"))
        interrupting = str(self._rng.random() < 0.3).lower()
        return (
            f'<bpmn:subProcess id="{name}" triggeredByEvent="true"><bpmn:startEvent id="{start}" isInterrupting="{interrupting}">'
            + event("message", 'messageRef="m_paid"')
            + f'</bpmn:startEvent>{user_task(task)}<bpmn:endEvent id="{end}"/>'
            + self._flow(start, task)
            + self._flow(task, end)
            + "</bpmn:subProcess>"
        )


def _conditioned(nodes: str, first: str, condition: str) -> str:
    """Give the flow that leaves a gateway a condition."""
    before, _, rest = nodes.partition(first)
    head, _, tail = rest.partition("></bpmn:sequenceFlow>")
    return f"{before}{first}{head}><bpmn:conditionExpression>{condition}</bpmn:conditionExpression></bpmn:sequenceFlow>{tail}"
