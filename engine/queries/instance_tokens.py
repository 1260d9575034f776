"""Where the tokens of a running case stand."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import InvalidError, NotFoundError, mark
from engine.execution.immutable import definition
from engine.interpreter import Case, Environment
from engine.model import ProcessInstance


def tokens_at(session: Session, instance_id: int, element_id: str) -> list[int]:
    """Give the tokens at an element. Raises NotFoundError, or InvalidError where there is none."""
    row = session.execute(
        select(ProcessInstance.body, ProcessInstance.definition_id).where(ProcessInstance.id == instance_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(mark("没有编号为 {number} 的记录。"), number=instance_id)
    of = definition(session, row.definition_id)
    found = Case.wake(row.body, of.specification, Environment(now=clock.now())).tokens_at(element_id)
    if not found:
        raise InvalidError(mark("元素 {element} 上没有令牌。"), where="sourceElementId", element=element_id)
    return found
