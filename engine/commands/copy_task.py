"""Send a copy of a case to people who only read it: 抄送 by hand."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.execution.acting import Acting, require_person
from engine.execution.locked import lock_task
from engine.execution.offered import require_offered
from engine.execution.readers import add_readers
from engine.execution.telling import COPIED, tell
from engine.execution.words import words
from engine.execution.write import write_event

MOST = 100
"""People one can send a copy to at once."""


def copy_task(session: Session, task_id: int, people: Sequence[str], note: str, actor: str) -> None:
    """Let people read the case of an open task, with a notification and an entry among what was copied to them.

    For whoever may see the task, where it offers ``copy``. Raises NotFoundError, ForbiddenError, ConflictError,
    InvalidError for people who can't sign in.
    """
    locked = lock_task(session, task_id)
    require_offered(locked, "copy")
    note = words(note, "note")
    names = list(dict.fromkeys(people))
    if not 0 < len(names) <= MOST:
        raise InvalidError(mark("请选 1 到 {most} 人。"), where="people", most=MOST)
    for name in names:
        require_person(locked, name, "people")
    add_readers(locked, "copy", names, by=actor, note=note)
    tell(locked, names, COPIED.format(title=locked.instance.title), note)
    body = {"task": task_id, "people": names, "reason": note}
    write_event(locked, Acting(actor=actor).event(locked, "task.copied", body))
