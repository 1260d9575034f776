"""Make a bearer token for the REST interface."""

import datetime as dt
import secrets

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotFoundError, mark
from engine.execution.tokens import hash_token
from engine.model import ApiToken, User


def create_token(session: Session, username: str, label: str, *, days: int | None = 365) -> str:
    """Make a token that acts as a person and give it: it is shown once, only its hash is stored.

    ``days`` until it ends; None never. Raises NotFoundError.
    """
    if session.scalar(select(User.id).where(User.username == username, User.active.is_(True))) is None:
        raise NotFoundError(mark("没有在职的用户 {username}。"), username=username)
    token = "qc_" + secrets.token_urlsafe(32)
    now = clock.now()
    row = {
        "username": username,
        "label": label,
        "token_hash": hash_token(token),
        "created_at": now,
        "expires_at": None if days is None else now + dt.timedelta(days=days),
    }
    session.execute(insert(ApiToken), [row])
    return token
