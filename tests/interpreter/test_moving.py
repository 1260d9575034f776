"""Moving tokens by hand: whatever was moved where, exactly the expected tasks are open and the case reaches its end."""

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import GoneError, InvalidError
from engine.interpreter import Case, specification
from engine.interpreter.outcome import Outcome
from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run
from tests.interpreter.test_elements import event, event_sub, written
from tests.interpreter.test_joins import CHOICE, INCLUSIVE, LOOP, PARALLEL


def move(run: Run, source: str, target: str, within: int | None = None) -> Outcome:
    """Take the token from one element and put one on another, as an administrator does."""

    def apply(case: Case) -> None:
        case.activate(target, within=within)
        case.terminate(run.token(source))
        case.settle()

    return run.step(apply)


def put(run: Run, target: str) -> Outcome:
    """Put one more token on an element."""
    return run.step(lambda case: case.activate(target), lambda case: case.settle())


def finish(run: Run) -> None:
    """Complete whatever is open until the case has ended."""
    for _ in range(200):
        if not run.outcome.waiting:
            break
        run.complete(run.waiting[0])
    assert run.outcome.ended


class Net:
    """What BPMN says of tasks and parallel gateways, as a game of tokens: the model."""

    def __init__(self, flows: dict[str, list[str]], gateways: set[str]) -> None:
        self.flows = flows
        self.gateways = gateways
        self.incoming = {g: [s for s, targets in flows.items() if g in targets] for g in gateways}
        self.open: Counter[str] = Counter()
        self.arrived: Counter[tuple[str, str]] = Counter()
        self.leave("start")

    def leave(self, element: str) -> None:
        for target in self.flows[element]:
            self.enter(element, target)

    def enter(self, source: str, target: str) -> None:
        if target in self.gateways:
            self.arrived[source, target] += 1
            if all(self.arrived[one, target] for one in self.incoming[target]):
                for one in self.incoming[target]:
                    self.arrived[one, target] -= 1
                self.leave(target)
        elif target != "end":
            self.open[target] += 1

    def complete(self, task: str) -> None:
        self.open[task] -= 1
        self.leave(task)

    def move(self, source: str, target: str) -> None:
        self.open[source] -= 1
        self.open[target] += 1

    @property
    def tasks(self) -> list[str]:
        return sorted(self.open.elements())

    @property
    def is_dead(self) -> bool:
        return not self.tasks and any(self.arrived.values())


Block = str | list["Block"] | tuple["Block", ...]
"""A task, one after the other, or side by side."""

blocks: st.SearchStrategy[Block] = st.recursive(
    st.just("task"),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.lists(inner, min_size=2, max_size=3).map(tuple)
    ),
    max_leaves=7,
)


class Drawing:
    """A block as a diagram and as a net."""

    def __init__(self, block: Block) -> None:
        self._numbers = itertools.count(1)
        self.tasks: list[str] = []
        self.gateways: set[str] = set()
        self.flows: dict[str, list[str]] = {}
        self._connect(self._draw("start", block), "end")

    def _connect(self, source: str, target: str) -> None:
        self.flows.setdefault(source, []).append(target)

    def _draw(self, before: str, block: Block) -> str:
        if isinstance(block, str):
            name = f"t{next(self._numbers)}"
            self.tasks.append(name)
            self._connect(before, name)
            return name
        if isinstance(block, list):
            for inner in block:
                before = self._draw(before, inner)
            return before
        split, join = (f"g{next(self._numbers)}" for _ in range(2))
        self.gateways |= {split, join}
        self._connect(before, split)
        for inner in block:
            self._connect(self._draw(split, inner), join)
        return join

    def content(self) -> bytes:
        nodes = START + END + "".join(map(user_task, self.tasks))
        nodes += "".join(f'<bpmn:parallelGateway id="{name}"/>' for name in sorted(self.gateways))
        pairs = [(source, target) for source, targets in self.flows.items() for target in targets]
        return diagram(nodes, {f"{source}->{target}": f"f_{source}_{target}" for source, target in pairs})


