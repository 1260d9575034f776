"""What completing a task by its form needs to know of it: much less than its page shows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.execution.immutable import definition, form
from engine.execution.prepared import table
from engine.forms import Form, Rights, restricted
from engine.model import ProcessInstance, UserTask
from engine.queries.people import Person

_TASKS, _CASES = table(UserTask), table(ProcessInstance)
_OWN = (
    select(
        _TASKS.c.id,
        _TASKS.c.name,
        _TASKS.c.element_id,
        _TASKS.c.instance_id,
        _TASKS.c.form_definition_id,
        _CASES.c.definition_id,
    )
    .select_from(_TASKS.join(_CASES, _CASES.c.id == _TASKS.c.instance_id))
    .where(
        _TASKS.c.id == bindparam("task"),
        _TASKS.c.assignee == bindparam("person"),
        _TASKS.c.state == "CREATED",
        _TASKS.c.form_definition_id.is_not(None),
    )
)


@dataclass(frozen=True, kw_only=True)
class OwnTask:
    """An open task with a form, asked for by its assignee."""

    id: int
    name: str
    instance_id: int
    form: Form
    """With the rights this task has to its fields."""


def own_task(session: Session, person: Person, task_id: int) -> OwnTask | None:
    """Give an open task of the person's own that has a form, in one statement; None for any other.

    Whoever gets None may still act on the task, in somebody's name or as a candidate: ``view_task`` says.
    """
    row: Any = session.execute(_OWN, {"task": task_id, "person": person.username}).one_or_none()
    if row is None:
        return None
    element = definition(session, row.definition_id).process.elements.get(row.element_id)
    rights = Rights.of(element.properties if element is not None else {})
    shown = restricted(form(session, row.form_definition_id), rights)
    return OwnTask(id=row.id, name=row.name, instance_id=row.instance_id, form=shown)
