"""Instances of a multi-instance activity that is stuck, left or too big: none is counted twice and no result is lost."""

from decimal import Decimal
from types import SimpleNamespace
from typing import cast

import pytest
from SpiffWorkflow.task import Task as SpiffTask

from engine.interpreter import loops
from engine.interpreter.reading import read
from tests.interpreter.build import END, START, diagram, script, user_task
from tests.interpreter.journey import Journey
from tests.interpreter.test_elements import SIGN, many, written

RESULTS = 'outputCollection="votes" outputElement="=vote"'
HOPELESS = "=count(for i in 1..limit return i) &lt; numberOfCompletedInstances + 1"
"""True where ``limit`` is no greater than what is done; no answer where it is far too great."""


def signing(
    completion: str = HOPELESS,
    *,
    results: str = RESULTS,
    sequential: bool = False,
    people: tuple[str, ...] = ("a", "b", "c"),
    limit: int = 10**9,
) -> Journey:
    nodes = START + many("sign", results, completion=completion, sequential=sequential) + user_task("after") + END
    return Journey(written(nodes, SIGN), people=list(people), limit=limit)


def body(run: Journey) -> int:
    (stuck,) = run.outcome.stuck
    return stuck.token


def votes(run: Journey) -> object:
    return run.outcome.variables["votes"]


def instances(run: Journey) -> list[int]:
    return sorted(token for token, element in run.outcome.waiting.items() if element == "sign")


def stuck_after(run: Journey, *places: int) -> int:
    """Complete some instances while nobody can tell whether that is enough; give the token of the body."""
    parts, stuck = instances(run), 0
    for place in places:
        run.complete(parts[place], vote=place)
        stuck = stuck or body(run)
    return stuck


def test_what_is_enough_once_the_data_are_mended_leaves_no_other_result_to_be_taken() -> None:
    run = signing()
    stuck = stuck_after(run, 0, 2)
    run.do("correct_and_retry", stuck, {"limit": 1})
    assert run.waiting == ["after"]
    assert votes(run) == [0, None, None]


def test_what_ended_while_nobody_could_tell_is_counted_once() -> None:
    run = signing()
    stuck = stuck_after(run, 2, 0)
    run.do("correct_and_retry", stuck, {"limit": 3})
    assert run.waiting == ["sign"]
    run.complete("sign", vote=1)
    assert run.waiting == ["after"]
    assert votes(run) == [0, 1, 2]


@pytest.mark.parametrize("sequential", [False, True])
def test_a_stuck_activity_that_is_left_keeps_the_results_it_has(*, sequential: bool) -> None:
    run = signing("=count(for i in 1..limit return i) &lt; 0", sequential=sequential, limit=1)
    run.complete(instances(run)[0], vote=0)
    run.do("set_variables", {"limit": 10**9})
    run.complete(instances(run)[0], vote=1)
    run.do("skip", body(run), {})
    assert run.waiting == ["after"]
    assert votes(run) == [0, 1, None]


def test_a_stuck_activity_that_is_left_has_the_results_of_those_who_signed_while_it_was_stuck() -> None:
    run = signing()
    stuck = stuck_after(run, 0, 2)
    run.do("skip", stuck, {})
    assert run.waiting == ["after"]
    assert votes(run) == [0, None, 2]


def test_a_result_that_can_not_be_told_is_missing_where_its_stuck_activity_is_left() -> None:
    run = signing("", results='outputCollection="votes" outputElement="=count(for i in 1..vote return i)"')
    for place, vote in ((1, 1), (1, 2), (0, 10**9)):
        run.complete(instances(run)[place], vote=vote)
    run.do("skip", body(run), {})
    assert run.waiting == ["after"]
    assert votes(run) == [None, 1, 2]


@pytest.mark.parametrize("sequential", [False, True])
def test_whoever_is_taken_away_leaves_nothing_behind_and_the_others_go_on(*, sequential: bool) -> None:
    run = signing("", sequential=sequential)
    first = instances(run)[0]
    run.do("take_away", first)
    assert first in run.outcome.canceled
    assert first not in run.wake()._run.scopes.values
    for vote in (1, 2):
        run.complete(instances(run)[0], vote=vote)
    assert run.waiting == ["after"]
    assert votes(run) == [None, 1, 2]


def test_those_who_signed_while_nobody_could_tell_stay_signed_when_another_is_taken_away() -> None:
    run = signing()
    stuck = stuck_after(run, 0)
    run.do("take_away", instances(run)[-1])
    run.do("correct_and_retry", stuck, {"limit": 3})
    run.complete("sign", vote=1)
    assert run.waiting == ["after"]
    assert votes(run) == [0, 1, None]


def test_nothing_is_left_of_those_who_need_not_sign_any_more() -> None:
    run = signing("=numberOfCompletedInstances &gt; 0")
    run.complete(instances(run)[1], vote=1)
    assert run.waiting == ["after"]
    scopes = run.wake()._run.scopes
    assert (list(scopes.values), list(scopes.parts), scopes.bodies) == ([0], [], {})


