"""Traps of SpiffWorkflow, each on the same diagram twice: the library alone, and the case that we run on it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskIterator, TaskState

from engine.errors import Finding
from engine.interpreter import Case, specification
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.interpreter.build import END, START, diagram, script, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run


def alone(content: bytes, **data: object) -> BpmnWorkflow:
    """Run a diagram with the library's own parser, specs, workflow and script engine."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(content))
    workflow = BpmnWorkflow(parser.get_spec("process"))
    workflow.task_tree.set_data(**data)
    workflow.do_engine_steps()
    return workflow


def ready(workflow: BpmnWorkflow) -> list[str]:
    """Give what waits for somebody, as the library finds it."""
    return sorted(task.task_spec.bpmn_id for task in workflow.get_tasks(state=TaskState.READY, manual=True))


def complete(workflow: BpmnWorkflow, element: str, **data: object) -> None:
    task = next(t for t in workflow.get_tasks(state=TaskState.READY, manual=True) if t.task_spec.bpmn_id == element)
    task.set_data(**data)
    task.run()
    workflow.do_engine_steps()


# -- 1. going back ------------------------------------------------------------------------------------

BRANCHES = (
    START
    + '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    + "".join(user_task(name) for name in "abc")
    + END
)
SPLIT: dict[str, str | tuple[str, str]] = {
    "start->split": "f1", "split->a": "f2", "split->b": "f3", "a->join": "f4", "b->join": "f5", "join->c": "f6",
    "c->end": "f7",
}  # fmt: skip


def test_alone_going_back_into_the_branch_completed_first_opens_what_follows_the_join_twice() -> None:
    workflow = alone(diagram(BRANCHES, SPLIT))
    complete(workflow, "a")
    complete(workflow, "b")
    (before,) = [task for task in workflow.get_tasks() if task.task_spec.bpmn_id == "a"]
    workflow.reset_from_task_id(before.id)
    assert ready(workflow) == ["a", "c"]


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_ours_going_back_takes_the_later_token_away_and_opens_it_once(order: str) -> None:
    run = Run(diagram(BRANCHES, SPLIT))
    for element in order:
        run.complete(element)

    def go_back(case: Case) -> None:
        case.terminate(run.token("c"))
        for element in "ab":
            case.activate(element)
        case.settle()

    run.step(go_back)
    assert run.waiting == ["a", "b"]
    run.complete("a")
    assert run.waiting == ["b"]
    run.complete("b")
    assert run.waiting == ["c"]
    assert run.complete("c").ended


# -- 2. and 3. multi-instance -------------------------------------------------------------------------

MANY = (
    '<bpmn:userTask id="sign" name="sign"><bpmn:extensionElements><zeebe:userTask/>'
    '<zeebe:assignmentDefinition assignee="=person"/></bpmn:extensionElements>'
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
    '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" outputCollection="votes" '
    'outputElement="=vote"/></bpmn:extensionElements>'
    "<bpmn:loopDataInputRef>people</bpmn:loopDataInputRef><bpmn:loopDataOutputRef>votes</bpmn:loopDataOutputRef>"
    '<bpmn:inputDataItem id="person" name="person"/><bpmn:outputDataItem id="vote" name="vote"/>'
    "{completion}</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
)
SIGN: dict[str, str | tuple[str, str]] = {"start->sign": "f1", "sign->after": "f2", "after->end": "f3"}


def many(condition: str = "") -> bytes:
    completion = f"<bpmn:completionCondition>{condition}</bpmn:completionCondition>" if condition else ""
    return diagram(START + MANY.format(completion=completion) + user_task("after") + END, SIGN)


def test_alone_half_of_the_votes_is_never_enough() -> None:
    workflow = alone(many("len(votes) &gt;= 2"), people=list("abcd"))
    for _ in range(3):
        complete(workflow, "sign", vote="yes")
    assert ready(workflow) == ["sign"]


def test_ours_half_of_the_votes_is_enough() -> None:
    run = Run(many("=count(votes[item != null]) / numberOfInstances &gt;= 0.5"), people=list("abcd"))
    run.complete("sign", vote="yes")
    assert run.waiting == ["sign"] * 3
    run.complete("sign", vote="yes")
    assert run.waiting == ["after"]


