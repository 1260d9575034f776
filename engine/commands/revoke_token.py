"""End a bearer token."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotFoundError, mark
from engine.execution.rows import changed
from engine.model import ApiToken


def revoke_token(session: Session, token_id: int, username: str) -> None:
    """End a token of a person at once. Raises NotFoundError."""
    done = changed(
        session,
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.username == username, ApiToken.revoked_at.is_(None))
        .values(revoked_at=clock.now()),
    )
    if done != 1:
        raise NotFoundError(mark("没有编号为 {number} 的有效令牌。"), number=token_id)
