"""What a multi-instance activity has begun with, under the names that another version has for it."""

from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter.diagram import Loop

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
        for token in [instance.id for instance in body.children if instance.id in run.scopes.values]:
            local = run.scopes.values[token]
            local[loop.item] = local.pop(before.item, None)
