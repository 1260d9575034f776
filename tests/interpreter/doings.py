"""What people, machines, events and administrators may do to a case of any diagram, by chance."""

import random
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.errors import EngineError
from engine.interpreter import Answer, Case, Element, StuckError
from engine.interpreter.task_listeners import DENIABLE
from tests.interpreter.blocks import TOLD
from tests.interpreter.build import user_task
from tests.interpreter.walk import Walk

_OBJECTS = [{"z": 1, "a": [1, {"b": Decimal("2.0")}]}, [3, 2, 1], "t" * 50]
_VALUES: dict[str, tuple[float, list[Any]]] = {
    "flag": (0.7, [0, 1, 2, 3]),
    "vote": (0.7, [1, 2, 3, 4, 5, 7]),
    "more": (0.7, [True, False, False]),
    "odd": (0.7, [True, False]),
    "who": (0.3, ["li", "wang", None]),
    "num": (0.3, [Decimal("1.50"), 3, Decimal("0.1"), -1]),
    "obj": (0.3, _OBJECTS),
    "big": (0.1, [list(range(length)) for length in (2, 5, 300)]),
    "people": (0.1, [[f"p{number}" for number in range(length)] for length in range(6)]),
}
"""Of each variable, how often it is set, and to what."""
BEGINNING: dict[str, Any] = {
    "people": ["p0", "p1", "p2"],
    "objs": [{"n": 1}, {"n": 2}, {"n": 3}],
    "flag": 1,
    "vote": 1,
    "more": True,
    "odd": True,
    "order": "7",
    "who": "li",
}
"""What a case begins with, unless chance says something else."""
_OFTEN = {
    "go_on": 46, "change": 2, "change_inside": 3, "correct": 3, "skip": 2, "throw": 4, "take_away": 3, "move": 4,
    "go_back": 5, "take_back": 3, "redo": 3, "send_back": 4, "add": 4, "remove": 3, "reopen": 3, "give_turns": 1,
    "choose": 2, "request": 4, "look": 3, "restart": 1, "migrate": 3,
}  # fmt: skip


