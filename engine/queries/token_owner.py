"""Whose a bearer token is."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import UnauthenticatedError, mark
from engine.execution.tokens import hash_token
from engine.model import ApiToken, User


def token_owner(session: Session, token: str) -> str:
    """Give the username of the person a token acts as.

    Raises UnauthenticatedError, the same for a token that is unknown, ended or revoked, or whose person has left.
    """
    username = session.scalar(
        select(ApiToken.username)
        .join(User, User.username == ApiToken.username)
        .where(
            ApiToken.token_hash == hash_token(token),
            ApiToken.revoked_at.is_(None),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > clock.now()),
            User.active.is_(True),
        )
    )
    if username is None:
        raise UnauthenticatedError(mark("令牌无效或已过期。请用 qucheng token create 重新创建。"))
    return username
