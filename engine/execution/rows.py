"""Conditional writes: how many rows they changed is how one learns who was first."""

from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update
from sqlalchemy.orm import Session

from engine.errors import ConflictError, mark


def changed(session: Session, statement: Update | Delete) -> int:
    """Run an UPDATE or DELETE and give the number of rows it changed."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def overtaken(task: str) -> ConflictError:
    """Say that somebody else was faster with a task, to whoever has changed no row of it."""
    return ConflictError(mark("任务“{name}”刚刚被别人处理，请刷新后再看。"), name=task)
