"""Compensation: undoing, in reverse order, what was completed (BPMN 2.0, 10.5.6 and 13.5.5).

The handlers run one after the other, in the process or sub-process they are drawn in. Those inside a completed
sub-process see the variables it had when it completed, and around them the variables as they are now, as in Camunda 8.
A handler undoes a multi-instance activity as a whole, a standard loop round by round.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter import events
from engine.interpreter.compensation_specs import Cancel, Compensate, Revived
from engine.interpreter.diagram import Element
from engine.interpreter.ledger import Done
from engine.interpreter.outcome import Passage
from engine.interpreter.repeating_specs import MultiInstance, Repeated, is_instance
from engine.interpreter.scopes import ROOT, Values
from engine.interpreter.task_specs import SubProcess
from engine.interpreter.workflow import SubWorkflow

if TYPE_CHECKING:
    from engine.interpreter.run import Run


# -- keeping what can be compensated ------------------------------------------------------------------


def note_completed(run: "Run", task: SpiffTask, element: Element) -> None:
    """Keep a completed activity for compensation, where it has a handler or something inside it has one."""
    process = run.specification.process
    if not (process.handlers or process.undoing):
        return
    inside = run.ledger.take_all(task.id)
    if element.for_compensation or element.id in process.undoing.values():
        return
    body, spec = _body_of(task), task.task_spec
    handled = element.id in process.handlers and not (body is not None and isinstance(body.task_spec, MultiInstance))
    level = body.id if body is not None else _level(task)
    if isinstance(spec, Repeated) and not isinstance(spec, MultiInstance):
        run.ledger.add(level, *inside)
        return
    revived = isinstance(spec, SubProcess) and (bool(inside) or element.id in process.undoing)
    if handled or inside or revived:
        done = Done(
            number=run.workflow.counter.next(),
            activity=element.id,
            handled=handled,
            revived=revived,
            variables=dict(run.scopes.values.get(task.id, {})) if revived else {},
            inside=inside,
        )
        run.ledger.add(level, done)


def _body_of(task: SpiffTask) -> SpiffTask | None:
    """Give the repeated activity that a task is one instance of."""
    return task.parent if is_instance(task) else None


def _level(task: SpiffTask) -> int:
    token = task.workflow.parent_task_id
    return ROOT if token is None else int(token)


# -- throwing it --------------------------------------------------------------------------------------


def is_waited_for(run: "Run", throw: SpiffTask) -> bool:
    """Begin what an event has to undo before it can be left; tell whether there is anything to wait for."""
    if not isinstance(throw.task_spec, Compensate) or "compensation" in throw.peek:
        return False
    if isinstance(throw.task_spec, Cancel):
        _cancel_the_rest(throw)
    _plan(run, throw)
    if _advance(run, throw):
        return False
    run.note(throw, "entered")
    throw._set_state(TaskState.STARTED)
    return True


def is_compensating(task: SpiffTask) -> bool:
    """Tell whether a token is there to undo something, or waits for what it has begun to undo."""
    state = task.internal_data.get("compensation")
    return isinstance(task.task_spec, Revived) or (state is not None and not state["over"])


def handler_done(run: "Run", handler: SpiffTask) -> None:
    """Let the event that started a handler go on; a handler that was taken away counts as done."""
    throw = run.workflow.find(handler.internal_data["undoes"])
    if throw is not None and throw.state == TaskState.STARTED and _advance(run, throw):
        throw._set_state(TaskState.READY)


def stop(run: "Run", throw: SpiffTask) -> None:
    """Take away what an event has begun when it is taken away itself."""
    state = throw.internal_data.get("compensation")
    if state is not None and not state["over"]:
        run.note(throw, "canceled")
    places = [run.workflow.find(place) for place in state["places"]] if state is not None else []
    for begun in [child for place in places if place is not None for child in place.children]:
        if begun.internal_data.get("undoes") == throw.id and not begun.has_state(TaskState.FINISHED_MASK):
            begun.cancel()


def _plan(run: "Run", throw: SpiffTask) -> None:
    """Take from the ledger what the event concerns, and write down the steps to undo it, the latest first."""
    element = run.element(throw)
    wanted = element.compensates if element is not None else None
    places = {_level(throw): throw.id}
    around = _event_sub_process_around(run, throw)
    if around is not None:
        places[_level(around)] = around.id
    taken = run.ledger.take(list(places), lambda done: wanted in {None, done.activity})
    steps = [step for level, done in reversed(taken) for step in (["at", places[level]], *_steps(run, done))]
    throw.internal_data["compensation"] = {"steps": steps, "places": list(places.values()), "over": False}


def _event_sub_process_around(run: "Run", throw: SpiffTask) -> SpiffTask | None:
    """Give the event sub-process an event stands in: what it handles happened around it."""
    if throw.workflow is run.workflow:
        return None
    task = run.workflow.get_task_from_id(throw.workflow.parent_task_id)
    element = run.element(task)
    return task if element is not None and element.triggered_by_event else None


def _steps(run: "Run", done: Done) -> Iterator[list[Any]]:
    if done.handled:
        yield ["undo", done.number, done.activity]
    event_sub_process = run.specification.process.undoing.get(done.activity) if done.revived else None
    if event_sub_process is not None:
        # It takes the place of undoing what is inside; it may throw compensation for that itself.
        yield ["revive", done.activity, done.variables, [one.as_list() for one in done.inside]]
        yield ["begin", event_sub_process]
        yield ["forget"]
        return
    if done.revived:
        yield ["revive", done.activity, done.variables, []]
    for one in reversed(done.inside):
        yield from _steps(run, one)
    if done.revived:
        yield ["forget"]


def _advance(run: "Run", throw: SpiffTask) -> bool:
    """Take the next steps up to one that has to be waited for; give True when none is left."""
    state = throw.internal_data["compensation"]
    while state["steps"]:
        what, *facts = state["steps"].pop(0)
        if what == "at":
            (state["place"],) = facts
        elif what == "revive":
            _revive(run, throw, *facts)
        elif what == "forget":
            _forget(run, throw)
        else:
            if what == "undo":
                number, activity = facts
                handler = run.specification.process.handlers[activity]
                run.passages.append(Passage(element_id=handler.boundary, token=int(number), what="completed"))
                _begin(run, throw, handler.activity)
            else:
                _begin(run, throw, *facts)
            return False
    state["over"] = True
    return True


def _begin(run: "Run", throw: SpiffTask, element_id: str) -> None:
    place = _place(run, throw)
    spec = place.workflow.spec.task_specs[place.workflow.spec.undoing[element_id]]
    handler = place._add_child(spec, TaskState.FUTURE)
    # Children that are not triggered are taken away when the library compares them with the outgoing flows.
    handler.triggered = True
    handler.internal_data["undoes"] = throw.id
    spec._predict(handler, mask=TaskState.NOT_FINISHED_MASK)
    spec._update(handler)


def _place(run: "Run", throw: SpiffTask) -> SpiffTask:
    """Give the task that handlers are begun under."""
    return run.workflow.get_task_from_id(throw.internal_data["compensation"]["place"])


def _revive(run: "Run", throw: SpiffTask, sub_process: str, variables: Values, inside: list[list[Any]]) -> None:
    """Let a completed sub-process be there again: its scope and a place for its handlers, but none of its tokens."""
    place = _place(run, throw)
    specs = place.workflow.spec
    revived = place._add_child(specs.task_specs[specs.revivals[sub_process]], TaskState.FUTURE)
    revived.triggered = True
    revived.internal_data["undoes"] = throw.id
    revived._set_state(TaskState.STARTED)
    outer = place.workflow.parent_task_id
    run.scopes.open(revived.id, run.scopes.enclosing(outer) if outer is not None else ROOT, variables)
    run.ledger.add(revived.id, *(Done.from_list(one) for one in inside))
    flow = SubWorkflow(
        run.workflow.subprocess_specs[revived.task_spec.spec], revived.id, run.workflow, deserializing=True
    )
    run.workflow.subprocesses[revived.id] = flow
    flow.task_tree = SpiffTask(flow, flow.spec.start)
    flow.task_tree._set_state(TaskState.COMPLETED)
    throw.internal_data["compensation"]["place"] = flow.task_tree.id


def _forget(run: "Run", throw: SpiffTask) -> None:
    """Let a sub-process be gone again, with what has not been undone inside."""
    revived = run.workflow.get_task_from_id(_place(run, throw).workflow.parent_task_id)
    run.workflow.subprocesses.pop(revived.id)
    run.scopes.close(revived.id)
    run.ledger.take_all(revived.id)
    revived._set_state(TaskState.COMPLETED)
    throw.internal_data["compensation"]["place"] = revived.parent.id


# -- cancelling a transaction -------------------------------------------------------------------------


def _cancel_the_rest(cancel: SpiffTask) -> None:
    """Take away everything in the transaction but the cancel event itself."""
    for other in list(cancel.workflow.tasks.open.values()):
        if other is not cancel and not other.is_descendant_of(cancel):
            other.cancel()


def leave_transaction(run: "Run", cancel: SpiffTask) -> None:
    """Leave by the cancel event on the border; the transaction is interrupted by it."""
    run.note(cancel, "completed")
    transaction = run.workflow.get_task_from_id(cancel.workflow.parent_task_id)
    catcher = next(event for event in events.on_border(transaction) if _event(run, event) == "cancel")
    events.fire(run, catcher)


def _event(run: "Run", task: SpiffTask) -> str | None:
    element = run.element(task)
    return element.event if element is not None else None
