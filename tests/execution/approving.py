"""Random approvals: steps with rules, time-outs, rights and operations, in a row, beside each other or inside."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape

import orjson

from engine.commands.deploy import File
from tests.execution.operating import ALL
from tests.interpreter.build import diagram

PEOPLE = ("li.na", "wang.fang", "wu.tao", "zhou.min", "zhao.lei", "zhang.wei", "liu.yang")
RATIO = '=count(VOTES[item != null and item.decision = "approve"]) > numberOfInstances / 2'
VETO = '=some v in VOTES satisfies v != null and v.decision = "reject"'
CONDITIONS = {
    "one": "",
    "all": "",
    "any": "=numberOfCompletedInstances >= 1",
    "ratio": RATIO,
    "veto": VETO,
    "turns": "",
}
"""How many decide → when they are enough."""
REFUSING = '=decision = "reject" or decision = "return"'
OFFERED = tuple(name.strip() for name in ALL.split(","))


def form_of(name: str) -> File:
    """Give a form that asks for a decision, with an opinion where it is no assent, and two fields beside."""
    fields: list[dict[str, object]] = [
        {"type": "textfield", "key": "decision", "id": "f1", "label": "结论"},
        {"type": "textarea", "key": "opinion", "id": "f2", "label": "意见", "properties": {"requiredWhen": REFUSING}},
        {"type": "number", "key": "amount", "id": "f3", "label": "金额"},
        {"type": "textfield", "key": "remark", "id": "f4", "label": "备注"},
    ]
    shown = fields[2:] if name == "request" else fields
    content = orjson.dumps({"type": "default", "id": name, "schemaVersion": 19, "components": shown})
    return File(name=f"{name}.form", content=content)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One task of an approval."""

    id: str
    mode: str
    """Of ``CONDITIONS``; or ``shared`` for a task that one of several claims."""
    rule: str = ""
    """Who decides alone."""
    people: Sequence[str] = ()
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def is_of_several(self) -> bool:
        return self.mode not in {"one", "shared"}

    @property
    def offers(self) -> set[str]:
        return {name.strip() for name in self.properties["operations"].split(",")}

    @property
    def excludes_initiator(self) -> bool:
        return self.mode != "shared" and self.properties.get("whenInitiator", "self") != "self"

    def may_write(self, key: str) -> bool:
        """Tell whether its rights let people change a field."""
        may_edit = self.properties.get("fields.edit", key)
        closed = self.properties.get("fields.read", ""), self.properties.get("fields.hide", "")
        return key in may_edit and not any(key in names for names in closed)

    def draw(self) -> str:
        lines = "".join(
            f'<zeebe:property name="{name}" value="{_text(said)}"/>' for name, said in self.properties.items()
        )
        who = (
            f'candidateUsers="{", ".join(self.people)}"' if self.mode == "shared" else f'assignee="{_text(self.rule)}"'
        )
        return (
            f'<bpmn:userTask id="{self.id}" name="审批{self.id}"><bpmn:extensionElements><zeebe:userTask/>'
            f'<zeebe:formDefinition formId="deal"/><zeebe:assignmentDefinition {who}/>'
            f"{self._own_answers()}<zeebe:properties>{lines}</zeebe:properties></bpmn:extensionElements>"
            f"{self._loop() if self.is_of_several else ''}</bpmn:userTask>"
        )

    def _own_answers(self) -> str:
        inputs = "".join(f'<zeebe:input source="=null" target="{name}"/>' for name in ("decision", "opinion"))
        return f"<zeebe:ioMapping>{inputs}</zeebe:ioMapping>" if self.is_of_several else ""

    def _loop(self) -> str:
        enough = CONDITIONS[self.mode].replace("VOTES", f"votes_{self.id}")
        condition = f"<bpmn:completionCondition>{escape(enough)}</bpmn:completionCondition>" if enough else ""
        people = "=[" + ", ".join(f'"{person}"' for person in self.people) + "]"
        return (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(self.mode == "turns").lower()}">'
            f'<bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="{_text(people)}"'
            f' inputElement="person" outputCollection="votes_{self.id}" outputElement="={{decision: decision}}"/>'
            f"</bpmn:extensionElements>{condition}</bpmn:multiInstanceLoopCharacteristics>"
        )


