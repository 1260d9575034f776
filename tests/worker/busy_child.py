"""A worker in a process of its own that tells when it is in the middle of a job, and then never ends it."""

import sys
import threading

from engine.connectors import CONNECTORS, Call
from engine.database import Database
from engine.worker.queue_worker import QueueWorker


def hang(_call: Call) -> dict[str, object]:
    """Do as a machine does whose plug is about to be pulled."""
    print("busy", flush=True)  # noqa: T201 - what the test waits for
    threading.Event().wait()
    return {}


CONNECTORS["register.save"] = hang  # type: ignore[index] # in this process only
QueueWorker(Database(sys.argv[1], hands_out=True), "busy", dead_after=2).run()
