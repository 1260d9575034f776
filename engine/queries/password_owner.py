"""Whose a name and password are."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import UnauthenticatedError, mark
from engine.execution.passwords import verify_password
from engine.model import User


def password_owner(session: Session, username: str, password: str) -> str:
    """Give the username of the person who may sign in. Raises UnauthenticatedError, the same for every cause.

    Only reads, so that no writer waits while the password is hashed.
    """
    if "\x00" in username:
        # PostgreSQL has no such text; nobody has such a name.
        username = ""
    row = session.execute(
        select(User.username, User.password_hash).where(
            User.username == username.strip().lower(), User.active.is_(True)
        )
    ).one_or_none()
    if not verify_password(row.password_hash if row is not None else None, password) or row is None:
        raise UnauthenticatedError(mark("用户名或密码不正确。"), where="password")
    return str(row.username)
