"""Complete a task and die by SIGKILL: after the n-th statement, or with 0 right after the commit."""

import json
import os
import signal
import sys
from typing import Any

from sqlalchemy import event

from engine.commands.complete_task import complete_task
from engine.database import Database

VALUES = {"decision": "approve", "opinion": "同意", "completeness_checked": True, "compliance_checked": True}


def main(url: str, task_id: int, dies_at: int) -> None:
    """Complete the task, counting statements."""
    database = Database(url)
    count = 0

    @event.listens_for(database.engine, "after_cursor_execute")
    def after(*_arguments: Any) -> None:  # noqa: ANN401 - SQLAlchemy's six arguments
        nonlocal count
        count += 1
        if count == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with database.transaction() as session:
        complete_task(session, task_id, VALUES, "zhao.lei")
    if dies_at == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    sys.stdout.write(json.dumps(count))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
