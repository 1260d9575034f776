"""Multi-instance: instances of an activity, one after the other or all at once, and when they are enough.

Scopes nest as Camunda's do: the body holds the collected results, each instance its item and loop counter.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import mark
from engine.feel.naming import RESERVED
from engine.interpreter import rules, turns
from engine.interpreter.diagram import Element
from engine.interpreter.environment import StuckError, overwritten
from engine.interpreter.offered import offered
from engine.interpreter.task_specs import UserTask

if TYPE_CHECKING:
    from engine.interpreter.run import Run

LIMIT = 10_000
"""Instances of one activity."""
_READ = re.compile(r"\s*=?\s*(?P<name>[^\W\d]\w*)(\s*\.\s*[^\W\d]\w*)*\s*")
_VALUES = frozenset({"true", "false", "null"})


def run_loop(run: "Run", body: SpiffTask) -> bool:
    """Begin the instances of a multi-instance body; give True when there is nothing (more) to wait for."""
    state = body.internal_data.get("loop")
    if state is None:
        return _begin(run, body)
    # An instance's result or the completion condition failed; somebody has mended the data since.
    waiting, state["pending"] = _pending(state), []
    for token in waiting:
        if not body.internal_data["loop"].get("ended"):
            instance_done(run, body, body.workflow.tasks[token])
    return bool(body.internal_data["loop"].get("ended"))


def instance_done(run: "Run", body: SpiffTask, instance: SpiffTask) -> None:
    """Take the result of an instance that has ended; then end the body, begin the next one or wait on."""
    state = body.internal_data["loop"]
    if _pending(state):
        # The body is stuck: what ends meanwhile is taken in when it goes on.
        state["pending"] = [*_pending(state), instance.id]
        return
    try:
        _collect(run, body, instance)
        enough = is_enough(run, body, run.scopes.visible(instance.id), done=state["done"] + 1)
    except StuckError as error:
        state["pending"] = [instance.id]
        run.mark_stuck(body, error)
        return
    state["done"] += 1
    _remember(run, body, instance)
    run.scopes.close(instance.id)
    if enough or state["done"] >= state["count"]:
        end(run, body)
    elif body.task_spec.loop.sequential:
        begin_next(run, body)


def _remember(run: "Run", body: SpiffTask, instance: SpiffTask) -> None:
    """Keep what a person's part began with, so that they can take it back while the others go on."""
    loop = body.task_spec.loop
    of_person = isinstance(instance.task_spec, UserTask) and "takeBack" in offered(run.element(instance))
    if not of_person or not loop.item:
        return
    local = run.scopes.values[instance.id]
    part: dict[str, object] = {"body": int(body.id), "index": int(instance.internal_data["index"])}
    run.scopes.keep_part(int(instance.id), part | {"counter": local.get("loopCounter"), "item": local.get(loop.item)})


def pending(body: SpiffTask) -> list[int]:
    """Give the instances of a body that have ended and whose result could not be taken yet."""
    return _pending(body.peek.get("loop", {}))


def _pending(state: dict[str, Any]) -> list[int]:
    found = state.get("pending")
    if isinstance(found, (int, Decimal)):  # as cases of the first version have stored it
        return [int(found)]
    return [int(token) for token in found or ()]


def take_away(run: "Run", body: SpiffTask, instance: SpiffTask) -> None:
    """Take one instance away: it counts as ended, without a result."""
    state = body.internal_data["loop"]
    instance.cancel()
    state["done"] += 1
    if state["done"] >= state["count"]:
        end(run, body)
    elif body.task_spec.loop.sequential:
        begin_next(run, body)


def give_up(run: "Run", body: SpiffTask) -> None:
    """End a body that got stuck, with the results it has."""
    # One that has not begun may have local variables all the same: somebody has set them.
    if "count" in body.internal_data.get("loop", {}):
        for token in pending(body):
            # What ended while it was stuck has a result all the same, if it can be told.
            with suppress(StuckError):
                _collect(run, body, body.workflow.tasks[token])
        end(run, body)
    else:
        run.scopes.close(body.id)
        body.internal_data["loop"] = {"ended": True, "pending": []}
        body._set_state(TaskState.READY)


def _begin(run: "Run", body: SpiffTask) -> bool:
    loop = body.task_spec.loop
    scopes = run.scopes
    items = run.env.evaluate(loop.collection, run.visible(body))
    if not isinstance(items, list) or len(items) > LIMIT:
        raise StuckError(
            "collection_not_list",
            mark("多实例的集合“{expression}”应为列表（至多 {limit} 项）。请检查其中的变量是否已有值。"),
            expression=loop.collection,
            limit=LIMIT,
        )
    items = [rules.as_json({"item": item})["item"] for item in items]
    body.internal_data["loop"] = {"count": len(items), "done": 0, "items": [], "ended": not items, "pending": []}
    # Where it was stuck, somebody may have given it variables of its own.
    outer = scopes.parents[body.id] if body.id in scopes.values else run.scope_of(body)
    results = {loop.results: [None] * len(items)} if loop.results else {}
    scopes.open(body.id, outer, {**scopes.values.get(body.id, {}), **results})
    if not items:
        _publish_results(run, body)
        return True
    if loop.sequential:
        body.internal_data["loop"]["items"] = items[1:]
        items = items[:1]
    # STARTED before the first instance begins: an instance may end at once and ask how its body stands.
    body._set_state(TaskState.STARTED)
    for index, item in enumerate(items):
        if not body.internal_data["loop"]["ended"]:
            add_instance(run, body, item, index)
    return False


