"""Write a comment on a case; who is mentioned with @ hears of it and may read the case."""

import re
from collections.abc import Iterator

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import InvalidError, mark
from engine.execution.locked import LockedCase, lock_instance
from engine.execution.readers import add_readers
from engine.execution.telling import tell
from engine.execution.write import write_event

LIMIT = 2000
"""Characters of a comment."""
TITLE = "{who}在评论里提到您"
_MENTION = re.compile(r"(?<![\w.])@([\w.-]+)")


def comment_case(session: Session, instance_id: int, text: str, actor: str) -> list[str]:
    """Add a comment to a running case, for ever: it is evidence. Give the usernames of those it mentions.

    A mention is ``@`` with a username or a whole name. For whoever may read the case. Raises NotFoundError,
    ConflictError where it has ended, InvalidError without a text or where a name is that of several people.
    """
    locked = lock_instance(session, instance_id, suspended_too=True)
    text = text.strip()
    if not 0 < len(text) <= LIMIT:
        raise InvalidError(mark("请写 1 到 {limit} 字。"), where="text", limit=LIMIT)
    people = [name for name in dict.fromkeys(_mentioned(locked, text)) if name != actor]
    add_readers(locked, "mention", people, by=actor)
    tell(locked, people, TITLE.format(who=locked.organisation.display_name(actor)), text)
    body = {"text": text, "people": people}
    write_event(locked, NewEvent(kind="case.commented", actor=actor, body=body))
    return people


def _mentioned(locked: LockedCase, text: str) -> Iterator[str]:
    known = [person for person in locked.organisation.people.values() if person.active]
    for name in _MENTION.findall(text):
        # Chinese has no space after a name: the longest name that the word begins with is meant.
        names = {full for person in known for full in (person.username, person.display_name) if name.startswith(full)}
        meant = max(names, key=len, default=None)
        found = [person.username for person in known if meant in (person.username, person.display_name)]
        if len(found) > 1:
            raise InvalidError(
                mark("有几位“{name}”，请写 @ 和用户名：{people}。"), where="text", name=meant, people="、".join(found)
            )
        yield from found
