"""A step among very many instances looks at none of the others, and writes only what it has touched."""

import pytest

from engine import json_text
from engine.interpreter import Case
from engine.interpreter.segments import BIG, compress, decompress
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run
from tests.interpreter.test_compacting import stored_tokens
from tests.interpreter.test_elements import RESULTS, SIGN, many, written
from tests.interpreter.twins import Twins

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
        segments = (case._segments._tasks, case._segments._scopes, case._segments._parts)
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


def test_a_step_among_sub_processes_looks_at_the_others_once_for_each_thing_that_happens() -> None:
    inside = '<bpmn:startEvent id="s"/>' + user_task("ask") + '<bpmn:endEvent id="e"/>'
    inside += '<bpmn:sequenceFlow id="g1" sourceRef="s" targetRef="ask"/>'
    inside += '<bpmn:sequenceFlow id="g2" sourceRef="ask" targetRef="e"/>'
    loop = '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person"/>'
    sub_process = (
        '<bpmn:subProcess id="each" name="each"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>'
        f"{loop}</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>{inside}</bpmn:subProcess>"
    )
    run = Run(written(START + sub_process + END, {"start->each": "f1", "each->end": "f2"}), people=list("abcdefghij"))
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    before, tasks = case._run.watch.looked_at, len(case._run.workflow.open_tasks())
    case.complete(run.token("ask"), {})
    assert case.outcome().completed_tokens
    assert case._run.watch.looked_at - before < 8 * tasks
