"""A case with the way it has come, kept as the database keeps it: what going back is worked out from."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.execution.passages import passage_rows
from engine.interpreter import Case, Environment, Outcome, Plan, Walked, Way, specification
from engine.interpreter.signing import Position
from tests.interpreter.test_case import ENVIRONMENT


class Journey:
    """A case whose state goes through bytes between any two steps, and the passages it has made."""

    def __init__(self, content: bytes, environment: Environment = ENVIRONMENT, **variables: object) -> None:
        self.specification = specification(content, "process")
        self.environment = environment
        self.passages: dict[int, Walked] = {}
        self.started = variables
        self.log: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        """What was done, as events say it."""
        self._begun = self.specification
        self.outcome: Outcome
        self._take(Case.start(self.specification, environment, variables).outcome())

    @property
    def waiting(self) -> list[str]:
        return sorted(self.outcome.waiting.values())

    def token(self, element: str) -> int:
        return max(token for token, waiting in self.outcome.waiting.items() if waiting == element)

    def wake(self) -> Case:
        return Case.wake(self.outcome.body, self.specification, self.environment)

    def do(self, verb: str, *arguments: Any, **named: Any) -> Outcome:  # noqa: ANN401 - whatever the verb takes
        """Do one thing to the case, and remember it."""
        case = self.wake()
        entry = verb, *copy.deepcopy((arguments, named))
        _done(case, verb, *arguments, **named)
        self.log.append(entry)
        return self._take(case.outcome())

    def complete(self, element: str | int, **result: object) -> Outcome:
        return self.do("complete", element if isinstance(element, int) else self.token(element), result)

    def fire(self, element: str | int) -> Outcome:
        return self.do("fire", element if isinstance(element, int) else self.token(element))

    def offered(self, element: str | int) -> list[str]:
        """Give the user tasks one can go back to from here, the nearest first."""
        return [one.element_id for one in self._targets(element)]

    def target(self, element: str | int, wanted: str) -> int:
        return next(one.token for one in self._targets(element) if one.element_id == wanted)

    def back(self, element: str | int, wanted: str) -> Outcome:
        """Go back from a task to an earlier one and on from there."""
        return self.undo(self.target(element, wanted))

    def undo(self, token: int, assignee: str | None = None) -> Outcome:
        """Go back to a passage; what was done again for another task is asked for once more.

        ``assignee`` is who gets it, whatever its rule says.
        """
        way = self.way()
        asking = way.asked_by(token)
        if asking is not None:
            sent = {**way.detour(asking, token), "person": None}
            return self._send_back(asking, sent, again=token)
        return self._go_back(way, token, assignee)

    def redo(self, token: int) -> Outcome:
        """Begin a passage anew, as an administrator does."""
        return self._go_back(self.way(), token)

    def _go_back(self, way: Way, token: int, assignee: str | None = None) -> Outcome:
        plan = Plan.from_json(way.plan(way.whole(token)).as_json())
        case = self.wake()
        renamed = case.go_back(plan, assignee)
        self.log.append(("go_back", (plan.as_json(), assignee), {}))
        outcome = self._take(case.outcome())
        for undone in plan.undone:
            del self.passages[undone]
        for number, one in self.passages.items():
            self.passages[number] = replace(one, scope=renamed.get(one.scope, one.scope))
        return outcome

    def detour(self, element: str | int, wanted: str, person: str | None = None) -> Outcome:
        """Have an earlier task done again, and come straight back."""
        here = element if isinstance(element, int) else self.token(element)
        return self._send_back(here, {**self.way().detour(here, self.target(here, wanted)), "person": person})

    def _send_back(self, here: int, sent: dict[str, Any], again: int | None = None) -> Outcome:
        outcome = self.do("send_back", here, sent)
        self.passages = {token: one for token, one in self.passages.items() if token != again}
        return outcome

    def move(self, element: str | int, to: str) -> Outcome:
        """Put a token somewhere else, as an administrator does."""
        return self.do("move", element if isinstance(element, int) else self.token(element), to)

    def add(self, token: int, item: object, position: Position) -> Outcome:
        """Let somebody else do a repeated task, too."""
        return self.do("add_instance", token, item, position)

    def remove(self, token: int) -> Outcome:
        """Take somebody away from a repeated task."""
        return self.do("remove_instance", token)

    def again(self) -> bytes:
        """Do again what was done, by what its events would say, and give the state that comes of it."""
        version = self._begun
        outcome = Case.start(version, self.environment, self.started).outcome()
        for verb, arguments, named in copy.deepcopy(self.log):
            case = Case.wake(outcome.body, version, self.environment)
            if verb == "migrate":
                content, mapping = arguments
                case = Case.migrate(case, version := specification(content, "process"), mapping)
            else:
                _done(case, verb, *arguments, **named)
            outcome = case.outcome()
        return outcome.body

    def migrate(self, content: bytes, mapping: Mapping[str, str]) -> Outcome:
        """Go on under another version, as an administrator wants."""
        case = Case.migrate(self.wake(), version := specification(content, "process"), mapping)
        self.log.append(("migrate", (content, mapping), {}))
        self.specification = version
        outcome = self._take(case.outcome())
        for token, element in outcome.waiting.items():
            if token in self.passages:
                self.passages[token] = replace(self.passages[token], element_id=element)
        return outcome

    def may_undo(self, token: int) -> bool:
        """Tell whether what was done can be taken back."""
        way = self.way()
        if way.is_aside(token):
            return way.asked_by(token) is not None
        return not (way.is_counted(token) or way.is_cut_off(way.whole(token)))

    def way(self) -> Way:
        return Way(self.specification.process, self.passages.values(), self.wake().arrivals())

    def _targets(self, element: str | int) -> list[Walked]:
        here = element if isinstance(element, int) else self.token(element)
        return self.way().targets(here)

    def _take(self, outcome: Outcome) -> Outcome:
        for token, row in passage_rows(self.specification.process, outcome).items():
            known = self.passages.get(token)
            causes, scope = (known.causes, known.scope) if known else (tuple(row["causes"] or ()), row["scope"])
            self.passages[token] = Walked(
                token=token,
                element_id=row["element_id"],
                kind=row["kind"],
                state=row["state"],
                causes=causes,
                scope=scope,
            )
        self.outcome = outcome
        return outcome


def _done(case: Case, verb: str, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - whatever the verb takes
    """Do to a case what one command does, which may take several verbs."""
    match verb:
        case "move":
            _move(case, *arguments)
        case "go_back":
            plan, assignee = arguments
            case.go_back(Plan.from_json(plan), assignee)
        case "correct_and_retry":
            case.correct(*arguments)
            case.retry(arguments[0])
        case "correct_and_settle":
            case.correct(*arguments)
            case.settle()
        case "take_away":
            case.terminate(*arguments)
            case.settle()
        case _:
            getattr(case, verb)(*arguments, **named)


def _move(case: Case, token: int, to: str) -> None:
    within = next((around for around in case.around(token) if case.holds(around, to)), None)
    case.activate(to, within=within, instead_of=[token])
    case.terminate(token)
    case.settle()
