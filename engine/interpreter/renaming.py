"""What a multi-instance activity has begun with, under the names that another version has for it."""

from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter.diagram import Loop
from engine.interpreter.watching import AWAY

if TYPE_CHECKING:
    from engine.interpreter.run import Run


def rename(run: "Run", body: SpiffTask, before: Loop) -> None:
    """Keep the results and the items of the instances; what only the new version collects is collected from now on."""
    loop, state = body.task_spec.loop, body.internal_data.get("loop", {})
    if "count" not in state:
        return
    if loop.results != before.results:
        values = run.scopes.values[body.id]
        collected = values.pop(before.results, None) if before.results else None
        if loop.results:
            values[loop.results] = [None] * int(state["count"]) if collected is None else collected
    if before.item and loop.item and loop.item != before.item:
        for instance in body.children:
            _rename(run.scopes.values.get(instance.id, {}), before.item, loop.item)
            if AWAY in instance.peek:
                # What it comes back with.
                _rename(instance.internal_data[AWAY]["values"], before.item, loop.item)


def _rename(values: dict[str, object], before: str, name: str) -> None:
    if before in values:
        values[name] = values.pop(before)
