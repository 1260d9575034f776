"""People by what somebody types of them: for fields that name a colleague."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.organisation import Organisation, organisation
from engine.organisation.snapshot import Person

OFFERED = 8
"""People listed for what is typed: what a phone shows without scrolling."""


def people_like(session: Session, text: str) -> list[tuple[str, str]]:
    """Give username and what to show of each active person whose name or username has the text, the nearest first."""
    wanted = text.strip().lower()
    if not wanted:
        return []
    found = [person for person in _active(organisation(session)) if wanted in _text(person)]
    found.sort(key=lambda person: (not _text(person).startswith(wanted), person.username))
    return [(person.username, shown(person)) for person in found[:OFFERED]]


def person_named(session: Session, text: str, where: str) -> str:
    """Give the username of the one active person who is meant by a name, a username, or both.

    Raises InvalidError for nobody, or where several have the name.
    """
    wanted = text.strip()
    if not wanted:
        raise InvalidError(mark("请填写姓名。"), where=where)
    found = [person for person in _active(organisation(session)) if wanted in _names(person)]
    if not found:
        raise InvalidError(mark("没有在职的“{name}”。请填写姓名或用户名。"), where=where, name=wanted)
    if len(found) > 1:
        raise InvalidError(
            mark("有 {count} 位“{name}”，请写明是哪一位：{people}。"),
            where=where,
            count=len(found),
            name=wanted,
            people="、".join(shown(person) for person in found),
        )
    return found[0].username


def anybody_named(session: Session, text: str, where: str) -> str:
    """Give the username of somebody who may have left already: by username, or as ``person_named`` does."""
    known = organisation(session).people
    return text.strip() if text.strip() in known else person_named(session, text, where)


def people_named(session: Session, text: str, where: str) -> list[str]:
    """Give the usernames of several people, separated by commas or the Chinese signs for them."""
    for sign in "，、；;\n":
        text = text.replace(sign, ",")
    names = [name for name in map(str.strip, text.split(",")) if name]
    if not names:
        raise InvalidError(mark("请填写姓名。"), where=where)
    return list(dict.fromkeys(person_named(session, name, where) for name in names))


def shown(person: Person) -> str:
    """Give how a person is written so that nobody else is meant."""
    return f"{person.display_name}（{person.username}）"


def _names(person: Person) -> tuple[str, ...]:
    return person.username, person.display_name, shown(person), f"{person.display_name}({person.username})"


def _text(person: Person) -> str:
    return f"{person.display_name} {person.username} {person.department or ''}".lower()


def _active(known: Organisation) -> Iterable[Person]:
    return (person for person in known.people.values() if person.active)
