"""Whether anybody is asked about a task: nobody found, the initiator's own, the same person again."""

from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.execution.people import is_known
from engine.interpreter import OpenedTask, Ruling, TaskRules, ruling_on
from engine.model import HistoryEvent, UserTask
from engine.organisation import Organisation, Reads

_GIVEN_BACK = ("task.returned", "task.taken_back")


class Rulings:
    """Decides for the tasks of one step; every ruling is noted, so that a replay gives the same."""

    def __init__(self, session: Session, known: Organisation, reads: Reads, instance_id: int | None) -> None:
        self._session, self._known, self._reads, self._instance_id = session, known, reads, instance_id
        self._passed: list[str] = []
        """Who was passed over in this step: they count as asked."""

    def rule(self, rules: TaskRules, task: OpenedTask, initiator: object) -> Ruling | None:
        """Rule on a task that has just been opened; None where the people it names are asked."""
        ruling = self._rule(rules, task, initiator if isinstance(initiator, str) else None)
        if ruling is not None:
            self._reads.add(ruling_on(task), asdict(ruling))
            if ruling.action == "pass" and ruling.person is not None:
                self._passed.append(ruling.person)
        return ruling

    def _rule(self, rules: TaskRules, task: OpenedTask, initiator: str | None) -> Ruling | None:
        if task.has_nobody or not is_known(task, self._known):
            return self._nobody(rules, task.assignee)
        if task.assignee is None:
            return None
        if task.assignee == initiator and rules.initiator != "self":
            return self._initiator(rules, task.assignee)
        if rules.same_person != "ask" and self._has_acted(rules.same_person, task, initiator):
            return Ruling(action="pass", because="same_person", person=task.assignee)
        return None

    def _nobody(self, rules: TaskRules, person: str | None) -> Ruling | None:
        if rules.nobody == "pass":
            return Ruling(action="pass", because="nobody", person=person)
        if rules.nobody == "reject":
            return Ruling(action="reject", because="nobody", person=person)
        if rules.stand_in is not None and self._known.is_active(rules.stand_in):
            return Ruling(action="assign", because="nobody", person=rules.stand_in)
        # To the administrators, with an Incident: what every task does that has no rule.
        return None

    def _initiator(self, rules: TaskRules, initiator: str) -> Ruling | None:
        if rules.initiator == "skip":
            return Ruling(action="pass", because="initiator", person=initiator)
        above = self._known.superior_of(initiator)
        if above is None:
            return self._nobody(rules, initiator)
        return Ruling(action="assign", because="initiator", person=above)

    def _has_acted(self, wanted: str, task: OpenedTask, initiator: str | None) -> bool:
        """Tell whether somebody has agreed in another step to what was handed in last, not to older data."""
        acted = [*self._acted(task.element.id, initiator), *self._passed]
        return acted[-1:] == [task.assignee] if wanted == "consecutive" else task.assignee in acted

    def _acted(self, element_id: str, initiator: str | None) -> list[str]:
        """Give who has done other tasks since the initiator has, and since something was given back."""
        if self._instance_id is None:
            return []
        given_back = select(func.max(HistoryEvent.at)).where(
            HistoryEvent.instance_id == self._instance_id, HistoryEvent.kind.in_(_GIVEN_BACK)
        )
        since = self._session.scalar(given_back)
        rows = self._session.execute(
            select(UserTask.completed_by, UserTask.element_id)
            .where(
                UserTask.instance_id == self._instance_id,
                UserTask.state == "COMPLETED",
                UserTask.completed_by.is_not(None),
                *([UserTask.completed_at > since] if since is not None else []),
            )
            .order_by(UserTask.completed_at, UserTask.id)
        ).all()
        last = max((index for index, row in enumerate(rows) if row.completed_by == initiator), default=-1)
        return [row.completed_by for row in rows[last + 1 :] if row.completed_by and row.element_id != element_id]
