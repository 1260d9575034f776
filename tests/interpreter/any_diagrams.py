"""Random diagrams of nearly every element of the dialect, in any place."""

import random
from collections.abc import Sequence

from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.interpreter.build import script, user_task
from tests.interpreter.random_diagrams import CAUGHT, Block, RandomDiagram
from tests.interpreter.random_parts import REFERENCES, Parts
from tests.interpreter.test_compensation import handler, undone

KNOWN = Known(forms=frozenset(), decisions=frozenset({"rate"}), job_types=frozenset({"work", "listen"}))
WAITING = ["timer", "message", "signal", "conditional"]
_EXPRESSIONS = ["flag + 1", "count(people)", "{x: flag}", "vote * 2", "nothing.a + 1"]
_RESULTS = ["flag2", "vote", "sum", "obj"]
_ENOUGH = ["", "=flag = 2", "=vote &gt; 5"]


class AnyDiagram(RandomDiagram):
    """One diagram; ``compensates`` says whether some of its activities can be undone."""

    def __init__(self, rng: random.Random, depth: int, *, compensates: bool) -> None:
        self._parts = Parts(rng)
        self._compensates = compensates
        super().__init__(rng, depth)

    # -- what others are made of --------------------------------------------------------------------------

    def _kinds(self, depth: int) -> list[Block]:
        flat = [self._task, self._work, self._call, self._script, self._decision, self._catch, self._pass, self._link]
        deeper = [self._again, self._first_event, self._ad_hoc, self._stop, self._sub_process, self._sub_process]
        undone = [self._transaction] * 2 if self._compensates else []
        return [*super()._kinds(depth), *flat, *([*deeper, *undone] if depth > 0 else ())]

    def _is(self, chance: float) -> bool:
        return self._rng.random() < chance

    def _user_task(self, name: str) -> str:
        found = user_task(name, self._parts.of_task())
        return found.replace('"tester"', '"=who"') if self._is(0.3) else found

    def _repeat(self, name: str) -> str:
        return self._parts.repetition(name)

    def _extension(self) -> str:
        found = self._parts.extension()
        return f"<bpmn:extensionElements>{found}</bpmn:extensionElements>" if found else ""

    # -- activities ---------------------------------------------------------------------------------------

    def _work(self, before: str, depth: int) -> tuple[str, str]:
        return self._activity(self._name("work"), "serviceTask", '<zeebe:taskDefinition type="work"/>', before, depth)

    def _call(self, before: str, depth: int) -> tuple[str, str]:
        called = '<zeebe:calledElement processId="other"/>'
        return self._activity(self._name("call"), "callActivity", called, before, depth)

    def _activity(self, name: str, tag: str, inside: str, before: str, depth: int) -> tuple[str, str]:
        repeat = self._repeat(name) if self._is(0.3) else ""
        inside = f"<bpmn:extensionElements>{inside}{self._parts.extension()}</bpmn:extensionElements>{repeat}"
        nodes = f'<bpmn:{tag} id="{name}">{inside}</bpmn:{tag}>' + self._border(name, depth, ["error"])
        return nodes + self._flow(before, name), name

    def _script(self, before: str, _depth: int) -> tuple[str, str]:
        name = self._name("script")
        nodes = script(name, "=" + self._rng.choice(_EXPRESSIONS), self._rng.choice(_RESULTS))
        if self._is(0.1):
            nodes = nodes.replace("</bpmn:scriptTask>", self._repeat(name) + "</bpmn:scriptTask>")
        return nodes + self._flow(before, name), name

    def _decision(self, before: str, _depth: int) -> tuple[str, str]:
        name = self._name("rule")
        decided = f'<zeebe:calledDecision decisionId="rate" resultVariable="{self._rng.choice(_RESULTS)}"/>'
        inside = f"<bpmn:extensionElements>{decided}{self._parts.extension()}</bpmn:extensionElements>"
        repeat = self._repeat(name) if self._is(0.1) else ""
        nodes = f'<bpmn:businessRuleTask id="{name}">{inside}{repeat}</bpmn:businessRuleTask>'
        return nodes + self._flow(before, name), name

    def _pass(self, before: str, _depth: int) -> tuple[str, str]:
        """Draw what is passed at once, or waits for a message like an event."""
        name, tag = self._name("pass"), self._rng.choice(["manualTask", "receiveTask", "intermediateThrowEvent"])
        inside = f"<bpmn:extensionElements>{self._parts.extension()}</bpmn:extensionElements>"
        message = f" {REFERENCES['message']}" if tag == "receiveTask" else ""
        return f'<bpmn:{tag} id="{name}"{message}>{inside}</bpmn:{tag}>' + self._flow(before, name), name

    def _ad_hoc(self, before: str, depth: int) -> tuple[str, str]:
        name = self._name("adhoc")
        one, other, after = (self._name("t") for _ in range(3))
        self._inside += 1
        inner = self._sub(depth - 1)[0] if depth > 1 and self._is(0.5) else ""
        self._inside -= 1
        listed = ["", f"&quot;{one}&quot;", f"&quot;{one}&quot;, &quot;{other}&quot;"]
        more = f'activeElementsCollection="=[{chosen}]"' if (chosen := self._rng.choice(listed)) else ""
        more += f' outputCollection="{name}_results" outputElement="=vote"' if self._is(0.5) else ""
        enough = self._rng.choice(_ENOUGH)
        nodes = (
            f'<bpmn:adHocSubProcess id="{name}" cancelRemainingInstances="{str(self._is(0.5)).lower()}">'
            f"<bpmn:extensionElements><zeebe:adHoc {more}/></bpmn:extensionElements>"
            + (self._repeat(name) if self._is(0.3) else "")
            + "".join(map(self._user_task, (one, other, after)))
            + self._flow(one, after)
            + inner
            + (f"<bpmn:completionCondition>{enough}</bpmn:completionCondition>" if enough else "")
            + "</bpmn:adHocSubProcess>"
        )
        return nodes + self._border(name, depth, CAUGHT) + self._flow(before, name), name

    def _transaction(self, before: str, depth: int) -> tuple[str, str]:
        """Draw a transaction that is cancelled where the votes are high."""
        name, start, gateway, end, flow = (self._name(kind) for kind in ("deal", "s", "xor", "e", "f"))
        cancelled, border, sorry, over = (self._name(kind) for kind in ("cancelled", "border", "t", "end"))
        self._inside += 1
        inside, last = self._sequence(start, depth - 1)
        self._inside -= 1
        definition = "<bpmn:cancelEventDefinition/>"
        nodes = (
            f'<bpmn:transaction id="{name}">{self._extension()}<bpmn:startEvent id="{start}"/>{inside}'
            f'<bpmn:exclusiveGateway id="{gateway}" default="{flow}"/><bpmn:endEvent id="{end}"/>'
            f'<bpmn:endEvent id="{cancelled}">{definition}</bpmn:endEvent>'
            f'<bpmn:sequenceFlow id="{flow}" sourceRef="{gateway}" targetRef="{end}"/>'
            + self._flow(last, gateway)
            + self._flow(gateway, cancelled, "=vote &gt; 4")
            + f'</bpmn:transaction><bpmn:boundaryEvent id="{border}" attachedToRef="{name}">{definition}</bpmn:boundaryEvent>'
            + f'{self._user_task(sorry)}<bpmn:endEvent id="{over}"/>'
            + self._flow(border, sorry)
            + self._flow(sorry, over)
        )
        return nodes + self._flow(before, name), name

    # -- events -------------------------------------------------------------------------------------------

    def _catch(self, before: str, _depth: int) -> tuple[str, str]:
        name = self._name("wait")
        inside = self._parts.definition(self._rng.choice(WAITING))
        return f'<bpmn:intermediateCatchEvent id="{name}">{inside}</bpmn:intermediateCatchEvent>' + self._flow(
            before, name
        ), name

    def _link(self, before: str, _depth: int) -> tuple[str, str]:
        """Go on elsewhere without a flow."""
        thrown, caught = self._name("from"), self._name("to")
        definition = f'<bpmn:linkEventDefinition name="{caught}"/>'
        nodes = (
            f'<bpmn:intermediateThrowEvent id="{thrown}" name="{thrown}">{definition}</bpmn:intermediateThrowEvent>'
            f'<bpmn:intermediateCatchEvent id="{caught}" name="{caught}">{definition}</bpmn:intermediateCatchEvent>'
        )
        return nodes + self._flow(before, thrown), caught

    def _first_event(self, before: str, _depth: int) -> tuple[str, str]:
        """Go on with whichever of two events comes first."""
        first, merge = self._name("first"), self._name("merge")
        nodes = f'<bpmn:eventBasedGateway id="{first}"/><bpmn:exclusiveGateway id="{merge}"/>'
        for kind in self._rng.sample(WAITING, 2):
            name = self._name("wait")
            nodes += (
                f'<bpmn:intermediateCatchEvent id="{name}">{self._parts.definition(kind)}</bpmn:intermediateCatchEvent>'
            )
            nodes += self._flow(first, name) + self._flow(name, merge)
        return nodes + self._flow(before, first), merge

    def _again(self, before: str, depth: int) -> tuple[str, str]:
        """Go round in the middle of something else."""
        after = self._name("after")
        return self._loop(before, after, depth - 1) + f'<bpmn:task id="{after}"/>', after

    def _stop(self, before: str, _depth: int) -> tuple[str, str]:
        """Throw something where the votes are high, and end there or go on; or else only go on."""
        gateway, thrown, task, flow = self._name("xor"), self._name("thrown"), self._name("t"), self._name("f")
        undoing = ["compensate"] * 3 if self._compensates else []
        kind = self._rng.choice(["terminate", "error", "escalation", "signal", *undoing])
        goes_on = kind not in {"terminate", "error"} and self._is(0.5)
        tag = "intermediateThrowEvent" if goes_on else "endEvent"
        nodes = (
            f'<bpmn:exclusiveGateway id="{gateway}" default="{flow}"/>{self._user_task(task)}'
            f'<bpmn:{tag} id="{thrown}">{self._parts.definition(kind)}</bpmn:{tag}>'
            f'<bpmn:sequenceFlow id="{flow}" sourceRef="{gateway}" targetRef="{task}"/>'
        )
        nodes += self._flow(gateway, thrown, "=vote &gt; 6") + (self._flow(thrown, task) if goes_on else "")
        return nodes + self._flow(before, gateway), task

    def _border(self, name: str, depth: int, caught: Sequence[str] = ()) -> str:
        nodes = ""
        for _ in range(self._rng.choice([0, 0, 0, 1, 2])):
            kind = self._rng.choice([*WAITING, *caught, *caught])
            ends = kind == "error" or self._is(0.5)
            border, end = self._name("border"), self._name("end")
            inside, last = self._sequence(border, min(depth - 1, 1))
            nodes += (
                f'<bpmn:boundaryEvent id="{border}" attachedToRef="{name}" cancelActivity="{str(ends).lower()}">'
                f"{self._parts.definition(kind, again=not ends)}</bpmn:boundaryEvent>{inside}"
                f'<bpmn:endEvent id="{end}"/>' + self._flow(last, end)
            )
        if self._compensates and self._is(0.3):
            undo = self._name("undo")
            nodes += undone(name, undo) + handler(self._user_task(undo))
        return nodes

    def _event_sub_process(self) -> str:
        name, start, task, end = (self._name(kind) for kind in ("es", "s", "t", "e"))
        undoing = ["compensate"] * 2 * (self._compensates and self._inside > 0)
        kind = self._rng.choice(["timer", "message", "signal", "error", "escalation", *undoing])
        ends = kind == "error" or self._is(0.4)
        self._inside += 1
        inside, last = self._sequence(task, 1)
        self._inside -= 1
        return (
            f'<bpmn:subProcess id="{name}" triggeredByEvent="true"><bpmn:startEvent id="{start}" '
            f'isInterrupting="{str(ends).lower()}">{self._parts.definition(kind, again=not ends)}</bpmn:startEvent>'
            f'{self._user_task(task)}{inside}<bpmn:endEvent id="{end}"/>'
            + self._flow(start, task)
            + self._flow(last, end)
            + "</bpmn:subProcess>"
        )


def drawn(rng: random.Random) -> AnyDiagram:
    """Draw until a diagram comes out that can be published."""
    while True:
        found = AnyDiagram(rng, rng.choice([1, 2, 2, 3]), compensates=rng.random() < 0.15)
        if not check(found.content, "random.bpmn", KNOWN).errors:
            return found
