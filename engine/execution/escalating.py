"""A task given to whoever is above those who let its time run out."""

from sqlalchemy import delete, insert, select

from engine import json_text
from engine.execution.locked import LockedCase
from engine.execution.people import administrators
from engine.execution.readers import add_readers
from engine.execution.telling import tell
from engine.execution.waiting_for import people_asked
from engine.model import HistoryEvent, UserTask, UserTaskCandidate

TAKEN = "“{task}”已超时，升级给{who}办理"
GIVEN = "“{task}”已超时，升级给您办理"
ADMINISTRATORS = "管理员"


def escalate(locked: LockedCase, task: UserTask) -> dict[str, object]:
    """Give a task to the superior of who has it, or without one to the administrators; tell both sides.

    One that nobody has claimed goes to the head of the initiator's department. Nobody is ever given a case of
    their own to decide on. Gives what history shall say: ``assignee`` before and after, and the ``candidate_groups``
    where it is now claimed.
    """
    before, asked = task.assignee, people_asked(locked, task)
    had_it = [name for name in (task.owner, before) if name is not None]
    above = _above(locked, task)
    groups = [] if above is not None else list(administrators(locked.organisation))
    # A draft is its writer's; who comes after begins anew.
    task.assignee, task.owner, task.delegation, task.draft = above, None, None, None
    if above is None:
        _offer_to(locked, task.id, groups)
    add_readers(locked, "took_part", had_it, by="system")
    known = locked.organisation
    who = known.display_name(above) if above is not None else ADMINISTRATORS
    given = [above] if above is not None else [name for group in groups for name in known.members_of(group)]
    tell(locked, [name for name in asked if name not in given], TAKEN.format(task=task.name, who=who))
    tell(locked, given, GIVEN.format(task=task.name))
    return {"assignee": [before, above], **({"candidate_groups": groups} if groups else {})}


def is_at_the_top(locked: LockedCase, task: UserTask) -> bool:
    """Tell whether a task waits for the administrators because nobody is above who had it."""
    if task.assignee is not None:
        return False
    before = locked.session.scalar(
        select(HistoryEvent.body)
        .where(
            HistoryEvent.instance_id == locked.instance.id,
            HistoryEvent.token == task.token,
            HistoryEvent.kind == "task.escalated",
        )
        .order_by(HistoryEvent.sequence.desc())
        .limit(1)
    )
    return before is not None and "candidate_groups" in json_text.loads(before)


def _above(locked: LockedCase, task: UserTask) -> str | None:
    known, initiator = locked.organisation, locked.instance.started_by
    responsible = task.owner or task.assignee
    if responsible is not None:
        return next((name for name in known.superiors_of(responsible) if name != initiator), None)
    person = known.people.get(initiator)
    head = known.heads.get(person.department) if person is not None and person.department else None
    return head if head is not None and head != initiator and known.is_active(head) else None


def _offer_to(locked: LockedCase, task_id: int, groups: list[str]) -> None:
    locked.session.execute(delete(UserTaskCandidate).where(UserTaskCandidate.task_id == task_id))
    rows = [{"task_id": task_id, "kind": "group", "principal": group} for group in groups]
    if rows:
        locked.session.execute(insert(UserTaskCandidate), rows)