@settings(deadline=None, max_examples=60)
@given(block=blocks, data=st.data())
def test_after_any_moves_and_completions_the_tasks_open_are_those_of_the_model(
    block: Block, data: st.DataObject
) -> None:
    drawing = Drawing([block])
    net, run = Net(drawing.flows, drawing.gateways), Run(drawing.content())
    for _ in range(data.draw(st.integers(1, 8))):
        if not net.tasks:
            break
        source = data.draw(st.sampled_from(net.tasks))
        if data.draw(st.booleans()):
            target = data.draw(st.sampled_from(drawing.tasks))
            net.move(source, target)
            move(run, source, target)
        else:
            net.complete(source)
            run.complete(source)
        check(net, run)
    assert net.is_dead or run.waiting == net.tasks


def check(net: Net, run: Run) -> None:
    if net.is_dead:
        assert {stuck.code for stuck in run.outcome.stuck} == {"join_waits_in_vain"}
    else:
        assert run.waiting == net.tasks
        assert run.outcome.ended == (not net.tasks)


@settings(deadline=None, max_examples=40)
@given(block=blocks, data=st.data())
def test_moved_back_and_forth_the_case_still_reaches_its_end_in_every_order(block: Block, data: st.DataObject) -> None:
    drawing = Drawing([block, block])
    net, run = Net(drawing.flows, drawing.gateways), Run(drawing.content())
    for _ in range(data.draw(st.integers(0, 6))):
        if not net.tasks:
            break
        task = data.draw(st.sampled_from(net.tasks))
        other = data.draw(st.sampled_from(drawing.tasks))
        for source, target in ((task, other), (other, task)):
            net.move(source, target)
            move(run, source, target)
            assert run.waiting == net.tasks
        task = data.draw(st.sampled_from(net.tasks))
        net.complete(task)
        run.complete(task)
        assert run.waiting == net.tasks
    while net.tasks:
        task = data.draw(st.sampled_from(net.tasks))
        net.complete(task)
        run.complete(task)
        assert run.waiting == net.tasks
    assert run.outcome.ended


AFTER = (
    START
    + '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    + "".join(map(user_task, ["a", "b", "c"]))
    + END
)
AFTER_FLOWS = {
    "start->split": "f1", "split->a": "f2", "split->b": "f3", "a->join": "f4", "b->join": "f5", "join->c": "f6",
    "c->end": "f7",
}  # fmt: skip


@pytest.mark.parametrize("first", ["a", "b"])
def test_going_back_into_a_branch_opens_the_task_after_the_join_only_once_whichever_came_first(first: str) -> None:
    for back in ("a", "b"):
        run = Run(diagram(AFTER, AFTER_FLOWS))
        run.complete(first)
        run.complete("b" if first == "a" else "a")
        other = "b" if back == "a" else "a"
        move(run, "c", back)
        assert run.waiting == [back]
        put(run, other)
        assert run.waiting == ["a", "b"]
        run.complete(back)
        assert run.waiting == [other]
        run.complete(other)
        assert run.waiting == ["c"]
        assert run.complete("c").ended


def test_a_token_moved_in_the_second_round_of_a_loop_is_not_taken_for_one_of_the_first() -> None:
    run = Run(diagram(PARALLEL, LOOP), more=True)
    for element in "abc":
        run.complete(element)
    move(run, "b", "b")
    for element in "bca":
        assert run.waiting != []
        assert not run.outcome.ended
        run.complete(element, more=False)
    assert run.outcome.ended


@pytest.mark.parametrize("order", list(itertools.permutations("ab")))
def test_an_inclusive_join_waits_for_a_token_that_was_put_into_a_branch(order: tuple[str, ...]) -> None:
    run = Run(diagram(INCLUSIVE, CHOICE), more=False, who=["a"])
    run.step(lambda case: case.activate("b"), lambda case: case.settle())
    assert run.waiting == ["a", "b"]
    run.complete(order[0])
    assert run.waiting == [order[1]]
    assert run.complete(order[1]).ended