def test_alone_an_instance_that_is_taken_away_holds_the_rest_for_ever() -> None:
    workflow = alone(many(), people=list("abc"))
    workflow.get_tasks(state=TaskState.READY, manual=True)[0].cancel()
    complete(workflow, "sign", vote="yes")
    complete(workflow, "sign", vote="yes")
    assert (ready(workflow), workflow.completed) == ([], False)


@pytest.mark.parametrize("before", [0, 1, 2])
def test_ours_goes_on_without_an_instance_that_is_taken_away(before: int) -> None:
    run = Run(many(), people=list("abc"))
    for _ in range(before):
        run.complete("sign", vote="yes")

    def take_away(case: Case) -> None:
        case.terminate(run.token("sign"))
        case.settle()

    run.step(take_away)
    for _ in range(2 - before):
        run.complete("sign", vote="yes")
    assert run.waiting == ["after"]


# -- 4. and 5. long cases -----------------------------------------------------------------------------

ROUND = START + user_task("a") + '<bpmn:exclusiveGateway id="g" default="f3"/><bpmn:exclusiveGateway id="m"/>' + END
AGAIN: dict[str, str | tuple[str, str]] = {
    "start->m": "f1", "m->a": "f2", "a->g": "f4", "g->end": "f3", "g->m": ("f5", "again"),
}  # fmt: skip
DEEP = 340


def test_alone_a_loop_is_stuck_without_a_word_where_its_tree_is_a_thousand_deep() -> None:
    workflow = alone(diagram(ROUND, AGAIN))
    rounds = 0
    while rounds < DEEP and ready(workflow):
        complete(workflow, "a", again=True)
        rounds += 1
    assert 300 < rounds < DEEP
    assert not workflow.completed


def test_ours_a_loop_goes_on_where_its_tree_is_a_thousand_deep() -> None:
    run = Run(diagram(ROUND, AGAIN))
    for _ in range(DEEP):
        run.complete("a", again=True)
    assert run.waiting == ["a"]
    assert run.complete("a", again=False).ended


