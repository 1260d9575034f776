"""Choose the language one reads."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.model import User

LOCALES = ("zh_Hans_CN", "en")


def set_locale(session: Session, username: str, locale: str) -> None:
    """Remember a person's language. Raises InvalidError for one the product doesn't speak."""
    if locale not in LOCALES:
        raise InvalidError(mark("没有语言 {locale}。"), where="locale", locale=locale)
    session.execute(update(User).where(User.username == username).values(locale=locale))