def test_an_inclusive_join_goes_on_when_the_token_it_waited_for_is_taken_away() -> None:
    run = Run(diagram(INCLUSIVE, CHOICE), more=False, who=["a", "b"])
    run.complete("a")
    run.step(lambda case: case.terminate(run.token("b")), lambda case: case.settle())
    assert run.outcome.ended
    assert not run.outcome.terminated


def test_a_case_whose_last_token_is_taken_away_has_ended_without_an_end_event() -> None:
    run = Run(diagram(START + user_task("a") + END, {"start->a": "f1", "a->end": "f2"}))
    run.step(lambda case: case.terminate(run.token("a")), lambda case: case.settle())
    assert run.outcome.ended
    assert run.outcome.terminated
    assert run.outcome.ended_at is None


def inner(element: str, nodes: str, *flows: tuple[str, str], more: str = "") -> str:
    """Write a sub-process with one flow between each pair."""
    written_flows = "".join(
        f'<bpmn:sequenceFlow id="{element}_{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
        for source, target in flows
    )
    return f'<bpmn:subProcess id="{element}" name="{element}">{more}{nodes}{written_flows}</bpmn:subProcess>'


DEEP = inner(
    "outer",
    '<bpmn:startEvent id="os"/><bpmn:endEvent id="oe"/>'
    + user_task("first")
    + inner(
        "deep",
        '<bpmn:startEvent id="ds"/><bpmn:endEvent id="de"/>' + user_task("x") + user_task("y"),
        ("ds", "x"),
        ("x", "y"),
        ("y", "de"),
    ),
    ("os", "first"),
    ("first", "deep"),
    ("deep", "oe"),
)
NESTED = diagram(
    START + user_task("a") + DEEP + user_task("z") + END,
    {"start->a": "f1", "a->outer": "f2", "outer->z": "f3", "z->end": "f4"},
)


def test_a_token_put_into_a_sub_process_of_a_sub_process_opens_both_without_their_starts() -> None:
    run = Run(NESTED)
    move(run, "a", "y")
    assert run.waiting == ["y"]
    run.complete("y")
    assert run.waiting == ["z"]
    assert run.complete("z").ended


def test_a_token_moved_out_ends_the_sub_processes_it_was_the_last_one_in() -> None:
    run = Run(NESTED)
    run.complete("a")
    run.complete("first")
    assert run.waiting == ["x"]
    move(run, "x", "z")
    assert run.waiting == ["z"]
    move(run, "z", "first")
    assert run.waiting == ["first"]
    run.complete("first")
    assert run.waiting == ["x"]
    finish(run)


def test_a_case_one_branch_of_which_has_ended_ends_when_the_last_token_in_a_sub_process_is_taken_away() -> None:
    nodes = START + '<bpmn:parallelGateway id="split"/>' + user_task("a") + DEEP + END
    run = Run(
        diagram(
            nodes, {"start->split": "f1", "split->a": "f2", "split->outer": "f3", "a->end": "f4", "outer->end": "f5"}
        )
    )
    run.complete("a")
    run.complete("first")
    run.step(lambda case: case.terminate(run.token("x")), lambda case: case.settle())
    assert run.outcome.ended


def test_a_token_moved_within_an_open_sub_process_stays_in_it() -> None:
    run = Run(NESTED)
    run.complete("a")
    run.complete("first")
    move(run, "x", "y")
    move(run, "y", "x")
    run.complete("x")
    run.complete("y")
    assert run.waiting == ["z"]


def test_a_sub_process_is_taken_away_with_all_that_waits_in_it() -> None:
    run = Run(NESTED)
    run.complete("a")
    run.complete("first")

    def apply(case: Case) -> None:
        case.activate("z")
        (token,) = case.tokens_at("outer")
        case.terminate(token)
        case.settle()

    run.step(apply)
    assert run.waiting == ["z"]
    assert [passage.element_id for passage in run.outcome.passages if passage.what == "canceled"] == ["x"]


