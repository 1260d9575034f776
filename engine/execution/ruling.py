"""Whether anybody is asked about a task: nobody found, the initiator's own, the same person again."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.execution.completions import completion_of
from engine.execution.people import is_known
from engine.interpreter import OpenedTask, Ruling, TaskRules, ruling_on
from engine.model import HistoryEvent, UserTask
from engine.organisation import Organisation, Reads

_GIVEN_BACK = ("task.returned", "task.taken_back")
REFUSALS = frozenset({"reject", "return"})
"""What ``decision`` says of who has not agreed."""


class Rulings:
    """Decides for the tasks of one step; every ruling is noted, so that a replay gives the same."""

    def __init__(self, session: Session, known: Organisation, reads: Reads, instance_id: int | None) -> None:
        self._session, self._known, self._reads, self._instance_id = session, known, reads, instance_id
        self._passed: list[str] = []
        """Who was passed over in this step: they count as asked."""
        self._said: Mapping[str, object] = {}
        """What the person whose act this step is has handed in."""

    def rule(self, rules: TaskRules, task: OpenedTask, initiator: object, said: Mapping[str, object]) -> Ruling | None:
        """Rule on a task that has just been opened; None where the people it names are asked."""
        self._said = said
        ruling = self._rule(rules, task, initiator if isinstance(initiator, str) else None)
        if ruling is not None:
            self._reads.add(ruling_on(task), asdict(ruling))
            if ruling.action == "pass" and ruling.person is not None:
                self._passed.append(ruling.person)
        return ruling

    def _rule(self, rules: TaskRules, task: OpenedTask, initiator: str | None) -> Ruling | None:
        person, instead = task.assignee, None
        if not is_known(task, self._known):
            instead = self._nobody(rules, person, initiator)
        elif person is None:
            return None
        elif person == initiator and rules.initiator != "self":
            left = Ruling(action="assign", because="initiator", person=None)
            instead = self._initiator(rules, person) or self._nobody(rules, person, initiator) or left
        else:
            return self._same_person(rules, task, person, initiator)
        if instead is None or instead.action != "assign" or instead.person is None:
            return instead
        return self._same_person(rules, task, instead.person, initiator) or instead

    def _nobody(self, rules: TaskRules, person: str | None, initiator: str | None) -> Ruling | None:
        if rules.nobody == "pass":
            return Ruling(action="pass", because="nobody", person=person)
        if rules.nobody == "reject":
            return Ruling(action="reject", because="nobody", person=person)
        if rules.stand_in is None or not self._known.is_active(rules.stand_in):
            # To the administrators, with an Incident: what every task does that has no rule.
            return None
        if rules.stand_in == initiator and rules.initiator != "self":
            return self._initiator(rules, rules.stand_in)
        return Ruling(action="assign", because="nobody", person=rules.stand_in)

    def _initiator(self, rules: TaskRules, initiator: str) -> Ruling | None:
        if rules.initiator == "skip":
            return Ruling(action="pass", because="initiator", person=initiator)
        above = self._known.superior_of(initiator)
        return Ruling(action="assign", because="initiator", person=above) if above is not None else None

    def _same_person(self, rules: TaskRules, task: OpenedTask, person: str, initiator: str | None) -> Ruling | None:
        if rules.same_person == "ask" or not self._has_acted(rules.same_person, task.element.id, person, initiator):
            return None
        return Ruling(action="pass", because="same_person", person=person)

    def _has_acted(self, wanted: str, element_id: str, person: str, initiator: str | None) -> bool:
        """Tell whether somebody has agreed in another step to what was handed in last, not to older data."""
        if self._passed[-1:] == [person] or (wanted == "any" and person in self._passed):
            return True
        acted = self._acted(element_id, initiator)
        if wanted == "consecutive":
            acted = [] if self._passed else acted[-1:]
        own = next((row for row in reversed(acted) if row.completed_by == person), None)
        return own is not None and self._has_agreed(own)

    def _has_agreed(self, row: Any) -> bool:  # noqa: ANN401 - a row
        """Tell whether what somebody did last was no refusal: nobody is made to agree who has said no."""
        if row.parent_task_id is not None:
            return all(one.get("agreed") is not False for one in row.signatures or ())
        case = self._instance_id
        done = completion_of(self._session, case, row.token, late_too=True) if case is not None else None
        said = (done.body.get("input") or {}) if done is not None else self._said
        return said.get("decision") not in REFUSALS

    def _acted(self, element_id: str, initiator: str | None) -> list[Any]:
        """Give the other tasks that were done since the initiator did one, and since something was given back."""
        if self._instance_id is None:
            return []
        given_back = select(func.max(HistoryEvent.at)).where(
            HistoryEvent.instance_id == self._instance_id, HistoryEvent.kind.in_(_GIVEN_BACK)
        )
        since = self._session.scalar(given_back)
        rows = self._session.execute(
            select(
                UserTask.completed_by,
                UserTask.element_id,
                UserTask.token,
                UserTask.parent_task_id,
                UserTask.signatures,
            )
            .where(
                UserTask.instance_id == self._instance_id,
                UserTask.state == "COMPLETED",
                UserTask.completed_by.is_not(None),
                *([UserTask.completed_at > since] if since is not None else []),
            )
            .order_by(UserTask.completed_at, UserTask.id)
        ).all()
        last = max((index for index, row in enumerate(rows) if row.completed_by == initiator), default=-1)
        return [row for row in rows[last + 1 :] if row.element_id != element_id]