@pytest.fixture
def visited(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the tasks that the library's walks look at; give a function that tells and forgets the number."""
    count = [0]
    for walk in (TaskIterator, BpmnTaskIterator):
        original = walk._next

        def counted(self: TaskIterator, original: Callable[[TaskIterator], SpiffTask] = original) -> SpiffTask:
            count[0] += 1
            return original(self)

        monkeypatch.setattr(walk, "_next", counted)

    def take() -> int:
        taken, count[0] = count[0], 0
        return taken

    return take


def test_alone_each_step_walks_over_the_whole_tree(visited: Callable[[], int]) -> None:
    workflow = alone(diagram(ROUND, AGAIN))
    walked = []
    for _ in range(60):
        visited()
        complete(workflow, "a", again=True)
        walked.append(visited())
    assert walked[59] > walked[29] > walked[9] > 0


def test_ours_no_step_walks_over_the_tree(visited: Callable[[], int]) -> None:
    run = Run(diagram(ROUND, AGAIN))
    visited()
    for _ in range(60):
        run.complete("a", again=True)
    assert visited() == 0


# -- 6. storing what changed --------------------------------------------------------------------------


def test_alone_a_task_that_did_not_change_is_another_one_when_only_its_parent_is_stored_anew() -> None:
    workflow = alone(diagram(START + user_task("a") + END, {"start->a": "f1", "a->end": "f2"}), n=1)
    serializer = BpmnWorkflowSerializer()
    before = serializer.to_dict(workflow)
    (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
    task.parent.data["n"] = 2
    after = serializer.to_dict(workflow)
    # Stored by tasks: only that of the parent has changed.
    mixed = {**after, "tasks": {**after["tasks"], str(task.id): before["tasks"][str(task.id)]}}
    restored = serializer.from_dict(mixed).get_task_from_id(task.id)
    assert (task.data["n"], restored.data["n"]) == (1, 2)


def test_ours_a_variable_is_stored_once_and_no_task_has_a_copy() -> None:
    run = Run(diagram(BRANCHES, SPLIT), n=1, word="星河")
    for element, n in (("a", 2), ("b", 3)):
        run.complete(element, n=n)
        case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
        assert {case.visible(token)["n"] for token in run.outcome.waiting} == {n}
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert [task.data for task in case._run.workflow.tasks.values() if task.data] == []


# -- 7. no sandbox ------------------------------------------------------------------------------------

ESCAPE = (
    "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0]"
    ".__init__.__globals__['getcwd']()"
)


def test_alone_an_expression_reaches_the_operating_system_past_all_restrictions() -> None:
    workflow = alone(diagram(START + user_task("a") + END, {"start->a": "f1", "a->end": "f2"}))
    (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
    engine = PythonScriptEngine(environment=TaskDataEnvironment({"__builtins__": {}}))
    assert engine.evaluate(task, ESCAPE) == str(Path.cwd())


@pytest.mark.parametrize("text", [ESCAPE, "__import__('os').getcwd()", "open('/etc/passwd').read()"])
def test_ours_no_expression_reaches_python(text: str) -> None:
    written = text.replace("'", "&apos;").replace('"', "&quot;")
    content = diagram(START + script("s", written, "x") + END, {"start->s": "f1", "s->end": "f2"})
    assert [found.code for found in findings(content)] == ["expression_syntax"]
    assert [stuck.code for stuck in Run(content).outcome.stuck] == ["expression_failed"]


# -- 8. dangling references ---------------------------------------------------------------------------


def findings(content: bytes) -> list[Finding]:
    return check(content, "test.bpmn", Known(forms=frozenset(), job_types=frozenset())).errors


LOOSE: dict[str, str | tuple[str, str]] = {"start->a": "f1", "a->end": "f2", "nowhere->a": "f3"}


def test_alone_a_flow_from_nowhere_is_taken_without_a_word() -> None:
    workflow = alone(diagram(START + user_task("a") + END, LOOSE))
    complete(workflow, "a")
    assert workflow.completed


@pytest.mark.parametrize("flow", ["nowhere->a", "a->nowhere"])
def test_ours_a_flow_from_or_to_nowhere_is_refused_with_what_is_missing(flow: str) -> None:
    loose = {"start->a": "f1", "a->end": "f2", flow: "f3"}
    (found,) = [f for f in findings(diagram(START + user_task("a") + END, loose)) if f.code == "dangling_flow"]
    assert (found.element, found.facts["missing"]) == ("f3", "nowhere")


# -- 9. no way on -------------------------------------------------------------------------------------

NO_WAY = START + user_task("a") + '<bpmn:exclusiveGateway id="g"/>' + user_task("yes") + user_task("no") + END
CHOICE: dict[str, str | tuple[str, str]] = {
    "start->a": "f1", "a->g": "f2", "g->yes": ("f3", "n &gt; 10"), "g->no": ("f4", "n &lt; 5"), "yes->end": "f5",
    "no->end": "f6",
}  # fmt: skip


def test_alone_no_true_condition_raises_in_the_middle_of_a_step_and_leaves_nothing_to_go_on_from() -> None:
    workflow = alone(diagram(NO_WAY, CHOICE))
    with pytest.raises(WorkflowException):
        complete(workflow, "a", n=7)
    assert (ready(workflow), workflow.completed) == ([], False)


def test_ours_no_true_condition_becomes_an_incident_and_goes_on_when_the_data_are_mended() -> None:
    run = Run(diagram(NO_WAY, CHOICE))
    run.complete("a", n=7)
    assert [(one.code, one.element.id) for one in run.outcome.stuck] == [("no_condition_true", "g")]

    def mend(case: Case) -> None:
        case.set_variables({"n": 3})
        case.retry(run.token("g"))

    run.step(mend)
    assert run.waiting == ["no"]


# -- 10. ids that the library keeps for itself -----------------------------------------------------------


def called(name: str) -> bytes:
    """Write a process with one task of that id."""
    return diagram(START + user_task(name) + END, {f"start->{name}": "f1", f"{name}->end": "f2"})


def test_alone_an_id_that_the_library_keeps_for_itself_breaks_the_process_or_skips_the_task() -> None:
    with pytest.raises(ValidationException):
        alone(called("Start"))
    skipped = alone(called("End"))
    assert (ready(skipped), skipped.completed) == ([], True)


@pytest.mark.parametrize("name", ["Start", "End", "Root", "process.EndJoin", "a.BoundaryEventSplit", "a.Choice"])
def test_ours_any_id_is_an_id(name: str) -> None:
    content = called(name)
    run = Run(content)
    assert run.waiting == [name]
    assert run.complete(name).ended
    assert specification(content, "process").process.elements[name].id == name
