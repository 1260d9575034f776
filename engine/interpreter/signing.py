"""More and fewer people for a multi-instance task that is under way: 加签 and 减签.

Who is added counts as if the collection had held them from the beginning, who is removed as if it never had. The
library's own ``cancel`` of a child would leave the body waiting for ever; here the body counts for itself.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from SpiffWorkflow.task import Task as SpiffTask

from engine.errors import ConflictError, GoneError, InvalidError, mark
from engine.interpreter import detours, loops, turns
from engine.interpreter.environment import StuckError
from engine.interpreter.repeating_specs import MultiInstance, is_instance

if TYPE_CHECKING:
    from engine.interpreter.run import Run

Position = Literal["before", "after", "parallel"]


def body_of(task: SpiffTask) -> SpiffTask | None:
    """Give the body that a task is an instance of; None for a task that is done once."""
    return task.parent if is_instance(task) and isinstance(task.parent.task_spec, MultiInstance) else None


def queue(task: SpiffTask) -> list[object]:
    """Give the items of those whose turn comes after a task in a sequence, or the people who got their turns."""
    body = body_of(task)
    return turns.shown(body) if body is not None else []


def people(run: "Run", task: SpiffTask) -> list[str | None]:
    """Give who will be asked after a task in a sequence; None where only a rule can tell."""
    body, element = body_of(task), run.element(task)
    return turns.people(body, element.assignee if element is not None else None) if body is not None else []


def give_turns(task: SpiffTask, places: Sequence[int], person: str) -> None:
    """Let somebody get the turns at these places behind a task. Raises GoneError where there are none any more."""
    body = body_of(task)
    if body is None or not all(0 <= place < len(queue(task)) for place in places):
        raise _gone()
    turns.give(body, places, person)


def add(run: "Run", task: SpiffTask, item: object, position: Position, holder: str | None = None) -> None:
    """Add an instance for an item. In a sequence it comes next (``after``), or now and the present one after it.

    ``holder`` is who gets the present one again then; None where its rule is to say so once more. Raises InvalidError
    for a position that the kind of multi-instance does not know, ConflictError where it is stuck.
    """
    body = _open_body(task)
    state, sequential = body.internal_data["loop"], body.task_spec.loop.sequential
    if (position == "parallel") == sequential:
        raise InvalidError(
            mark("依次签只能加在前面或后面。") if sequential else mark("同时签的，只能并行加签。"), where="position"
        )
    if state["count"] >= loops.LIMIT:
        raise InvalidError(mark("人数已到上限 {limit}。"), where="people", limit=loops.LIMIT)
    count = int(state["count"])
    state["count"] = count + 1
    _lengthen(run, body)
    if not sequential:
        state["numbered"] = int(state.get("numbered", count)) + 1
        loops.add_instance(run, body, item, count, counter=state["numbered"])
    elif position == "after":
        turns.put_next(state, item)
    else:
        whose = {"person": holder, "token": int(task.id)} if holder is not None else None
        turns.put_next(state, run.scopes.values[task.id].get(body.task_spec.loop.item), whose)
        task.cancel()
        run.scopes.close(task.id)
        loops.add_instance(run, body, item, int(state["done"]))


def remove(run: "Run", task: SpiffTask, place: int | None = None) -> None:
    """Remove an open instance, or the one at a place of the queue behind it; the rest decides.

    The completion condition is asked again where somebody has signed. Raises InvalidError where nobody would be
    left although nobody has signed: an empty round would count as agreed to by all.
    """
    body = _open_body(task)
    state = body.internal_data["loop"]
    done = int(state["done"])
    if done == 0 and state["count"] <= 1:
        raise InvalidError(mark("只剩这一位，还没有人签，不能再减。请改为退回、驳回，或转给别人。"), where="task")
    if place is None:
        index = int(task.internal_data["index"])
        task.cancel()
        run.scopes.close(task.id)
    else:
        if not 0 <= place < len(state["items"]):
            raise InvalidError(mark("后面没有这一位，可能已经轮到。请刷新后再看。"), where="place")
        turns.take(state, place)
        index = done + 1 + place
    state["count"] = int(state["count"]) - 1
    _shorten(run, body, index)
    if done >= state["count"] or (done and _is_enough(run, body)):
        loops.end(run, body)
    elif place is None and body.task_spec.loop.sequential:
        loops.begin_next(run, body)


def reopen(run: "Run", token: int, assignee: str | None) -> None:
    """Let somebody do their part again, as if it had not been done; in a sequence whoever came next waits again.

    ``assignee`` is who gets it, whatever its rule says. Raises GoneError where it is over, or is not the last part
    of a sequence.
    """
    body, part = _kept(run, token)
    state, sequential = body.internal_data["loop"], body.task_spec.loop.sequential
    index, state["done"] = int(part["index"]), int(state["done"]) - 1
    if loops.pending(body) or (sequential and index != state["done"]):
        raise _gone()
    run.scopes.forget_part(token)
    for present in loops.active(body) if sequential else ():
        item = run.scopes.values[present.id].get(body.task_spec.loop.item)
        turns.put_next(state, item, turns.whose_is(present))
        present.cancel()
        run.scopes.close(present.id)
    if body.task_spec.loop.results:
        results = list(_results(run, body))
        results[index] = None
        run.scopes.values[body.id][body.task_spec.loop.results] = results
    again = loops.add_instance(run, body, part["item"], index, counter=int(part["counter"]))
    if assignee is not None:
        again.internal_data[detours.ASSIGNEE] = assignee


def _kept(run: "Run", token: int) -> tuple[SpiffTask, Mapping[str, Any]]:
    if token not in run.scopes.parts:
        raise _gone()
    part: dict[str, Any] = run.scopes.parts.peek(token)
    body = run.workflow.find_open(int(part["body"]))
    if body is None:
        raise _gone()
    return body, part


def _gone() -> GoneError:
    return GoneError(mark("流程刚刚已走到别处，请刷新后再看。"))


def _open_body(task: SpiffTask) -> SpiffTask:
    body = body_of(task)
    if body is None:
        raise InvalidError(mark("这个任务不是多实例。"), where="task")
    if loops.pending(body):
        raise ConflictError(mark("这一步正有异常要处理，处理之后才能加签和减签。"))
    return body


def _results(run: "Run", body: SpiffTask) -> list[Any]:
    name = body.task_spec.loop.results
    found = run.scopes.values[body.id].get(name) if name else None
    return found if isinstance(found, list) else []


def _lengthen(run: "Run", body: SpiffTask) -> None:
    if body.task_spec.loop.results:
        run.scopes.values[body.id][body.task_spec.loop.results] = [*_results(run, body), None]


def _shorten(run: "Run", body: SpiffTask, index: int) -> None:
    """Take a place out of the results; whoever stood behind it moves up."""
    if body.task_spec.loop.results:
        kept = [value for place, value in enumerate(_results(run, body)) if place != index]
        run.scopes.values[body.id][body.task_spec.loop.results] = kept
    for instance in loops.active(body):
        if int(instance.internal_data["index"]) > index:
            instance.internal_data["index"] = int(instance.internal_data["index"]) - 1
    for token in run.scopes.bodies.get(int(body.id), ()):
        place = int(str(run.scopes.parts.peek(token)["index"]))
        if place > index:
            run.scopes.parts[token]["index"] = place - 1


def _is_enough(run: "Run", body: SpiffTask) -> bool:
    try:
        return loops.is_enough(run, body, run.scopes.visible(body.id), done=int(body.internal_data["loop"]["done"]))
    except StuckError as error:
        raise InvalidError(error.message, where="task", **error.facts) from error
