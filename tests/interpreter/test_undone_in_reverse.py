"""Whatever was done, however it is nested: it is undone once, and in exactly the reverse order."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_case import Run
from tests.interpreter.test_compensation import MANY, handler, line, sub, throw, undoable, undone
from tests.interpreter.test_elements import written


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[int], list[str]]:
    """Give how many tasks each of some branches holds (1: a plain task, more: a sub-process), and the order of work."""
    branches = draw(st.lists(st.integers(1, 3), min_size=1, max_size=5))
    work = [f"a{branch}_{step}" for branch, steps in enumerate(branches) for step in range(steps)]
    order = draw(st.permutations(work))
    ranked = sorted(order, key=lambda task: (task.split("_")[0], int(task.split("_")[1])))
    steps = {
        branch: [task for task in ranked if task.startswith(f"{branch}_")] for branch in {t.split("_")[0] for t in work}
    }
    in_order = [steps[task.split("_")[0]].pop(0) for task in order]
    return branches, in_order[: draw(st.integers(0, len(in_order)))]


def expected(branches: list[int], done: list[str]) -> list[str]:
    """Undo what is complete, the latest first; a sub-process counts when its last task was done."""
    undone_tasks: list[str] = []
    for task in reversed(done):
        branch, step = (int(part) for part in task[1:].split("_"))
        if step == branches[branch] - 1:
            undone_tasks += [f"undo_a{branch}_{one}" for one in reversed(range(branches[branch]))]
    return undone_tasks


@given(histories())
def test_whatever_was_completed_is_undone_once_and_in_exactly_the_reverse_order(
    history: tuple[list[int], list[str]],
) -> None:
    branches, done = history
    nodes, flows = '<bpmn:parallelGateway id="g"/>' + user_task("begin") + throw(), {"start->g": "g0", "g->begin": "g1"}
    for number, steps in enumerate(branches):
        tasks = [f"a{number}_{step}" for step in range(steps)]
        inside = "".join(undoable(task) for task in tasks)
        nodes += inside if steps == 1 else sub(f"s{number}", inside, *tasks)
        name = tasks[0] if steps == 1 else f"s{number}"
        flows |= {f"g->{name}": f"in{number}", f"{name}->end": f"out{number}"}
    run = Run(written(START + nodes + END, {**flows, "begin->throw": "t1", "throw->end": "t2"}))
    for task in done:
        run.complete(task)
    run.complete("begin")
    order = []
    while any(waiting.startswith("undo") for waiting in run.waiting):
        (now,) = [waiting for waiting in run.waiting if waiting.startswith("undo")]
        order.append(now)
        run.complete(now)
    assert order == expected(branches, done)
    for _ in range(sum(branches) - len(done)):
        run.complete(run.waiting[0])
    assert run.outcome.ended


@dataclass(frozen=True)
class Step:
    """One step of a path; for a sub-process also the path inside, and whether something undoes it as a whole."""

    kind: str
    inside: tuple["Step", ...] = ()
    handled: bool = False
    id: str = ""


PLAIN = st.sampled_from([Step("task"), Step("task"), Step("throw")])


def nested(paths: st.SearchStrategy[tuple[Step, ...]]) -> st.SearchStrategy[tuple[Step, ...]]:
    """Put paths into sub-processes, and those into paths."""
    kinds = st.sampled_from(["sub", "many", "transaction", "cancelled"])
    step = st.one_of(PLAIN, st.builds(Step, kinds, paths, st.booleans()))
    return st.lists(step, min_size=1, max_size=3).map(tuple)


PATHS = st.recursive(st.lists(PLAIN, min_size=1, max_size=3).map(tuple), nested, max_leaves=8)


def numbered(path: tuple[Step, ...], numbers: Iterator[int]) -> tuple[Step, ...]:
    """Give each step an id."""
    return tuple(
        replace(step, id=f"{step.kind}{next(numbers)}", inside=numbered(step.inside, numbers)) for step in path
    )


def nodes_of(path: tuple[Step, ...], end: str) -> str:
    """Write the steps of a path."""
    following = [*(step.id for step in path[1:]), end]
    return "".join(_node(step, after) for step, after in zip(path, following, strict=True))


def _node(step: Step, after: str) -> str:
    if step.kind == "task":
        return undoable(step.id)
    if step.kind == "throw":
        return throw(step.id)
    kind = "transaction" if step.kind in {"transaction", "cancelled"} else "subProcess"
    one_by_one = MANY.replace("Characteristics>", 'Characteristics isSequential="true">', 1)
    more = one_by_one if step.kind == "many" else ""
    end = f"{step.id}_end"
    text = sub(step.id, nodes_of(step.inside, end), *(one.id for one in step.inside), kind=kind, more=more)
    if step.kind == "cancelled":
        cancel = f'<bpmn:endEvent id="{end}"><bpmn:cancelEventDefinition/></bpmn:endEvent>'
        text = text.replace(f'<bpmn:endEvent id="{end}"/>', cancel)
        text += f'<bpmn:boundaryEvent id="border_{step.id}" attachedToRef="{step.id}"><bpmn:cancelEventDefinition/>'
        text += f'</bpmn:boundaryEvent><bpmn:sequenceFlow id="x_{step.id}" sourceRef="border_{step.id}" targetRef="{after}"/>'
    if step.handled:
        text += undone(step.id, f"undo_{step.id}") + handler(user_task(f"undo_{step.id}"))
    return text


@dataclass
class Entry:
    """Something completed: what undoes it as a whole, and what was completed inside."""

    handler: str | None
    inside: list["Entry"] = field(default_factory=list)


@dataclass
class Model:
    """Does a path in its head."""

    trace: list[str] = field(default_factory=list)
    """The tasks to be done, those that undo included, in order."""

    def do(self, path: tuple[Step, ...]) -> list[Entry]:
        """Do a path, and give what is left to be undone."""
        done: list[Entry] = []
        for step in path:
            undoing = f"undo_{step.id}" if step.handled or step.kind == "task" else None
            if step.kind == "task":
                self.trace.append(step.id)
                done.append(Entry(undoing))
            elif step.kind == "throw":
                self.undo(done)
                done = []
            elif step.kind == "cancelled":
                self.undo(self.do(step.inside))
            elif step.kind == "many":
                done.append(Entry(undoing, [Entry(None, self.do(step.inside)) for _ in PEOPLE]))
            else:
                done.append(Entry(undoing, self.do(step.inside)))
        return done

    def undo(self, done: list[Entry]) -> None:
        """Undo, the latest first; a whole before what is inside it."""
        for entry in reversed(done):
            if entry.handler is not None:
                self.trace.append(entry.handler)
            self.undo(entry.inside)


PEOPLE = ["p", "q"]


@given(PATHS)
def test_nested_sub_processes_transactions_and_multi_instances_are_undone_as_a_model_says(
    path: tuple[Step, ...],
) -> None:
    path = numbered((*path, Step("throw")), itertools.count())
    run = Run(line(nodes_of(path, "end"), *(step.id for step in path)), people=PEOPLE)
    model = Model()
    model.do(path)
    for task in model.trace:
        assert [waiting for waiting in run.waiting if not waiting.startswith("border")] == [task]
        run.complete(task)
    assert run.outcome.ended
