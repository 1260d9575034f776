"""``message.publish``: a message to other cases, or to start one."""

import datetime as dt

from engine.connectors import reading
from engine.connectors.call import Call


def message_publish(call: Call) -> dict[str, object]:
    """Publish a message in the transaction of the task: it goes out exactly when the task is done.

    Inputs: ``messageName``, ``correlationKey`` (may be empty for a message that starts a case), ``variables`` (a
    context), ``timeToLive`` (``PT1H``; none: only who waits already gets it), ``messageId`` (the same one again is
    the same message while the first lives). Gives ``message``, its number, and ``delivered``, to how many
    processes it went at once. Raises RefusedError.
    """
    message_id = reading.text(call.inputs, "messageId", "")
    return call.doors.publish(
        reading.text(call.inputs, "messageName"),
        reading.text(call.inputs, "correlationKey", ""),
        reading.context(call.inputs, "variables"),
        time_to_live=reading.duration(call.inputs, "timeToLive", dt.timedelta(0)),
        message_id=message_id or None,
    )
