"""A block as a diagram."""

import itertools
from collections.abc import Callable

from tests.interpreter.blocks import Block
from tests.interpreter.build import diagram, user_task

PEOPLE = ["li.na", "wang.fang", "chen.jie"]
"""Who does what is done several times, in this order."""
KEY = "7"
"""What a message is for."""
_REFERENCES = {"message": "messageRef", "signal": "signalRef", "error": "errorRef", "escalation": "escalationRef"}
_CODES = (
    '<bpmn:error id="c_error" name="error" errorCode="E"/>'
    '<bpmn:escalation id="c_escalation" name="escalation" escalationCode="E"/>'
)


class Drawing:
    """A process of blocks, with all that it waits for."""

    def __init__(self, block: Block) -> None:
        self._flows: dict[str, str | tuple[str, str]] = {}
        self._definitions = _CODES
        nodes, (seq, *events) = '<bpmn:startEvent id="start"/>', block.inner
        first, last, text = self._draw(seq)
        self._connect("start", first)
        self._connect(last, "end")
        nodes += text + '<bpmn:endEvent id="end"/>' + "".join(map(self._event_sub_process, events))
        drawn = diagram(nodes, self._flows).decode()
        self.content = drawn.replace("<bpmn:process", f"{self._definitions}<bpmn:process", 1).encode()

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
        first, last, text = self._draw(block.inner[0])
        merge, again, out = f"{block.name}_merge", f"{block.name}_again", f"{block.name}_out"
        self._connect(merge, first)
        self._connect(last, again)
        self._connect(again, merge, f"={block.name}")
        return merge, out, f'<bpmn:exclusiveGateway id="{merge}"/>' + text + self._else(again, out)

    def _else(self, gateway: str, out: str) -> str:
        """Draw a gateway that leads out where nothing else holds."""
        self._connect(gateway, out)
        return f'<bpmn:exclusiveGateway id="{gateway}" default="f_{gateway}_{out}"/><bpmn:task id="{out}"/>'

    def _draw_throw(self, block: Block) -> tuple[str, str, str]:
        whether, out, thrown = f"{block.name}_if", f"{block.name}_out", f"{block.name}_thrown"
        self._connect(whether, thrown, f"={block.name}")
        tag = "endEvent" if block.by == "error" else "intermediateThrowEvent"
        if block.by != "error":
            self._connect(thrown, out)
        nodes = f'<bpmn:{tag} id="{thrown}">{self._definition(block)}</bpmn:{tag}>'
        return whether, out, nodes + self._else(whether, out)

    def _draw_timed(self, block: Block) -> tuple[str, str, str]:
        first, last, main = self._draw(block.inner[0])
        begin, after, text = self._draw(block.inner[1])
        nodes = main + text + (
            f'<bpmn:boundaryEvent id="{block.name}" attachedToRef="{first}" '
            f'cancelActivity="{str(block.flag).lower()}">{self._definition(block)}</bpmn:boundaryEvent>'
        )  # fmt: skip
        self._connect(block.name, begin)
        if block.flag:
            merge = f"{block.name}_merge"
            self._connect(after, merge)
            self._connect(last, merge)
            return first, merge, nodes + f'<bpmn:exclusiveGateway id="{merge}"/>'
        self._connect(after, f"{block.name}_end")
        return first, last, nodes + f'<bpmn:endEvent id="{block.name}_end"/>'

    def _draw_sub(self, block: Block) -> tuple[str, str, str]:
        start = f'<bpmn:startEvent id="{block.name}_start"/>'
        return block.name, block.name, self._sub_process(block, start, f"{block.name}_start", "")

    def _event_sub_process(self, block: Block) -> str:
        start = (
            f'<bpmn:startEvent id="{block.name}_at" isInterrupting="{str(block.flag).lower()}">'
            f"{self._definition(block)}</bpmn:startEvent>"
        )
        return self._sub_process(block, start, f"{block.name}_at", ' triggeredByEvent="true"')

    def _sub_process(self, block: Block, start: str, begin: str, attributes: str) -> str:
        outer, self._flows = self._flows, {}
        seq, *events = block.inner
        first, last, text = self._draw(seq)
        text += "".join(map(self._event_sub_process, events))
        self._connect(begin, first)
        self._connect(last, f"{block.name}_end")
        flows = "".join(_flow(ends, given) for ends, given in self._flows.items())
        self._flows = outer
        return (
            f'<bpmn:subProcess id="{block.name}"{attributes}>{start}{text}'
            f'<bpmn:endEvent id="{block.name}_end"/>{flows}</bpmn:subProcess>'
        )

    def _definition(self, block: Block) -> str:
        """Draw what an event waits for or throws; no two timers go off at the same time."""
        if block.by == "timer":
            later = f"<bpmn:timeDuration>PT1H{block.name[1:]}S</bpmn:timeDuration>"
            return f"<bpmn:timerEventDefinition>{later}</bpmn:timerEventDefinition>"
        reference = f"c_{block.by}"
        if block.by in {"message", "signal"}:
            reference = f"d_{block.name}"
            key = f'<bpmn:extensionElements><zeebe:subscription correlationKey="=&quot;{KEY}&quot;"/></bpmn:extensionElements>'
            inside = key if block.by == "message" else ""
            self._definitions += f'<bpmn:{block.by} id="{reference}" name="{block.name}">{inside}</bpmn:{block.by}>'
        return f'<bpmn:{block.by}EventDefinition {_REFERENCES[block.by]}="{reference}"/>'


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
