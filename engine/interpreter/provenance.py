"""Going back: what a return to an earlier passage undoes, what it gives back to joins, where it begins anew.

A pure calculation on the passages of a case. Passages that caused one another form a graph in each scope; what a
passage caused is what can be reached from it, across the end of the sub-process it stands in. Going back to it takes
all of that away and nothing else. A join that had taken a token of this branch has joined too early: the tokens of
its other branches are put back, and wait.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from engine.interpreter.diagram import Process
from engine.interpreter.plans import BODY, CASE, Arrival, Plan, Reopened, Restored, Walked

_DONE_AGAIN = frozenset({"userTask", "startEvent"})
_EVENT_SUB_PROCESS = "eventSubProcess"
JOINS = frozenset({"parallelGateway", "inclusiveGateway"})


class Way:
    """The way a case has come: its passages that hold, and what waits at joins."""

    def __init__(self, process: Process, passages: Iterable[Walked], arrivals: Sequence[Arrival] = ()) -> None:
        self._elements = process.elements
        self._process_id = process.id
        self._beginnings = process.beginnings
        walked = list(passages)
        self._nodes = {one.token: one for one in map(_relinked(walked), walked)}
        self._order = {token: number for number, token in enumerate(self._nodes)}
        self._arrivals = arrivals
        self._next: dict[int, list[int]] = {}
        self._inside: dict[int, list[int]] = {}
        for one in self._nodes.values():
            self._inside.setdefault(one.scope, []).append(one.token)
            for cause in one.causes:
                self._next.setdefault(cause, []).append(one.token)
        self._interrupted = dict(self._interruptions())

    def _interruptions(self) -> Iterator[tuple[int, int]]:
        """Give the scopes in which an interrupting event sub-process has begun, with the token of its start."""
        for one in self._nodes.values():
            for cause in one.causes if one.kind == _EVENT_SUB_PROCESS else ():
                start = self._nodes.get(cause)
                element = self._elements.get(start.element_id) if start is not None else None
                if element is not None and element.interrupting:
                    yield one.scope, cause

    def passage(self, token: int) -> Walked | None:
        """Give a passage; None where there is none that holds."""
        return self._nodes.get(token)

    def is_instance(self, token: int) -> bool:
        """Tell whether a passage is one of several of a repeated activity."""
        body = self._nodes.get(self._nodes[token].scope)
        return body is not None and body.kind == BODY

    def beside(self, token: int) -> list[int]:
        """Give the passages of the repeated activity that an instance belongs to, its own among them."""
        scope = self._nodes[token].scope
        return [one.token for one in self._nodes.values() if one.scope == scope]

    def goes_on_without(self, token: int) -> bool:
        """Tell whether the repeated activity that an instance belongs to goes on."""
        body = self._nodes.get(self._nodes[token].scope)
        return body is not None and body.state == "ACTIVE"

    def is_counted(self, token: int) -> bool:
        """Tell whether a passage belongs to an instance that has ended of a repeated activity that has not.

        The others go on with what it has brought: nobody goes back into it alone.
        """
        one = self._nodes.get(self._nodes[token].scope)
        while one is not None:
            body = self._nodes.get(one.scope)
            if body is not None and body.kind == BODY and body.state == "ACTIVE" and one.state == "COMPLETED":
                return True
            one = body
        return False

    def is_cut_off(self, token: int) -> bool:
        """Tell whether what a passage belonged to was ended by an event, on a border or by an event sub-process.

        What such an event ends is over, with all that went on beside: nobody goes back into it alone. What the event
        itself has brought is not meant.
        """
        one = self._nodes.get(token)
        while one is not None:
            event, around = self._interrupted.get(one.scope), self._nodes.get(one.scope)
            if event is not None and event != one.token and event not in one.causes:
                return True
            if around is not None and around.state == "TERMINATED":
                return True
            one = around
        return False

    # -- looking back ----------------------------------------------------------------------------------

    def targets(self, token: int) -> list[Walked]:
        """Give what somebody at a token can go back to: of each element the passage that led here last.

        User tasks, repeated ones as a whole, repeated sub-processes with user tasks inside, and the start.
        """
        found: dict[str, Walked] = {}
        for one in self.before(token):
            if self._is_target(one):
                found.setdefault(one.element_id, one)
        return list(found.values())

    def _is_target(self, one: Walked) -> bool:
        element = self._elements.get(one.element_id)
        if element is None:
            return False
        if one.kind == BODY:
            return element.kind == "userTask" or self._has_people(element.id)
        starts = element.kind == "startEvent" and element.parent == self._process_id and element.form_id is not None
        starts = starts and element.event is None
        return starts or (element.kind == "userTask" and one.state == "COMPLETED")

    def _has_people(self, scope: str) -> bool:
        inside = [one for one in self._elements.values() if one.parent == scope]
        return any(one.kind == "userTask" or self._has_people(one.id) for one in inside)

    def before(self, token: int) -> list[Walked]:
        """Give the passages that led to a token, the latest first; of an ended repetition only its body.

        A repetition done one after the other that the token stands in is among them once a part of it is done; no
        other one that goes on is, nor what was cut off.
        """
        found: set[int] = set()
        begun: set[int] = set()
        while self.is_aside(token):
            # Done for the task that asked for it, and as far on the way as that.
            (token,) = self._nodes[token].causes
        while token in self._nodes:
            self._collect(self._nodes[token].causes, found)
            token = self._nodes[token].scope
            if self._is_partly_done(token):
                begun.add(token)
        found = {one for one in found if not (self._goes_on(one) or self.is_cut_off(one))} | begun
        return [self._nodes[one] for one in sorted(found, key=self._order.__getitem__, reverse=True)]

    def _goes_on(self, token: int) -> bool:
        """Tell whether a passage is a repetition that has not ended: what began on its border stands beside it."""
        return self._nodes[token].kind == BODY and self._nodes[token].state == "ACTIVE"

    def _collect(self, causes: Iterable[int], found: set[int]) -> None:
        waiting = [cause for cause in causes if cause in self._nodes]
        while waiting:
            one = self._nodes[waiting.pop()]
            if one.token in found:
                continue
            found.add(one.token)
            waiting += [cause for cause in one.causes if cause in self._nodes]
            if one.state == "COMPLETED" and one.kind != BODY:
                # Whatever happened inside had to end before it went on.
                waiting += [inner for inner in self._inside.get(one.token, ()) if not self.is_aside(inner)]

    def is_aside(self, token: int) -> bool:
        """Tell whether a task was done again for another one, beside the way: nothing else follows one not done."""
        one = self._nodes.get(token)
        asked_by = self._nodes.get(one.causes[0]) if one is not None and one.causes else None
        if one is None or asked_by is None or one.kind not in _DONE_AGAIN:
            return False
        return asked_by.kind in _DONE_AGAIN and asked_by.state != "COMPLETED"

    def asked_by(self, token: int) -> int | None:
        """Give the task that another one was done again for and that waits again; None where none does."""
        first = self._nodes.get(self._nodes[token].causes[0]) if self.is_aside(token) else None
        if first is None:
            return None
        again = [one for one in self._nodes.values() if _place(one) == _place(first) and one.state == "ACTIVE"]
        return again[-1].token if again else None

    def _is_partly_done(self, scope: int) -> bool:
        body = self._nodes.get(scope)
        element = self._elements.get(body.element_id) if body is not None else None
        if body is None or element is None or body.kind != BODY or body.state != "ACTIVE":
            return False
        in_turn = element.standard_loop is not None or (element.loop is not None and element.loop.sequential)
        return in_turn and any(self._nodes[token].state == "COMPLETED" for token in self._inside.get(scope, ()))

    def repeatable(self) -> list[Walked]:
        """Give what can be run again: of each element the passage that began last, the latest first.

        What stands in a repetition is repeated with it; starts, borders and joins only with what they belong to. What
        was done for another task beside the way, or was cut off by an event, is not repeated by itself.
        """
        found: dict[str, Walked] = {}
        for one in reversed(self._nodes.values()):
            element = self._elements.get(one.element_id)
            begins = element is not None and element.id in self._beginnings and element.kind not in JOINS
            lost = one.state == "TERMINATED" or self.is_cut_off(one.token)
            if begins and not (lost or self._is_in_repetition(one) or self.is_aside(one.token)):
                found.setdefault(one.element_id, one)
        return list(found.values())

    def _is_in_repetition(self, one: Walked) -> bool:
        around = self._nodes.get(one.scope)
        while around is not None:
            if around.kind == BODY:
                return True
            around = self._nodes.get(around.scope)
        return False

    # -- going back ------------------------------------------------------------------------------------

    def whole(self, token: int) -> int:
        """Give what to go back to for a passage: the outermost ended repetition around it, or itself."""
        found, scope = token, self._nodes[token].scope
        while scope in self._nodes:
            if self._nodes[scope].kind == BODY and self._nodes[scope].state == "COMPLETED":
                found = scope
            scope = self._nodes[scope].scope
        return found

    def plan(self, token: int) -> Plan:
        """Say what going back to a passage takes."""
        target = self._nodes[token]
        behind, reopened = self._behind(target)
        undone = self._with_all_inside({*behind, token}, opened_again={one.scope for one in reopened})
        return Plan(
            element_id=target.element_id,
            causes=target.causes,
            within=target.scope,
            cancel=tuple(sorted(self._outermost_open(undone))),
            arrivals=tuple(
                sorted(one.token for one in self._arrivals if undone & set(one.causes) and one.scope not in undone)
            ),
            reopened=tuple(reversed(reopened)),
            restored=tuple(self._restored(behind, undone)),
            undone=tuple(sorted(undone)),
        )

    def detour(self, asking: int, token: int) -> dict[str, Any]:
        """Say what having an earlier passage done again takes, for the one that asks for it and keeps its place."""
        target = self._nodes[token]
        scope = self._nodes.get(target.scope)
        while scope is not None and scope.state != "ACTIVE":
            scope = self._nodes.get(scope.scope)
        within = scope.token if scope is not None else CASE
        own = self._nodes[asking].causes
        return {"element_id": target.element_id, "within": within, "own": list(own)}

    def _behind(self, target: Walked) -> tuple[set[int], list[Reopened]]:
        """Give what a passage caused, scope by scope outwards as far as they have ended."""
        behind = self._reached(target.token)
        reopened: list[Reopened] = []
        around = self._nodes.get(target.scope)
        while around is not None and around.state == "COMPLETED":
            behind |= {around.token, *self._reached(around.token)}
            reopened.append(
                Reopened(
                    scope=around.token,
                    element_id=around.element_id,
                    causes=around.causes,
                    within=around.scope,
                    interrupted=around.token in self._interrupted,
                )
            )
            around = self._nodes.get(around.scope)
        return behind, reopened

    def _reached(self, token: int) -> set[int]:
        reached: set[int] = set()
        waiting = list(self._next.get(token, ()))
        while waiting:
            one = waiting.pop()
            if one not in reached:
                reached.add(one)
                waiting += self._next.get(one, ())
        return reached

    def _with_all_inside(self, undone: set[int], *, opened_again: set[int]) -> set[int]:
        """Add what is inside what is undone; and what was done for it, which may stand in a sub-process around it."""
        found = set(undone)
        waiting = list(undone - opened_again)
        while waiting:
            token = waiting.pop()
            more = {*self._inside.get(token, ()), *self._next.get(token, ())} - found
            found |= more
            waiting += more
        return found

    def _outermost_open(self, undone: set[int]) -> Iterator[int]:
        for token in undone:
            one = self._nodes[token]
            around = self._nodes.get(one.scope)
            is_within = around is not None and around.token in undone and around.state == "ACTIVE"
            if one.state == "ACTIVE" and not is_within:
                yield token

    def _restored(self, behind: set[int], undone: set[int]) -> Iterator[Restored]:
        for token in sorted(behind):
            join = self._nodes[token]
            if join.kind not in JOINS:
                continue
            for cause in join.causes:
                if cause not in undone and cause in self._nodes:
                    source = self._nodes[cause].element_id
                    yield Restored(join=join.element_id, source=source, cause=cause, within=join.scope)


def _relinked(passages: Sequence[Walked]) -> Callable[[Walked], Walked]:
    """Let what began on the border of a task that was left come from the one that was opened anew in its place."""
    places = {one.token: _place(one) for one in passages if one.kind in _DONE_AGAIN}
    latest = {place: token for token, place in places.items()}

    def relink(one: Walked) -> Walked:
        if one.kind != "boundaryEvent":
            return one
        return replace(one, causes=tuple(latest.get(places.get(c, ("", (), c)), c) for c in one.causes))

    return relink


def _place(one: Walked) -> tuple[str, tuple[int, ...], int]:
    """Give what a task that was left has in common with the one that was opened anew in its place."""
    return one.element_id, one.causes, one.scope
