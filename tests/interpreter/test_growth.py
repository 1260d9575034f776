"""A step among very many instances looks at none of the others, and writes only what it has touched."""

import gc
import re
import weakref
from collections import Counter

import pytest
from SpiffWorkflow.task import Task as SpiffTask

from engine import json_text
from engine.interpreter import Case, loops, state
from engine.interpreter.compressing import compress, decompress
from engine.interpreter.segments import BIG
from engine.interpreter.workflow import Workflow
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run
from tests.interpreter.test_compacting import stored_tokens
from tests.interpreter.test_elements import RESULTS, SIGN, many, written
from tests.interpreter.twins import Twins, picture, tasks_of

CROWD = written(START + many("sign", RESULTS) + user_task("after") + END, {**SIGN})
FEW, MANY = BIG, 4 * BIG


@pytest.fixture(autouse=True)
def small_segments() -> None:
    """Let segments be as big as they are."""


def awake_after(people: int) -> tuple[Run, Case]:
    """Give a crowd in which one has voted, and the case awake for the next step."""
    run = Run(CROWD, people=[f"p{number}" for number in range(people)])
    run.complete("sign", vote="yes")
    return run, Case.wake(run.outcome.body, run.specification, ENVIRONMENT)


def effort_of_a_step(people: int) -> tuple[int, int]:
    """Give how many tasks one more vote looks at, and how many tasks and scopes it writes."""
    run, case = awake_after(people)
    looked_at, written_before = case._run.watch.looked_at, case._segments.records
    case.complete(run.token("sign"), {"vote": "no"})
    run.outcome = case.outcome()
    return case._run.watch.looked_at - looked_at, case._segments.records - written_before


def test_a_vote_costs_the_same_among_few_and_among_many(twins: Twins) -> None:
    few, many_more = effort_of_a_step(FEW), effort_of_a_step(MANY)
    assert few == many_more
    assert max(few) < BIG
    assert twins.rested == 6


def test_a_big_state_in_segments_is_read_as_ever_and_comes_to_the_same_end() -> None:
    people = [f"p{number}" for number in range(BIG)]
    run = Run(CROWD, people=people)
    for number in range(len(people)):
        run.complete("sign", vote=number)
        assert len(run.outcome.waiting) == (len(people) - number - 1 or 1)
    assert run.outcome.variables["votes"] == [{"who": who, "vote": n} for n, who in enumerate(people)]
    assert run.complete("after").ended


def test_a_step_among_many_says_what_has_moved() -> None:
    run, _case = awake_after(BIG)
    token = run.token("sign")
    outcome = run.complete("sign", vote="no")
    assert outcome.moved is not None
    assert outcome.moved.left == (token,)
    assert outcome.moved.came == {}