@pytest.mark.parametrize("wrong", ["同意", [], [None], [None, None]])
def test_a_result_is_collected_only_in_a_list_that_has_its_place(wrong: object) -> None:
    run = signing("")
    run.do("set_variables", {"votes": wrong}, token=instances(run)[0])
    run.complete(instances(run)[2], vote=2)
    stuck = body(run)
    run.do("correct_and_retry", stuck, {"votes": [None] * 3})
    run.complete(instances(run)[0], vote=0)
    run.complete(instances(run)[0], vote=1)
    assert votes(run) == [0, 1, 2]


def test_an_activity_repeats_as_often_as_its_limit_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "LIMIT", 3)
    assert signing("").waiting == ["sign"] * 3
    refused = signing("", people=("a", "b", "c", "d"))
    assert [(one.code, one.facts["limit"]) for one in refused.outcome.stuck] == [("collection_not_list", 3)]


@pytest.mark.parametrize(("sequential", "needed"), [(False, 2), (True, 1)])
def test_the_condition_knows_how_many_are_still_open(*, sequential: bool, needed: int) -> None:
    run = signing("=numberOfActiveInstances &lt; 2 and numberOfTerminatedInstances = 0", sequential=sequential)
    for number in range(needed):
        assert "sign" in run.waiting
        run.complete(instances(run)[0], vote=number)
    assert run.waiting == ["after"]


@pytest.mark.parametrize(
    ("results", "collected"),
    [('outputCollection="votes"', [None, None]), ('outputElement="=vote"', None), ("", None)],
)
def test_what_is_collected_needs_a_list_and_a_value(results: str, collected: object) -> None:
    run = signing("", results=results, people=("a", "b"))
    run.complete("sign", noted=1)
    run.complete("sign", noted=2)
    assert run.waiting == ["after"]
    assert run.outcome.variables.get("votes") == collected


def test_nobody_to_sign_gives_an_empty_list_and_leaves_nothing_behind() -> None:
    run = signing(people=())
    assert (run.waiting, votes(run)) == (["after"], [])
    assert list(run.wake()._run.scopes.values) == [0]


def test_machines_do_no_more_than_is_enough() -> None:
    work = script("work", "who", "x").replace(
        "</bpmn:scriptTask>",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics "
        'inputCollection="=people" inputElement="who" outputCollection="done" outputElement="=who"/></bpmn:extensionElements>'
        "<bpmn:completionCondition>=numberOfCompletedInstances = 2</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:scriptTask>",
    )
    run = Journey(diagram(START + work + END, {"start->work": "f1", "work->end": "f2"}), people=["a", "b", "c"])
    assert run.outcome.ended
    assert run.outcome.variables["done"] == ["a", "b", None]


IO = '<zeebe:ioMapping><zeebe:input source="=1" target="own.part"/>{}</zeebe:ioMapping>'
ANSWERED = ("vote", "person", "own", "comment.text", "files[1].name", "comment")


@pytest.mark.parametrize(
    ("outputs", "sequential", "together"),
    [
        ("", False, ("comment", "files")),
        ("", True, ()),
        ('<zeebe:output source="=1" target="files.first"/>', False, ("files",)),
    ],
)
def test_instances_write_together_what_is_not_each_one_s_own(
    outputs: str, *, sequential: bool, together: tuple[str, ...]
) -> None:
    kept = 'outputCollection="votes" outputElement="=vote.kind"'
    nodes = START + many("sign", kept, IO.format(outputs), sequential=sequential) + user_task("after") + END
    (process,) = read(written(nodes, SIGN))
    assert loops.written_together(process.elements["sign"], ANSWERED) == together
    assert loops.written_together(process.elements["after"], ANSWERED) == ()


@pytest.mark.parametrize(
    ("name", "collected"),
    [("true", [True, True]), ("null", [None, None]), ("loopCounter", [1, 2]), ("person", ["a", "b"])],
)
def test_a_result_that_is_no_answer_of_an_instance_hides_nothing(name: str, collected: list[object]) -> None:
    run = signing("", results=f'outputCollection="votes" outputElement="={name}"', people=("a", "b"))
    for _ in range(2):
        run.complete("sign")
    assert votes(run) == collected


@pytest.mark.parametrize(
    ("stored", "tokens"), [(7, [7]), (Decimal(7), [7]), ([7, Decimal(8)], [7, 8]), ([], []), (None, [])]
)
def test_whose_result_could_not_be_taken_is_read_as_any_version_has_stored_it(
    stored: object, tokens: list[int]
) -> None:
    stuck = cast("SpiffTask", SimpleNamespace(peek={"loop": {"pending": stored}}))
    assert loops.pending(stuck) == tokens


@pytest.mark.parametrize(("operations", "kept"), [("takeBack, return", 1), ("return", 0), ("", 0)])
def test_what_somebody_began_with_is_kept_only_where_they_can_take_it_back(operations: str, kept: int) -> None:
    listed = f'<zeebe:properties><zeebe:property name="operations" value="{operations}"/></zeebe:properties>'
    run = Journey(written(START + many("sign", RESULTS, listed) + user_task("after") + END, SIGN), people=["a", "b"])
    first = instances(run)[0]
    run.complete(first, vote=1)
    parts = dict(run.wake()._run.scopes.parts)
    assert len(parts) == kept
    if kept:
        assert (parts[first]["index"], parts[first]["counter"], parts[first]["item"]) == (0, 1, "a")
    run.complete("sign", vote=2)
    assert dict(run.wake()._run.scopes.parts) == {}
