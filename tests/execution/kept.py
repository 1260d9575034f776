"""What a random approval must keep at every step: whose tasks are open, what they wrote, and how votes are counted."""

from collections import Counter
from typing import Any

from sqlalchemy import select

from engine import json_text
from engine.model import ElementInstance, HistoryEvent, Incident, Job, ProcessInstance, UserTask, UserTaskCandidate
from tests.execution.approvers import Approvers
from tests.execution.approving import Step
from tests.execution.crowd import left_open
from tests.execution.told import untold

COMPLETE = ("task.completed", "task.signed", "task.sign_removed", "task.timed_out")


class Kept:
    """Looks at one case after each act."""

    def __init__(self, people: Approvers) -> None:
        self._people, self._office, self._case = people, people.office, people.case
        self._steps = {one.id: one for one in people.steps}
        self._decisions: dict[int, object] = {}
        """What was decided at a token, by people, rules or time."""
        self._asked: Counter[int] = Counter()
        """How many more, or fewer, were asked by who had a token."""
        self._passages: list[ElementInstance] = []
        self._away: set[int] = set()
        """Tokens that have sent a task back and wait for it."""
        self._seen = 0

    def look(self) -> None:
        """Find nothing wrong."""
        with self._office.database.reading() as session:
            of_case = ElementInstance.instance_id == self._case
            self._passages = list(session.scalars(select(ElementInstance).where(of_case)))
            new = HistoryEvent.instance_id == self._case, HistoryEvent.sequence > self._seen
            events = list(session.scalars(select(HistoryEvent).where(*new).order_by(HistoryEvent.sequence)))
            assert untold(session, self._case) == []
            session.expunge_all()
        for event in events:
            self._follow(event, json_text.loads(event.body))
            self._seen = event.sequence
        rows, standing = left_open(self._office, self._case)
        assert rows == standing
        self._look_at_tasks()
        for one in self._passages:
            step = self._steps.get(one.element_id)
            if step is not None and step.is_of_several and not one.undone and not self._is_part(one):
                self._count(step, one)

    # -- what happened -----------------------------------------------------------------------------------

    def _follow(self, event: HistoryEvent, body: dict[str, Any]) -> None:
        for one in body.get("passed", ()):
            self._decisions[one["token"]] = "approve" if one["action"] == "pass" else "reject"
        if event.kind == "task.sign_added":
            self._asked[event.token or 0] += len(body.get("items", ()))
        if event.kind == "task.sign_removed" and body.get("instance"):
            self._asked[event.token or 0] -= 1
        if event.kind == "task.returned" and body["straight_back"]:
            self._away.add(event.token or 0)
        step = self._steps.get(event.element_id or "")
        if step is None or event.kind not in COMPLETE or "input" not in body:
            return
        self._decisions[event.token or 0] = body["input"].get("decision")
        for key in ("amount", "remark"):
            if not step.may_write(key):
                assert key not in body.get("changes", {}), f"{step.id} may not change {key}"

    # -- what is open ------------------------------------------------------------------------------------

    def _look_at_tasks(self) -> None:
        of_case = UserTask.instance_id == self._case, UserTask.state.in_(("CREATING", "CREATED"))
        with self._office.database.reading() as session:
            rows = list(session.scalars(select(UserTask).where(*of_case)))
            claimable = set(session.scalars(select(UserTaskCandidate.task_id)))
            mended = Incident.instance_id == self._case, Incident.resolved_at.is_(None)
            incidents = session.scalars(select(Incident.id).where(*mended)).all()
            jobs = session.scalars(select(Job.token).where(Job.instance_id == self._case, Job.state == "CREATED")).all()
            state = session.get_one(ProcessInstance, self._case).state
        tokens = {one.token for one in rows if one.parent_task_id is None}
        assert tokens or incidents if state == "ACTIVE" else not rows, "it waits for nobody, or somebody for it"
        assert set(jobs) <= tokens, "time passes for what nobody does any more"
        for one in rows:
            assert one.token in tokens, "a signature without what is signed"
            assert one.assignee is not None or one.id in claimable, "for nobody"
            assert one.owner is None or one.owner != one.assignee, "asked by themselves"
            step = self._steps.get(one.element_id)
            if step is not None and step.excludes_initiator:
                # Whoever is asked for an opinion decides nothing.
                assert (one.owner or one.assignee) != self._people.initiator, "their own case"

    # -- votes -------------------------------------------------------------------------------------------

    def _is_part(self, one: ElementInstance) -> bool:
        return any(body.token == one.scope and body.element_id == one.element_id for body in self._passages)

    def _count(self, step: Step, body: ElementInstance) -> None:
        """Count by hand who has decided, and whether that is enough."""
        ever = [one for one in self._passages if one.scope == body.token and one.element_id == step.id]
        total = len(step.people) + sum(self._asked[one.token] for one in ever)
        parts = [one for one in ever if not one.undone]
        votes = [self._decisions[one.token] for one in parts if one.state == "COMPLETED"]
        enough = _is_enough(step.mode, votes, total)
        if body.state == "COMPLETED":
            assert enough, f"{step.id} is over with {votes} of {total}"
        elif body.state == "ACTIVE":
            assert not enough, f"{step.id} goes on with {votes} of {total}"
            still = sum(one.state == "ACTIVE" for one in parts)
            if not self._away & {one.token for one in parts}:
                assert still == (1 if step.mode == "turns" else total - len(votes)), f"{still} of {total} are asked"


def _is_enough(mode: str, votes: list[object], total: int) -> bool:
    early = {
        "any": bool(votes),
        "ratio": 2 * votes.count("approve") > total,
        "veto": "reject" in votes,
    }
    return len(votes) >= total or early.get(mode, False)
