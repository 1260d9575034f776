"""What elements of random diagrams may have: repetitions, mappings, listeners and events.

Whether an expression of theirs is right, wrong or no answer at all is for the data of the case, which are random, too.
"""

import random

from tests.interpreter.test_elements import event

REFERENCES = {
    "message": 'messageRef="m_paid"',
    "signal": 'signalRef="s_stop"',
    "error": 'errorRef="e_bad"',
    "escalation": 'escalationRef="x_late"',
}
_COLLECTIONS = ["people", "people", "people", "objs", "objs", "[1, 2, 3, 4]", "[]", "nothing"]
_ENOUGH = [
    "",
    "",
    "=numberOfCompletedInstances &gt;= 2",
    "=numberOfActiveInstances &lt; 2",
    "=vote = 3",
    "=count(people) = numberOfCompletedInstances",
]
_CONDITIONS = ["=flag = 2", "=vote &gt; 4", "=num &gt; 1"]
_LONG = "<bpmn:timeDuration>PT1H</bpmn:timeDuration>"
_INPUTS = ['<zeebe:input source="=flag" target="mine"/>', '<zeebe:input source="=people[1]" target="first"/>']
_OUTPUTS = [
    '<zeebe:output source="=vote" target="given"/>',
    '<zeebe:output source="={a: vote, by: completedBy}" target="obj"/>',
]

_PROPERTIES = [
    ("copyTo", "=nobody"),
    ("whenNobody", "pass"),
    ("whenInitiator", "skip"),
    ("passWith", "={vote: flag}"),
]


class Parts:
    """Writes them by chance."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def _is(self, chance: float) -> bool:
        return self._rng.random() < chance

    def repetition(self, name: str) -> str:
        """Repeat an activity over a list, at once or in turn, or in rounds."""
        if self._is(0.2):
            before = str(self._is(0.5)).lower()
            return (
                f'<bpmn:standardLoopCharacteristics testBefore="{before}" loopMaximum="3">'
                "<bpmn:loopCondition>=flag &lt; 3</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
            )
        results = [
            "",
            f'outputCollection="{name}_results" outputElement="={{who: {name}_item, vote: vote}}"',
            f'outputCollection="{name}_results" outputElement="=vote"',
            f'outputCollection="{name}_votes" outputElement="=loopCounter"',
        ]
        enough = self._rng.choice(_ENOUGH)
        return (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(self._is(0.25)).lower()}"><bpmn:extensionElements>'
            f'<zeebe:loopCharacteristics inputCollection="={self._rng.choice(_COLLECTIONS)}" '
            f'inputElement="{name}_item" {self._rng.choice(results)}/></bpmn:extensionElements>'
            + (f"<bpmn:completionCondition>{enough}</bpmn:completionCondition>" if enough else "")
            + "</bpmn:multiInstanceLoopCharacteristics>"
        )

    def extension(self) -> str:
        """Give an activity mappings and listeners, or neither."""
        found = ""
        if self._is(0.2):
            chosen = [one for one in (*_INPUTS, *_OUTPUTS) if self._is(0.5)]
            found += f"<zeebe:ioMapping>{''.join(chosen)}</zeebe:ioMapping>"
        if self._is(0.12):
            moments = self._rng.choice([["start"], ["end"], ["start", "end"]])
            found += self._listeners("executionListener", moments)
        return found

    def of_task(self) -> str:
        """Give a user task what only it can have as well."""
        found = self.extension()
        if self._is(0.15):
            every = ["creating", "assigning", "updating", "completing"]
            found += self._listeners("taskListener", self._rng.sample(every, self._rng.randint(1, 2)))
        chosen = [one for one in _PROPERTIES if self._is(0.07)]
        each = "".join(f'<zeebe:property name="{name}" value="{value}"/>' for name, value in chosen)
        return f"{found}<zeebe:properties>{each}</zeebe:properties>" if chosen else found

    def _listeners(self, tag: str, moments: list[str]) -> str:
        each = "".join(f'<zeebe:{tag} eventType="{moment}" type="listen"/>' for moment in moments)
        return f"<zeebe:{tag}s>{each}</zeebe:{tag}s>"

    def definition(self, kind: str, *, again: bool = False) -> str:
        """Say what an event waits for or throws; ``again``, it may come more than once."""
        if kind == "timer":
            often = ["<bpmn:timeCycle>R3/PT1H</bpmn:timeCycle>", "<bpmn:timeCycle>R/PT1H</bpmn:timeCycle>"]
            return f"<bpmn:timerEventDefinition>{self._rng.choice([_LONG, *often] if again else [_LONG])}</bpmn:timerEventDefinition>"
        if kind == "conditional":
            condition = f"<bpmn:condition>{self._rng.choice(_CONDITIONS)}</bpmn:condition>"
            return f"<bpmn:conditionalEventDefinition>{condition}</bpmn:conditionalEventDefinition>"
        return event(kind, REFERENCES.get(kind, ""))
