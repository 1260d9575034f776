"""``process.start``: a case of another process, on its own from then on."""

from engine.connectors import reading
from engine.connectors.call import Call


def process_start(call: Call) -> dict[str, object]:
    """Start a case in the transaction of the task: it is there exactly when the task is done, and once.

    It belongs to the initiator of this case. Unlike a call activity nobody waits for its end. Inputs:
    ``processId``, ``variables`` (a context). Gives ``number``, that of the new case. Raises RefusedError or
    NotFoundError where no such process is published.
    """
    number = call.doors.start(reading.text(call.inputs, "processId"), reading.context(call.inputs, "variables"))
    return {"number": number}