def _text(said: str) -> str:
    return escape(said, {'"': "&quot;"})


def _properties(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Choose some of the rules of a task, and what it offers."""
    rules: dict[str, tuple[str, ...]] = {
        "whenNobody": ("administrator", "pass", "reject", "li.na", "=initiator", "nobody.knows"),
        "whenInitiator": ("skip", "superior", "superior"),
        "whenSamePerson": ("consecutive", "any", "any"),
        "whenOverdue": ("remind, escalate", "escalate, pass", "reject", "remind, pass"),
        "fields.read": ("amount", "amount, remark"),
        "fields.hide": ("amount",),
        "fields.edit": ("decision, opinion", "decision, opinion, remark"),
    }
    for name, said in rules.items():
        if chance.random() < 0.5:
            yield name, chance.choice(said)
            if name == "whenOverdue":
                yield from (("overdueAfter", "PT4H"), ("overdueEvery", "PT2H"))
    some = chance.sample(OFFERED, chance.randint(1, len(OFFERED)))
    yield "operations", ", ".join(OFFERED if chance.random() < 0.7 else some)


def _step(chance: random.Random, name: str) -> Step:
    mode = chance.choice(["one", "one", "shared", "all", "any", "ratio", "veto", "turns"])
    rules = ("=initiator", "li.na", "wu.tao", "=superior of(initiator)", "gone.away")
    rule = chance.choice(rules) if mode == "one" else "=person"
    people = chance.sample(PEOPLE, chance.randint(2, 4))
    return Step(id=name, mode=mode, rule=rule, people=people, properties=dict(_properties(chance)))


def approval(chance: random.Random) -> tuple[list[Step], list[File]]:
    """Make up an approval, and give its steps and what is published."""
    first = Step(id="first", mode="one", rule=chance.choice(PEOPLE), properties={"operations": ALL})
    steps = [first, *(_step(chance, name) for name in ("a", "b", "c")[: chance.randint(1, 3)])]
    nodes, flows = chance.choice(_SHAPES)(steps)
    begin = (
        '<bpmn:startEvent id="start" name="提出"><bpmn:extensionElements><zeebe:formDefinition formId="request"/>'
        '</bpmn:extensionElements></bpmn:startEvent><bpmn:endEvent id="end" name="结束"/>'
    )
    ends = {f"{source}->{target}": f"f{number}" for number, (source, target) in enumerate(flows)}
    content = diagram(begin + nodes, ends)
    return steps, [File(name="process.bpmn", content=content), form_of("deal"), form_of("request")]


Shape = tuple[str, list[tuple[str, str]]]


def _in_a_row(steps: Sequence[Step]) -> Shape:
    return "".join(one.draw() for one in steps), list(pairwise(["start", *(one.id for one in steps), "end"]))


def _beside_each_other(steps: Sequence[Step]) -> Shape:
    gates = '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    branches = [flow for one in steps[1:] for flow in (("split", one.id), (one.id, "join"))]
    return gates + "".join(one.draw() for one in steps), [
        ("start", steps[0].id), (steps[0].id, "split"), *branches, ("join", "end"),
    ]  # fmt: skip


def _inside(steps: Sequence[Step]) -> Shape:
    way = pairwise(["in", *(one.id for one in steps[1:]), "out"])
    lines = "".join(
        f'<bpmn:sequenceFlow id="i{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(way)
    )
    inner = "".join(one.draw() for one in steps[1:])
    sub = (
        f'<bpmn:subProcess id="sub"><bpmn:startEvent id="in"/>{inner}<bpmn:endEvent id="out"/>{lines}</bpmn:subProcess>'
    )
    return steps[0].draw() + sub, list(pairwise(["start", steps[0].id, "sub", "end"]))


_SHAPES: tuple[Callable[[Sequence[Step]], Shape], ...] = (_in_a_row, _beside_each_other, _inside)
