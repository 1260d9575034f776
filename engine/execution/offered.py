"""Whether the task at hand offers an operation."""

from engine.errors import ForbiddenError, mark
from engine.execution.locked import LockedCase
from engine.interpreter.offered import LABELS, UNLESS_SAID, Offered, offered, offers

__all__ = ["LABELS", "UNLESS_SAID", "Offered", "is_offered", "offered", "require_offered"]


def offered_by(locked: LockedCase) -> Offered:
    """Give what the locked task offers, by the version its case runs on."""
    return offered(locked.definition.process.elements.get(locked.work.element_id))


def is_offered(locked: LockedCase, operation: str) -> bool:
    """Tell whether the locked task offers one operation."""
    return offers(locked.definition.process.elements.get(locked.work.element_id), operation)


def require_offered(locked: LockedCase, operation: str) -> None:
    """Refuse an operation that the diagram does not offer on the task. Raises ForbiddenError."""
    if not is_offered(locked, operation):
        raise ForbiddenError(
            mark("“{name}”这一步不提供{operation}。请联系流程负责人。"),
            name=locked.work.task_name,
            operation=LABELS[operation],
        )
