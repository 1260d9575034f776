"""What kind of work a job is, in the words of the published API."""

from typing import Literal, cast

JobKind = Literal["BPMN_ELEMENT", "EXECUTION_LISTENER", "TASK_LISTENER"]
ListenerEvent = Literal[
    "UNSPECIFIED", "START", "END", "CREATING", "ASSIGNING", "UPDATING", "COMPLETING", "CANCELING"
]  # fmt: skip


def kind_of(listener: str | None) -> JobKind:
    """Give the kind of a job by the moment it listens to."""
    if listener is None:
        return "BPMN_ELEMENT"
    return "EXECUTION_LISTENER" if listener in {"start", "end"} else "TASK_LISTENER"


def event_of(listener: str | None) -> ListenerEvent:
    """Give the moment a job listens to."""
    return cast("ListenerEvent", listener.upper()) if listener is not None else "UNSPECIFIED"
