"""The organisation and the calendar as a step saw them: functions that answer from what the step recorded."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.clock import SHANGHAI
from engine.feel import HostFunction
from engine.interpreter import (
    UNDECIDED,
    Decided,
    Environment,
    OpenedTask,
    Ruling,
    StuckError,
    TaskRules,
    ruling_on,
)
from engine.organisation import Organisation, Reads, functions
from engine.organisation.functions import GIVES_A_MOMENT, called

_NOBODY = Organisation(revision=0, people={}, heads={}, grants={})


class RecordedWorld:
    """Answers a step's rules from its event; what they ask beyond that is noted in ``unanswered``."""

    def __init__(
        self,
        at: dt.datetime,
        reads: Mapping[str, object],
        decisions: Sequence[Mapping[str, object]] = (),
        stuck: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._recorded = reads
        self._decisions = list(decisions)
        self._undecided = [one for one in stuck if one["code"] in UNDECIDED]
        self._reads = Reads()
        self.unanswered: list[str] = []
        self.environment = Environment(
            now=at,
            functions={name: self._answering(name, function) for name, function in functions(_NOBODY, Reads()).items()},
            decide=self._decide,
            rule=self._rule,
            take_reads=self._reads.take,
            all_reads=self._reads.everything,
        )

    def _decide(self, decision_id: str, _variables: Mapping[str, object]) -> Decided:
        """Give what the tables decided then, or why they could not; the version's own tables are hashed with it."""
        next_one = self._decisions[0].get("decision") if self._decisions else None
        failed = [one for one in self._undecided if one["facts"]["decision"] == decision_id]
        if failed and next_one != decision_id:
            raise StuckError(failed[0]["code"], failed[0]["message"], **failed[0]["facts"])
        if next_one != decision_id:
            self.unanswered.append(decision_id)
            return Decided(value=None, evidence={})
        recorded = dict(self._decisions.pop(0))
        value = recorded.pop("value", None)
        return Decided(value=value, evidence={k: v for k, v in recorded.items() if k not in {"element", "decision"}})

    def _rule(self, _rules: TaskRules, task: OpenedTask, *_known: object) -> Ruling | None:
        """Give what was ruled on a task then; on most nothing was."""
        recorded = self._recorded.get(ruling_on(task))
        if not isinstance(recorded, Mapping):
            return None
        self._reads.add(ruling_on(task), recorded)
        return Ruling(**recorded)

    def _answering(self, name: str, function: HostFunction) -> HostFunction:
        return replace(function, call=self._call(name))

    def _call(self, name: str) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            asked = called(name, arguments, self._reads)
            if asked not in self._recorded:
                self.unanswered.append(asked)
                return None
            answer = self._recorded[asked]
            self._reads.add(asked, answer)
            return _moment(answer) if name in GIVES_A_MOMENT else answer

        return call


def _moment(answer: object) -> object:
    """Give back the moment that was recorded as text."""
    return dt.datetime.fromisoformat(answer).astimezone(SHANGHAI) if isinstance(answer, str) else answer
