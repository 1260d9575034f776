"""A case with the way it has come, kept as the database keeps it: what going back is worked out from."""

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
        self.log: list[tuple[Any, ...]] = []
        """What was done, as events say it."""
        self.outcome: Outcome
        self._take(Case.start(self.specification, environment, variables).outcome())

    @property
    def waiting(self) -> list[str]:
        return sorted(self.outcome.waiting.values())

    def token(self, element: str) -> int:
        return max(token for token, waiting in self.outcome.waiting.items() if waiting == element)

    def wake(self) -> Case:
        return Case.wake(self.outcome.body, self.specification, self.environment)

    def complete(self, element: str | int, **result: object) -> Outcome:
        token = element if isinstance(element, int) else self.token(element)
        self.log.append(("complete", token, result))
        case = self.wake()
        case.complete(token, result)
        return self._take(case.outcome())

    def fire(self, element: str | int) -> Outcome:
        token = element if isinstance(element, int) else self.token(element)
        self.log.append(("fire", token))
        case = self.wake()
        case.fire(token)
        return self._take(case.outcome())

    def offered(self, element: str | int) -> list[str]:
        """Give the user tasks one can go back to from here, the nearest first."""
        return [one.element_id for one in self._targets(element)]

    def target(self, element: str | int, wanted: str) -> int:
        return next(one.token for one in self._targets(element) if one.element_id == wanted)

    def back(self, element: str | int, wanted: str) -> Outcome:
        """Go back from a task to an earlier one and on from there."""
        return self.undo(self.target(element, wanted))

    def undo(self, token: int) -> Outcome:
        """Go back to a passage; what was done again for another task is asked for once more."""
        way = self.way()
        asking = way.asked_by(token)
        if asking is not None:
            sent = {**way.detour(asking, token), "person": None}
            del self.passages[token]
            return self._send_back(asking, sent)
        return self._go_back(way, token)

    def redo(self, token: int) -> Outcome:
        """Begin a passage anew, as an administrator does."""
        return self._go_back(self.way(), token)

    def _go_back(self, way: Way, token: int) -> Outcome:
        plan = Plan.from_json(way.plan(way.whole(token)).as_json())
        self.log.append(("go_back", plan.as_json()))
        case = self.wake()
        renamed = case.go_back(plan)
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

    def _send_back(self, here: int, sent: dict[str, Any]) -> Outcome:
        self.log.append(("send_back", here, sent))
        case = self.wake()
        case.send_back(here, sent)
        return self._take(case.outcome())

    def move(self, element: str | int, to: str) -> Outcome:
        """Put a token somewhere else, as an administrator does."""
        here = element if isinstance(element, int) else self.token(element)
        self.log.append(("move", here, to))
        return self._take(_moved(self.wake(), here, to))

    def add(self, token: int, item: object, position: Position) -> Outcome:
        """Let somebody else do a repeated task, too."""
        self.log.append(("add_instance", token, item, position))
        case = self.wake()
        case.add_instance(token, item, position)
        return self._take(case.outcome())

    def remove(self, token: int) -> Outcome:
        """Take somebody away from a repeated task."""
        self.log.append(("remove_instance", token))
        case = self.wake()
        case.remove_instance(token)
        return self._take(case.outcome())

    def again(self) -> bytes:
        """Do again what was done, by what its events would say, and give the state that comes of it."""
        outcome = Case.start(self.specification, self.environment, self.started).outcome()
        for verb, *arguments in self.log:
            case = Case.wake(outcome.body, self.specification, self.environment)
            if verb == "move":
                outcome = _moved(case, *arguments)
                continue
            if verb == "go_back":
                case.go_back(Plan.from_json(arguments[0]))
            else:
                getattr(case, verb)(*arguments)
            outcome = case.outcome()
        return outcome.body

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


def _moved(case: Case, token: int, to: str) -> Outcome:
    within = next((around for around in case.around(token) if case.holds(around, to)), None)
    case.activate(to, within=within, instead_of=[token])
    case.terminate(token)
    case.settle()
    return case.outcome()
