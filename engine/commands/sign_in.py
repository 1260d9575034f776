"""Check a name and password."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.errors import UnauthenticatedError, mark
from engine.execution.passwords import hash_password, is_outdated, verify_password
from engine.model import User


def sign_in(session: Session, username: str, password: str) -> str:
    """Give the username of the person who may sign in. Raises UnauthenticatedError, the same for every cause."""
    row = session.execute(
        select(User.id, User.username, User.password_hash).where(
            User.username == username.strip().lower(), User.active.is_(True)
        )
    ).one_or_none()
    if not verify_password(row.password_hash if row is not None else None, password) or row is None:
        raise UnauthenticatedError(mark("用户名或密码不正确。"), where="password")
    if is_outdated(row.password_hash):
        session.execute(update(User).where(User.id == row.id).values(password_hash=hash_password(password)))
    return str(row.username)