class Doings:
    """Does one thing after the other to a case."""

    def __init__(self, walk: Walk, rng: random.Random) -> None:
        self.walk, self.rng = walk, rng
        self.done: list[str] = []
        self._versions = 0

    def step(self) -> None:
        """Do anything; what is refused changes nothing, and what does not apply gives way to what comes next."""
        assert self.walk.outcome.waiting, "the case is stuck and nobody knows"
        token = self.rng.choice(sorted(self.walk.outcome.waiting))
        (name,) = self.rng.choices(list(_OFTEN), list(_OFTEN.values()))
        do: Callable[[int], bool] = getattr(self, name)
        try:
            if not do(token):
                name = "go_on"
                self.go_on(token)
        except (EngineError, StuckError) as error:
            name += f" refused: {error}"
        self.done.append(f"{name} at {token}")

    def stop(self) -> None:
        """End the case by force, as who rejects a task, withdraws or cancels the case does; nothing of it waits then."""
        if not self.walk.outcome.ended:
            self.walk.do("cancel")
        assert self.walk.outcome.ended
        assert not self.walk.outcome.waiting

    # -- what everything is made of -----------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """Give what somebody fills in."""
        return {name: self.rng.choice(ones) for name, (often, ones) in _VALUES.items() if self.rng.random() < often}

    def somebody(self) -> str | None:
        """Give who is to get a task, or leave it to its rule."""
        return self.rng.choice(["li", "zhao", None])

    def element(self, token: int) -> Element | None:
        """Give the element that a token waits at; None at the end of the case."""
        return self.walk.specification.process.elements.get(self.walk.outcome.waiting[token])

    def is_task(self, token: int) -> bool:
        """Tell whether a user task is open at a token."""
        element = self.element(token)
        return element is not None and element.kind == "userTask" and self.walk.waits_for(token) == "work"

    def open_scope(self, token: int) -> int:
        """Give a token whose own variables can be set: this one, or that of a sub-process around it."""
        return self.rng.choice([token, *self.walk.ask(lambda case: case.around(token))])

    # -- going on -----------------------------------------------------------------------------------------

    def go_on(self, token: int) -> bool:
        """Do what a token waits for."""
        what = self.walk.waits_for(token)
        if what == "help":
            self._help(token)
        elif what == "listener":
            self._listen(token)
        elif what == "choice":
            self.choose(token)
        elif what in TOLD:
            self._tell(token, what)
        elif what == "work":
            self._complete(token)
        else:
            self.change(token)
        return True

    def _complete(self, token: int) -> None:
        element = self.element(token)
        if not (self.is_task(token) and element is not None):
            self.walk.do("complete", token, self.values())
        elif element.listeners_at("completing"):
            self.walk.do("request", token, "completing", {"action": "complete", "result": self.values(), "by": "li"})
        else:
            self.walk.do("complete", token, self.values(), by="li")

    def _tell(self, token: int, what: str) -> None:
        if what != "timer" or token in self.walk.timers:
            self.walk.fire_with(token, {} if what == "timer" else self.values())

    def _help(self, token: int) -> None:
        how = self.rng.choice(["retry", "correct_and_retry", "skip"])
        if how == "skip":
            self.skip(token)
        else:
            self.walk.do(how, token, *([self.values()] if how == "correct_and_retry" else []))

    def _listen(self, token: int) -> None:
        event = self.walk.ask(lambda case: str(case._waiting(token).peek["listener"]["event"]))
        answer = Answer()
        if event in DENIABLE and self.rng.random() < 0.2:
            answer = Answer(denied="不行")
        elif event in {*DENIABLE, "creating"} and self.rng.random() < 0.3:
            answer = Answer(corrections={"assignee": "zhao", "priority": 7})
        self.walk.do("complete_listener", token, self.values(), answer)

    def choose(self, token: int) -> bool:
        """Begin something of an ad-hoc sub-process."""
        element = self.element(token)
        if element is None or self.walk.waits_for(token) != "choice":
            return False
        there = [one.id for one in self.walk.specification.process.startable(element.id)]
        chosen = [(self.rng.choice(there), self.rng.choice([{}, {"mine": 1}])) for _ in range(self.rng.randint(1, 2))]
        self.walk.do("choose", token, chosen, cancel_remaining=self.rng.random() < 0.2)
        return True

    def throw(self, token: int) -> bool:
        """Let the job at a token fail with an error that the diagram may know."""
        element = self.element(token)
        if (
            element is None
            or element.kind not in {"serviceTask", "callActivity"}
            or self.walk.waits_for(token) != "work"
        ):
            return False
        self.walk.do("throw_error", token, self.rng.choice(["BAD", "NO"]), self.values())
        return True

    def request(self, token: int) -> bool:
        """Ask the listeners of a task before somebody gets it, or it is changed."""
        element = self.element(token)
        if not self.is_task(token) or element is None:
            return False
        asked: dict[str, dict[str, Any]] = {
            "assigning": {"action": "assign", "assignee": "wang"},
            "updating": {"action": "update", "changes": {"priority": 3}},
        }
        events = [event for event in asked if element.listeners_at(event)]
        if not events:
            return False
        event = self.rng.choice(events)
        self.walk.do("request", token, event, asked[event])
        return True

    # -- variables ----------------------------------------------------------------------------------------

    def change(self, _token: int) -> bool:
        """Set variables of the case."""
        self.walk.do("set_variables", self.values())
        return True

    def change_inside(self, token: int) -> bool:
        """Set variables where a token sees them, or its own."""
        self.walk.do("set_variables", self.values(), token=self.open_scope(token), local=self.rng.random() < 0.5)
        return True

    def correct(self, token: int) -> bool:
        """Correct data, and go on where nothing was stuck."""
        self.walk.do("correct_and_settle", token, self.values())
        return True

    def look(self, token: int) -> bool:
        """Only ask."""
        questions = [Case.visible, Case.scopes_at, Case.around, Case.inputs, Case.is_instance, Case.queue, Case.turns]
        for question in self.rng.sample(questions, 3):
            self.walk.ask(lambda case, ask=question: ask(case, token))  # type: ignore[misc] # one of them
        self.walk.ask(lambda case: case.tokens_at(self.walk.outcome.waiting[token]))
        return True

    def restart(self, _token: int) -> bool:
        """Let the program begin anew."""
        self.walk.twins.restart()
        return True

    # -- back and elsewhere -------------------------------------------------------------------------------

    def go_back(self, token: int) -> bool:
        """Return a task to an earlier one."""
        targets = self.walk.way().targets(token) if self.is_task(token) else []
        if targets:
            self.walk.undo(self.rng.choice(targets).token, self.somebody())
        return bool(targets)

    def send_back(self, token: int) -> bool:
        """Return a task to an earlier one that comes straight back."""
        targets = [one for one in self.walk.way().targets(token) if one.is_single] if self.is_task(token) else []
        if targets:
            self.walk.detour(token, self.rng.choice(targets).element_id)
        return bool(targets)

    def take_back(self, _token: int) -> bool:
        """Take a task back that somebody has done."""
        done = [one.token for one in self.walk.passages.values() if one.kind == "userTask" and one.state == "COMPLETED"]
        mine = [one for one in done if self.walk.may_undo(one)]
        if mine:
            self.walk.undo(self.rng.choice(mine), self.somebody())
        return bool(mine)

    def redo(self, _token: int) -> bool:
        """Run something again."""
        again = self.walk.way().repeatable()
        if again:
            self.walk.redo(self.rng.choice(again).token)
        return bool(again)

    def move(self, token: int) -> bool:
        """Put a token somewhere else."""
        self.walk.move(token, self.rng.choice(sorted(self.walk.specification.process.elements)))
        return True

    def take_away(self, token: int) -> bool:
        """Take a token away, or a sub-process with all in it."""
        self.walk.do("take_away", self.open_scope(token))
        return True

    def skip(self, token: int) -> bool:
        """Leave an element as if it were done."""
        here = self.walk.outcome.waiting[token]
        flows = [flow.id for flow in self.walk.specification.process.flows.values() if flow.source == here]
        is_gateway = (element := self.element(token)) is not None and element.kind.endswith("Gateway")
        self.walk.do("skip", token, self.values(), flows[:1] if is_gateway else [])
        return True

    # -- several people -----------------------------------------------------------------------------------

    def add(self, token: int) -> bool:
        """Let one more do a repeated task, or be asked before or after."""
        if not self.walk.ask(lambda case: case.is_instance(token)):
            return False
        holder = self.rng.choice([{}, {"holder": "sun"}])
        position = self.rng.choice(["before", "after", "parallel"])
        self.walk.do("add_instance", token, self.rng.choice(["new", 7, {"k": 1}]), position, **holder)
        return True

    def remove(self, token: int) -> bool:
        """Let one less do it."""
        if not self.walk.ask(lambda case: case.is_instance(token)):
            return False
        self.walk.do("remove_instance", token, self.rng.choice([None, None, 0]))
        return True

    def reopen(self, _token: int) -> bool:
        """Take back one's own part."""
        way = self.walk.way()
        parts = [one.token for one in self.walk.passages.values() if one.state == "COMPLETED"]
        parts = [token for token in parts if way.is_instance(token) and way.goes_on_without(token)]
        if parts:
            self.walk.reopen(self.rng.choice(parts), self.somebody())
        return bool(parts)

    def give_turns(self, token: int) -> bool:
        """Let somebody get the turns of somebody else."""
        later = len(self.walk.ask(lambda case: case.queue(token)))
        if later:
            self.walk.do("give_turns", token, sorted(self.rng.sample(range(later), self.rng.randint(1, later))), "zhou")
        return bool(later)

    # -- another version ----------------------------------------------------------------------------------

    def migrate(self, _token: int) -> bool:
        """Go on under another version: the same again, with an element of another name, or with one more task."""
        self._versions += 1
        content, mapping = self.walk.content.decode(), {}
        how = self.rng.choice(["same", "renamed", "longer"])
        if how == "renamed":
            old = self.rng.choice(sorted(self.walk.specification.process.elements))
            mapping = {old: f"{old}v{self._versions}"}
            content = re.sub(rf"\b{old}\b", mapping[old], content)
        elif how == "longer":
            content = self._with_one_more(content)
        content += f"<!-- version {self._versions} -->"
        self.walk.migrate(content.encode(), mapping)
        self.walk.content = content.encode()
        return True

    def _with_one_more(self, content: str) -> str:
        """Put a task into a flow that goes nowhere else by a condition."""
        flows = list(re.finditer(r'(<bpmn:sequenceFlow id="\w+" sourceRef="\w+" targetRef=")(\w+)("></bpmn)', content))
        chosen = self.rng.choice(flows)
        new = f"more{self._versions}"
        after = f'<bpmn:sequenceFlow id="f_{new}" sourceRef="{new}" targetRef="{chosen[2]}"/>{user_task(new)}'
        flow = f"{chosen[1]}{new}{chosen[3]}"
        rest = content[chosen.end() :].partition(">")
        return f"{content[: chosen.start()]}{flow}{rest[0]}>{after}{rest[2]}"