def add_instance(run: "Run", body: SpiffTask, item: object, index: int, *, counter: int | None = None) -> SpiffTask:
    """Begin one instance and give it; ``index`` is where its result goes, ``counter`` another loop counter."""
    loop = body.task_spec.loop
    instance = body._add_child(body.workflow.spec.task_specs[body.task_spec.inner], TaskState.FUTURE)
    # Children that are not triggered are taken away when the library compares them with the outgoing flows.
    instance.triggered = True
    instance.internal_data["index"] = index
    local: dict[str, Any] = {"loopCounter": counter or index + 1}
    if loop.result and (name := _variable(loop.result)):
        # Its own from the beginning, so that what one instance brings is not taken for another's.
        local[name] = None
    if loop.item:
        local[loop.item] = item
    run.scopes.open(instance.id, body.id, local)
    instance.task_spec._update(instance)
    return instance


def begin_next(run: "Run", body: SpiffTask) -> None:
    """Begin the instance whose turn has come."""
    state = body.internal_data["loop"]
    item, whose = turns.take(state)
    turns.assign(add_instance(run, body, item, int(state["done"])), whose)


def _variable(expression: str) -> str | None:
    """Give the variable that a result is read from, be it a part of it; None for any other expression."""
    found = _READ.fullmatch(expression)
    return found["name"] if found is not None and found["name"] not in RESERVED | _VALUES | {"loopCounter"} else None


def written_together(element: Element, answered: Iterable[str]) -> tuple[str, ...]:
    """Give the variables that all instances of a parallel user task write, of those that somebody answers with it.

    What an input mapping sets, the item, and the variable that the result is read from are each instance's own.
    """
    loop = element.loop
    if loop is None or loop.sequential or element.kind != "userTask":
        return ()
    own = {_first(mapped.target) for mapped in element.inputs} | {loop.item, _variable(loop.result or "")}
    written = {_first(mapped.target) for mapped in element.outputs}
    names = dict.fromkeys(_first(name) for name in answered)
    return tuple(name for name in names if name not in own and (not element.outputs or name in written))


def _first(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _collect(run: "Run", body: SpiffTask, instance: SpiffTask) -> None:
    loop = body.task_spec.loop
    if not loop.results or not loop.result:
        return
    value = run.env.evaluate(loop.result, run.scopes.visible(instance.id))
    place = int(instance.peek["index"])
    collected = run.scopes.values.peek(body.id).get(loop.results)
    if not isinstance(collected, list) or place >= len(collected):
        raise overwritten(loop.results)
    run.scopes.values.set_element(body.id, loop.results, place, rules.as_json({"value": value})["value"])


def is_enough(run: "Run", body: SpiffTask, visible: Mapping[str, object], *, done: int) -> bool:
    """Ask the completion condition, after so many instances; what it sees besides the counts is ``visible``."""
    loop, state = body.task_spec.loop, body.internal_data["loop"]
    if not loop.completion:
        return False
    variables = {
        **visible,
        "numberOfInstances": state["count"],
        "numberOfCompletedInstances": done,
        "numberOfTerminatedInstances": 0,
    }
    if "numberOfActiveInstances" in loop.completion:
        variables["numberOfActiveInstances"] = 0 if loop.sequential else _count_active(run, body)
    return run.env.evaluate(loop.completion, variables) is True


def _count_active(run: "Run", body: SpiffTask) -> int:
    """Give how many instances of a body are open, without looking at each where they were counted."""
    inside = run.watch.inside(body.workflow)
    return inside.active.get(body.id, 0) if inside is not None else len(active(body))


def active(body: SpiffTask) -> list[SpiffTask]:
    """Give the instances of a body that are open."""
    unfinished = body.workflow.tasks.open
    children = [unfinished[number] for number in body._children if number in unfinished]
    return [child for child in children if child.task_spec.name == body.task_spec.inner]


def end(run: "Run", body: SpiffTask) -> None:
    """End a body with the results it has; what is open is taken away."""
    for instance in active(body):
        instance.cancel()
    _publish_results(run, body)
    run.scopes.forget_parts(int(body.id))
    body.internal_data["loop"] = {"ended": True, "pending": []}
    body._set_state(TaskState.READY)


def _publish_results(run: "Run", body: SpiffTask) -> None:
    results = body.task_spec.loop.results
    outer = run.scopes.parents[body.id]
    if results:
        run.scopes.propagate(outer, {results: run.scopes.values[body.id][results]})
    run.scopes.close(body.id)
