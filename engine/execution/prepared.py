"""The statements of every step, written once: to write one in Python takes longer than the database needs to run it.

They are on tables, not on mapped classes: what the ORM does besides, such as looking for loaded objects that a changed
row belongs to, took nine tenths of the time of a conditional update.
"""

from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table, bindparam, insert, update

from engine.execution.statements import Statement
from engine.model import ElementInstance, HistoryEvent, ProcessInstance, RegisterEntry, UserTask, UserTaskCandidate
from engine.model.base import Base


def table(model: type[Base]) -> Table:
    """Give the table of a stored class."""
    return cast("Table", model.__table__)


_TASKS, _CASES, _ENTRIES = table(UserTask), table(ProcessInstance), table(RegisterEntry)

INSERT_EVENT = Statement(insert(table(HistoryEvent)), table(HistoryEvent).c.keys())
INSERT_CANDIDATES = Statement(insert(table(UserTaskCandidate)), ("task_id", "kind", "principal"))
INSERT_TASKS = insert(_TASKS).returning(_TASKS.c.id, sort_by_parameter_order=True)
PASSAGES = table(ElementInstance)

COMPLETE_TASK = Statement(
    update(_TASKS)
    .where(
        _TASKS.c.id == bindparam("task"),
        _TASKS.c.state == "CREATED",
        _TASKS.c.assignee.is_not_distinct_from(bindparam("seen_assignee")),
        _TASKS.c.open_signs == bindparam("seen_signs"),
    )
    .values(
        state="COMPLETED",
        assignee=bindparam("holder"),
        completed_by=bindparam("actor"),
        completed_at=bindparam("at"),
        draft=None,
    )
)
"""Only where nobody has changed the task since it was seen."""

RELEASE_ENTRIES = Statement(update(_ENTRIES).where(_ENTRIES.c.held_by == bindparam("case")).values(held_by=None))


@cache
def change_case(*columns: str) -> Statement:
    """Give the statement that sets columns of a case to their ``new_`` values, only at the revision that was ``seen``.

    ``incidents`` have come and not gone.
    """
    counted = {
        "revision": _CASES.c.revision + 1,
        "incident_count": _CASES.c.incident_count + bindparam("incidents"),
    }
    return Statement(
        update(_CASES)
        .where(_CASES.c.id == bindparam("case"), _CASES.c.revision == bindparam("seen"))
        .values({**counted, **{name: bindparam(f"new_{name}") for name in columns}})
    )


@cache
def insert_task(*columns: str, returning: bool = True) -> Statement:
    """Give the statement that adds one task, and gives its id where that is asked for."""
    return Statement(insert(_TASKS).returning(_TASKS.c.id) if returning else insert(_TASKS), columns)


@cache
def write_passages(upsert: type[Insert], number: int) -> Statement:
    """Give the statement that adds passages or replaces what is known of them; ``upsert`` is the dialect's insert.

    Its values are those of the rows one after the other, each in the order of the columns. To run it once for several
    rows takes less time than to run it for each.
    """
    rows: list[dict[str, Any]] = [
        {column.name: bindparam(f"{column.name}_{place}", type_=column.type) for column in PASSAGES.c}
        for place in range(number)
    ]
    statement = upsert(PASSAGES).values(rows)
    known = {name: statement.excluded[name] for name in ("element_id", "name", "kind", "state", "ended_at")}  # type: ignore[attr-defined] # both dialects have it
    return Statement(statement.on_conflict_do_update(index_elements=["instance_id", "token"], set_=known))  # type: ignore[attr-defined]
