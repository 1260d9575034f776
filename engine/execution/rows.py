"""Conditional writes: how many rows they changed is how one learns who was first."""

from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update
from sqlalchemy.orm import Session

from engine.execution.statements import Statement


def changed(session: Session, statement: Update | Delete | Statement, **values: object) -> int:
    """Run an UPDATE or DELETE, with the values of its parameters, and give the number of rows it changed."""
    if isinstance(statement, Statement):
        return statement.run(session, values)
    return cast("CursorResult[Any]", session.execute(statement, values or None)).rowcount