def test_a_case_that_was_small_for_a_step_is_written_as_it_is(twins: Twins) -> None:
    run = Run(CROWD, people=[f"p{number}" for number in range(BIG // 2)])
    while len(run.outcome.waiting) > BIG // 2 - 8:
        run.complete("sign", vote=len(run.outcome.waiting))
    for number in range(8):
        run.step(lambda case, who=f"late{number}": case.add_instance(run.token("sign"), who, "parallel"))  # type: ignore[misc] # a default fixes it
    while len(run.outcome.waiting) > BIG // 2 - 8:
        run.complete("sign", vote="late")
    assert twins.rested > 16


def test_a_big_case_that_goes_round_keeps_nothing_of_its_earlier_rounds() -> None:
    nodes = '<bpmn:parallelGateway id="split"/><bpmn:exclusiveGateway id="again" default="fd"/>' + user_task("a")
    flows: dict[str, str | tuple[str, str]] = {"start->split": "f4", "split->sign": "f5", "split->a": "f6"}
    flows |= {
        "sign->after": "f2",
        "after->end": "f3",
        "a->again": "f7",
        "again->end": "fd",
        "again->a": ("f8", "=true"),
    }
    people = [f"p{number}" for number in range(BIG)]
    run = Run(written(START + nodes + many("sign", "") + user_task("after") + END, flows), people=people)
    for _round in range(40):
        run.complete("a")
    assert stored_tokens(run) < BIG + 20


UNCOUNTED = written(START + many("sign", "") + user_task("after") + END, {**SIGN})


def test_a_vote_costs_the_same_after_few_and_after_many(twins: Twins) -> None:
    run = Run(UNCOUNTED, people=[f"p{number:03}" for number in range(BIG)])
    put: list[tuple[int, int]] = []
    for _ in range(BIG // 2):
        case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
        before = case._segments.records
        case.complete(run.token("sign"), {})
        run.outcome = case.outcome()
        segments = (case._segments._tasks[0], case._segments._scopes, case._segments._parts)
        body = sum(len(segment.texts[0].get(3, b"")) for segment in segments)
        put.append((case._segments.records - before, body))
    assert twins.rested > BIG // 2
    # How many have voted has one digit first, and then more.
    assert put[-1] == put[110]


def test_a_part_that_was_stored_in_its_body_can_still_be_taken_back() -> None:
    run = Run(UNCOUNTED, people=["p1", "p2"])
    token = run.token("sign")
    run.complete("sign")
    content = json_text.loads(decompress(run.outcome.body))
    ((kept, part),) = content.pop("parts")
    assert kept == token
    (body,) = [task for task in content["workflows"][0]["tasks"] if task[5] and "loop" in task[5]]
    body[5]["loop"]["taken"] = [[token, part["index"], part["counter"], part["item"]]]
    old = Case.wake(compress(json_text.dumps(content)), run.specification, ENVIRONMENT)
    old.reopen_instance(token, None)
    again = old.outcome()
    assert [task.assignee for task in again.tasks] == ["p1"]
    assert b"taken" not in decompress(again.body)


def repeated(element_id: str, inside: str, collection: str = "people", condition: str = "") -> str:
    """Draw a sub-process that is done for each of some items, all at once."""
    asked = f"<bpmn:completionCondition>={condition}</bpmn:completionCondition>"
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        f'<zeebe:loopCharacteristics inputCollection="={collection}" inputElement="{element_id}_item" '
        f'outputCollection="{element_id}_votes" outputElement="={{{{who: {element_id}_item, vote: vote}}}}"/>'
        f"</bpmn:extensionElements>{asked if condition else ''}</bpmn:multiInstanceLoopCharacteristics>"
    )
    return sub_process(element_id, loop.replace("{{", "{").replace("}}", "}") + inside)


def sub_process(element_id: str, inside: str) -> str:
    """Draw a sub-process around one element, whose id is ``ask`` or ends with an underscore after this one's."""
    first = re.findall(r'<bpmn:(?:userTask|subProcess|adHocSubProcess) id="(\w+)"', inside)[0]
    return (
        f'<bpmn:subProcess id="{element_id}" name="{element_id}">{inside}'
        f'<bpmn:startEvent id="{element_id}_s"/><bpmn:endEvent id="{element_id}_e"/>'
        f'<bpmn:sequenceFlow id="{element_id}_1" sourceRef="{element_id}_s" targetRef="{first}"/>'
        f'<bpmn:sequenceFlow id="{element_id}_2" sourceRef="{first}" targetRef="{element_id}_e"/></bpmn:subProcess>'
    )


def around(drawn: str, element_id: str) -> bytes:
    """Draw a process around a sub-process."""
    return written(START + drawn + END, {f"start->{element_id}": "f1", f"{element_id}->end": "f2"})


ASK = user_task("ask")
TWO_EACH = many("ask", "").replace('inputCollection="=people"', 'inputCollection="=[1, 2]"')
SHAPES = {
    "sub-processes": around(repeated("each", ASK), "each"),
    "sub-processes that are counted": around(repeated("each", ASK, condition="numberOfActiveInstances &lt; 0"), "each"),
    "sub-processes in sub-processes": around(repeated("each", sub_process("inner", ASK)), "each"),
    "sub-processes in one sub-process": around(sub_process("stage", repeated("each", ASK)), "stage"),
    "tasks in one sub-process": around(sub_process("stage", many("ask", RESULTS)), "stage"),
    "several in each of several": around(repeated("each", TWO_EACH), "each"),
    "tasks with results": written(START + many("ask", RESULTS) + END, {"start->ask": "f1", "ask->end": "f2"}),
}
"""What thousands may be done at once of."""


def effort_of_an_answer(content: bytes, people: int, patch: pytest.MonkeyPatch) -> dict[str, int]:
    """Give what one more answer costs: tasks looked at, records and bytes put into words, bytes read, runs woken."""
    run = Run(content, people=[{"name": f"p{number:05}", "department": "legal"} for number in range(people)])
    for _ in range(3):
        run.complete("ask", vote="yes")
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    effort = Counter[str]()
    dumps, loads, woken = json_text.dumps, json_text.loads, Workflow._woken
    before = case._run.watch.looked_at, case._segments.records

    def note_dumps(value: object) -> bytes:
        text = dumps(value)
        effort["written"] += len(text)
        return text

    def note_loads(text: bytes | str) -> object:
        effort["read"] += len(text)
        return loads(text)

    def note_woken(workflow: Workflow, record: dict[str, object]) -> object:
        effort["woken"] += 1
        return woken(workflow, record)

    with patch.context() as inner:
        inner.setattr(json_text, "dumps", note_dumps)
        inner.setattr(json_text, "loads", note_loads)
        inner.setattr(Workflow, "_woken", note_woken)
        inner.setattr(loops, "active", no_scan)
        case.complete(run.token("ask"), {"vote": "no"})
        outcome = UNTWINNED(case)
        assert case.rest(outcome.body) is not None
    looked_at = case._run.watch.looked_at - before[0]
    return {"looked at": looked_at, "records": case._segments.records - before[1], **effort}


def no_scan(body: SpiffTask) -> list[SpiffTask]:
    """Stand for the way through all instances of a body, which no answer needs where they are many."""
    assert len(body._children) < FEW, "every instance was looked at"
    return ACTIVE(body)


ACTIVE = loops.active
UNTWINNED = Case.outcome
"""As it is, without the twin: what is counted is one case's."""


@pytest.mark.parametrize("shape", SHAPES)
def test_an_answer_costs_the_same_among_few_and_among_many(
    shape: str, twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = effort_of_an_answer(SHAPES[shape], FEW, monkeypatch)
    many_more = effort_of_an_answer(SHAPES[shape], MANY, monkeypatch)
    assert few.keys() == many_more.keys()
    # Numbers have more digits among many, and a segment or piece of a list may be fuller.
    assert all(many_more[what] <= few[what] * 1.2 + 20 for what in few), (few, many_more)
    assert few["looked at"] < 100
    assert few.get("woken", 0) == many_more.get("woken", 0) <= 2
    assert twins.rested == 8
    assert twins.asleep > 0 or "tasks" in shape


@pytest.mark.parametrize("shape", SHAPES)
def test_many_in_sub_processes_come_to_the_same_end_as_when_each_state_is_read(shape: str, twins: Twins) -> None:
    people = [{"name": f"p{number}", "department": "legal"} for number in range(12)]
    run = Run(SHAPES[shape], people=people)
    answers = 0
    while not run.outcome.ended:
        run.complete("ask", vote=f"v{answers}")
        answers += 1
    assert answers == (24 if shape == "several in each of several" else 12)
    assert twins.rested == answers


def test_of_two_lists_of_one_length_an_awake_case_and_one_that_is_read_write_the_same() -> None:
    people = [f"p{number}" for number in range(BIG)]
    run = Run(CROWD, people=people, copies=people)
    cases = [Case.wake(run.outcome.body, run.specification, ENVIRONMENT) for _ in range(2)]
    for case in cases:
        # Nothing happens in the scope of the lists: what is awake has not looked at it since it began.
        case.complete(run.token("sign"), {"vote": "yes"})
    awake, read = (case.outcome().body for case in cases)
    assert awake == read


@pytest.mark.parametrize("shape", SHAPES)
def test_a_state_with_the_numbers_of_all_tasks_is_read_as_ever(shape: str) -> None:
    run = Run(SHAPES[shape], people=[{"name": f"p{number}", "department": "legal"} for number in range(5)])
    run.complete("ask", vote="yes")
    content = json_text.loads(decompress(run.outcome.body))
    near = [flow for flow in content["workflows"] if "near" in flow]
    assert bool(near) == ("tasks" not in shape or "sub-process" in shape)
    for flow in near:
        flow["tasks"] = tasks_of(flow)
        del flow["near"]
    now, before = (
        state.load(body, run.specification, None) for body in (run.outcome.body, compress(json_text.dumps(content)))
    )
    assert picture(before.workflow, before.scopes) == picture(now.workflow, now.scopes)


def test_each_of_many_sub_processes_takes_few_bytes() -> None:
    sizes = [len(Run(SHAPES["sub-processes"], people=[0] * people).outcome.body) for people in (FEW, MANY)]
    assert sizes[1] - sizes[0] < 24 * (MANY - FEW)


def test_a_condition_knows_how_many_are_open_among_those_that_sleep() -> None:
    content = around(repeated("each", ASK, condition="numberOfActiveInstances = 2"), "each")
    run = Run(content, people=list("abcde"))
    for _ in range(3):
        assert len(run.outcome.waiting) > 2
        run.complete("ask", vote="yes")
    assert run.outcome.ended
    assert [one is not None for one in run.outcome.variables["each_votes"]] == [True] * 3 + [False] * 2  # type: ignore[attr-defined] # a list


def test_a_case_at_rest_holds_on_to_nothing_that_was_taken_away() -> None:
    stop = '<bpmn:boundaryEvent id="stop" attachedToRef="each"><bpmn:signalEventDefinition signalRef="s_stop"/></bpmn:boundaryEvent>'
    flows = {"start->each": "f1", "each->end": "f2", "stop->after": "f3", "after->end": "f4"}
    run = Run(written(START + repeated("each", ASK) + stop + user_task("after") + END, flows), people=list("abcde"))
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    there = [weakref.ref(flow) for flow in case._run.workflow.subprocesses.values()]
    case.fire(run.token("stop"))
    resting = case.rest(UNTWINNED(case).body)
    assert resting is not None
    del case
    gc.collect()
    assert [one() for one in there] == [None] * 5