BORDER = (
    START
    + user_task("a")
    + user_task("b")
    + user_task("late")
    + END
    + '<bpmn:boundaryEvent id="border" attachedToRef="b" cancelActivity="true">'
    + event("message", 'messageRef="m_paid"')
    + "</bpmn:boundaryEvent>"
)
BORDERED = written(BORDER, {"start->a": "f1", "a->b": "f2", "b->end": "f3", "border->late": "f4", "late->end": "f5"})


def test_an_activity_that_a_token_is_put_on_has_its_border_and_loses_it_when_the_token_goes() -> None:
    run = Run(BORDERED, order="7")
    move(run, "a", "b")
    assert run.waiting == ["b", "border"]
    assert [one.element.id for one in run.outcome.subscriptions] == ["border"]
    move(run, "b", "a")
    assert run.waiting == ["a"]
    assert sorted(element.id for element in run.outcome.canceled.values()) == ["b", "border"]
    run.complete("a")
    run.fire("border")
    assert run.waiting == ["late"]


def test_a_border_can_not_be_taken_away_alone_nor_begin_by_itself() -> None:
    run = Run(BORDERED, order="7")
    run.complete("a")
    with pytest.raises(InvalidError):
        run.step(lambda case: case.terminate(run.token("border")))
    for element in ("border", "start", "nothing"):
        with pytest.raises(InvalidError):
            put(run, element)
    with pytest.raises(GoneError):
        run.step(lambda case: case.terminate(4711))


EACH = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}"><bpmn:extensionElements>'
    '<zeebe:loopCharacteristics inputCollection="=people" inputElement="who"/></bpmn:extensionElements>'
    "</bpmn:multiInstanceLoopCharacteristics>"
)


def votes(sequential: str = "false") -> bytes:
    vote = user_task("vote").replace("</bpmn:userTask>", EACH.format(sequential=sequential) + "</bpmn:userTask>")
    return diagram(
        START + user_task("a") + vote + user_task("z") + END,
        {"start->a": "f1", "a->vote": "f2", "vote->z": "f3", "z->end": "f4"},
    )


@pytest.mark.parametrize(("sequential", "taken"), [("false", 3), ("true", 3)])
def test_instances_taken_away_one_by_one_end_their_activity(sequential: str, taken: int) -> None:
    run = Run(votes(sequential), people=["x", "y", "z"])
    run.complete("a")
    for _ in range(taken):
        assert "vote" in run.waiting
        run.step(lambda case: case.terminate(run.token("vote")), lambda case: case.settle())
    assert run.waiting == ["z"]


def test_a_token_put_on_a_repeated_activity_makes_all_its_instances() -> None:
    run = Run(votes(), people=["x", "y"])
    move(run, "a", "vote")
    assert run.waiting == ["vote", "vote"]
    finish(run)


def test_a_token_put_on_an_event_sub_process_s_task_runs_beside_the_others() -> None:
    nodes = START + user_task("a") + event_sub("message", 'messageRef="m_paid"', interrupting=False) + END
    run = Run(written(nodes, {"start->a": "f1", "a->end": "f2"}), order="7")
    run.step(lambda case: case.activate("handle"), lambda case: case.settle())
    assert [element for element in run.waiting if element != "es"] == sorted(["a", "handle", *started(run)])
    run.complete("handle")
    run.complete("a")
    assert run.outcome.ended


def started(run: Run) -> Iterator[str]:
    """Give the start events of event sub-processes that wait beside all else."""
    return (e for e in run.outcome.waiting.values() if run.specification.process.elements[e].kind == "startEvent")


def test_a_state_of_the_first_version_still_joins_all_three_branches() -> None:
    body = Path(__file__).with_name("three_branches_of_format_1.state").read_bytes()
    content = specification(diagram(PARALLEL, LOOP), "process")
    case = Case.wake(body, content, ENVIRONMENT)
    (token,) = case.outcome().waiting
    case.complete(token, {"more": True})
    assert sorted(case.outcome().waiting.values()) == ["a", "b", "c"]
