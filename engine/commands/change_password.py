"""Change one's own password."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.errors import InvalidError, mark
from engine.execution.passwords import hash_password, verify_password
from engine.model import User

SHORTEST = 8


def change_password(session: Session, username: str, present: str, wanted: str) -> int:
    """Set a new password, end all other sessions of the person, and give the new session epoch.

    Raises InvalidError where the present password is wrong or the new one is too short or the same.
    """
    row = session.execute(
        select(User.id, User.password_hash, User.session_epoch).where(User.username == username)
    ).one()
    if not verify_password(row.password_hash, present):
        raise InvalidError(mark("当前密码不正确。"), where="present")
    if len(wanted) < SHORTEST:
        raise InvalidError(mark("新密码至少要有 {shortest} 个字符。"), where="wanted", shortest=SHORTEST)
    if wanted == present:
        raise InvalidError(mark("新密码不能与当前密码相同。"), where="wanted")
    epoch = int(row.session_epoch) + 1
    session.execute(
        update(User).where(User.id == row.id).values(password_hash=hash_password(wanted), session_epoch=epoch)
    )
    return epoch
