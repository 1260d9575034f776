"""Going on after an Incident: tried again with better data, or left as if it were done."""

import pytest

from engine.errors import InvalidError
from engine.interpreter import Case
from tests.interpreter.build import END, START, diagram, drawn, script, user_task
from tests.interpreter.test_case import GATEWAY, Run
from tests.interpreter.test_elements import GATEWAY as GATES
from tests.interpreter.test_elements import RACE, RESULTS, event, event_sub, many, written
from tests.interpreter.test_joins import CHOICE as CHOSEN
from tests.interpreter.test_joins import INCLUSIVE

CHOICE = diagram(
    GATEWAY.format(default=""),
    {
        "start->a": "f1",
        "a->g": "f2",
        "g->yes": ("f3", "=n &gt; 10"),
        "g->no": ("f4", "=n &lt; 5"),
        "yes->end": "f5",
        "no->end": "f6",
    },
)


def stuck(run: Run) -> str:
    """Give why the case got stuck in the last step."""
    (one,) = run.outcome.stuck
    return one.code


def test_a_gateway_is_left_by_the_flow_that_somebody_chooses() -> None:
    run = Run(CHOICE)
    run.complete("a", n=7)
    assert stuck(run) == "no_condition_true"
    run.step(lambda case: case.skip(run.token("g"), {"n": 8}, ["f4"]))
    assert run.waiting == ["no"]
    assert run.outcome.variables["n"] == 8
    assert [(passage.element_id, passage.flow_id) for passage in run.outcome.passages] == [("g", "f2"), ("no", "f4")]


@pytest.mark.parametrize("flows", [[], ["f3", "f4"], ["f2"], ["nothing"]])
def test_an_exclusive_gateway_is_left_by_one_flow_of_its_own(flows: list[str]) -> None:
    run = Run(CHOICE)
    run.complete("a", n=7)
    with pytest.raises(InvalidError) as refused:
        run.step(lambda case: case.skip(run.token("g"), {}, flows))
    assert refused.value.where == "flows"


def test_data_corrected_first_let_the_gateway_decide_itself() -> None:
    run = Run(CHOICE)
    run.complete("a", n=7)
    run.step(lambda case: case.correct(run.token("g"), {"n": 11}), lambda case: case.retry(run.token("g")))
    assert run.waiting == ["yes"]
    assert run.outcome.changes == {"n": (7, 11)}


def test_a_script_is_skipped_with_the_value_it_should_have_given() -> None:
    calculate = script("s", "=string(&quot;x&quot;, 1, 2, 3, 4)", "total")
    run = Run(diagram(START + calculate + user_task("a") + END, {"start->s": "f1", "s->a": "f2", "a->end": "f3"}))
    if run.outcome.stuck:
        run.step(lambda case: case.skip(run.token("s"), {"total": 12}))
    assert run.waiting == ["a"]


TIMER = (
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition><bpmn:timeDate>=moment</bpmn:timeDate>'
    "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)
WAITING = diagram(START + TIMER + END, {"start->wait": "f1", "wait->end": "f2"})


def test_a_timer_that_had_no_time_waits_for_the_corrected_one_instead_of_passing() -> None:
    run = Run(WAITING)
    assert stuck(run) == "timer_without_time"
    run.step(
        lambda case: case.correct(run.token("wait"), {"moment": "2026-05-01T00:00:00Z"}),
        lambda case: case.retry(run.token("wait")),
    )
    assert run.waiting == ["wait"]
    assert [job.type for job in run.outcome.jobs] == ["timer"]
    assert run.fire("wait").ended


def test_a_timer_that_is_tried_again_in_vain_is_stuck_again() -> None:
    run = Run(WAITING)
    run.step(lambda case: case.retry(run.token("wait")))
    assert stuck(run) == "timer_without_time"
    run.step(lambda case: case.skip(run.token("wait"), {}))
    assert run.outcome.ended


def test_a_border_that_can_not_wait_is_given_up_and_its_activity_goes_on() -> None:
    nodes = (
        START
        + user_task("a")
        + user_task("late")
        + END
        + '<bpmn:boundaryEvent id="border" attachedToRef="a">'
        + event("message", 'messageRef="m_paid"')
        + "</bpmn:boundaryEvent>"
    )
    run = Run(written(nodes, {"start->a": "f1", "a->end": "f2", "border->late": "f3", "late->end": "f4"}))
    assert stuck(run) == "correlation_key_missing"
    run.step(lambda case: case.skip(run.token("border"), {}))
    assert run.waiting == ["a"]
    assert run.complete("a").ended


def votes() -> bytes:
    each = (
        '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=people"'
        ' outputCollection="votes" outputElement="=1"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )
    vote = user_task("vote").replace("</bpmn:userTask>", each)
    return diagram(START + vote + user_task("z") + END, {"start->vote": "f1", "vote->z": "f2", "z->end": "f3"})


def test_a_list_of_results_that_something_else_has_overwritten_is_an_incident_until_it_is_a_list_again() -> None:
    run = Run(votes(), people=["x", "y"])
    run.complete("vote", votes="同意")
    assert stuck(run) == "results_overwritten"
    token = run.outcome.stuck[0].token
    run.step(
        lambda case: case.correct(token, {"votes": [None, None]}),
        lambda case: case.retry(token),
    )
    assert run.waiting == ["vote"]
    run.complete("vote")
    assert run.waiting == ["z"]
    assert run.outcome.variables["votes"] == [1, 1]


def test_a_repeated_activity_without_a_list_is_left_or_begun_when_there_is_one() -> None:
    content = votes()
    left = Run(content)
    assert stuck(left) == "collection_not_list"
    left.step(lambda case: case.skip(left.token("vote"), {}))
    assert left.waiting == ["z"]
    noted = Run(content)
    noted.step(lambda case: case.set_variables({"note": "问过"}, token=noted.token("vote"), local=True))
    noted.step(lambda case: case.skip(noted.token("vote"), {}))
    assert noted.waiting == ["z"]
    mended = Run(content)
    mended.step(
        lambda case: case.correct(mended.token("vote"), {"people": ["x"]}),
        lambda case: case.retry(mended.token("vote")),
    )
    assert mended.waiting == ["vote"]


DEAD = diagram(
    START
    + '<bpmn:exclusiveGateway id="g" default="f3"/><bpmn:parallelGateway id="join"/>'
    + user_task("a")
    + user_task("b")
    + user_task("c")
    + END,
    {
        "start->g": "f1",
        "g->a": ("f2", "=false"),
        "g->b": "f3",
        "a->join": "f4",
        "b->join": "f5",
        "join->c": "f6",
        "c->end": "f7",
    },
)


def test_a_join_whose_other_branch_can_not_come_is_no_silence_but_a_question() -> None:
    run = Run(DEAD)
    run.complete("b")
    assert stuck(run) == "join_waits_in_vain"
    run.step(lambda case: case.retry(run.token("join")))
    assert stuck(run) == "join_waits_in_vain"
    run.step(lambda case: case.skip(run.token("join"), {}))
    assert run.waiting == ["c"]


def test_a_join_that_waited_in_vain_joins_when_the_missing_token_is_put_into_its_branch() -> None:
    run = Run(DEAD)
    run.complete("b")
    run.step(lambda case: case.activate("a"), lambda case: case.settle())
    run.complete("a")
    assert run.waiting == ["c"]
    assert run.complete("c").ended


def test_a_repeated_activity_that_got_stuck_is_not_over_when_it_goes_on_and_keeps_its_results() -> None:
    nodes = many("sign", RESULTS, completion="=count(for i in 1..limit return i) &lt; numberOfCompletedInstances")
    run = Run(
        written(START + nodes + END, {"start->sign": "f1", "sign->end": "f2"}), people=["a", "b", "c"], limit=10**9
    )
    body = stuck_body(run)
    run.step(lambda case: case.correct(body, {"limit": 1}), lambda case: case.retry(body))
    assert run.outcome.canceled == {}
    assert [one for one in run.outcome.passages if one.what == "canceled"] == []
    assert run.waiting == ["sign", "sign"]
    run.complete("sign", vote=2)
    assert run.outcome.ended
    votes = run.outcome.variables["votes"]
    assert [one and one["vote"] for one in votes] == [1, 2, None]  # type: ignore[attr-defined] # a list of contexts


def stuck_body(run: Run) -> int:
    """Complete one instance whose completion condition can't be asked; give the token of the body."""
    run.complete("sign", vote=1)
    (stuck,) = run.outcome.stuck
    return stuck.token


def test_what_is_skipped_with_variables_gives_them_to_what_is_around_it() -> None:
    own = '<zeebe:ioMapping><zeebe:input source="=1" target="amount"/></zeebe:ioMapping>'
    nodes = START + user_task("a", own) + user_task("z") + END
    run = Run(diagram(nodes, {"start->a": "f1", "a->z": "f2", "z->end": "f3"}), amount=0)
    run.step(lambda case: case.skip(run.token("a"), {"amount": 5}))
    assert (run.waiting, run.outcome.variables) == (["z"], {"amount": 5})


def test_what_was_handed_in_and_could_not_be_taken_is_not_taken_when_it_is_skipped() -> None:
    mapped = (
        '<zeebe:ioMapping><zeebe:output source="=count(for i in 1..given return i)" target="size"/></zeebe:ioMapping>'
    )
    nodes = START + user_task("a", mapped) + user_task("z") + END
    run = Run(diagram(nodes, {"start->a": "f1", "a->z": "f2", "z->end": "f3"}))
    run.complete("a", given=10**9)
    assert stuck(run) == "expression_failed"
    run.step(lambda case: case.skip(run.token("a"), {"size": 1}))
    assert (run.waiting, run.outcome.variables) == (["z"], {"size": 1})


def test_what_was_handed_in_is_taken_once_the_data_are_mended() -> None:
    mapped = '<zeebe:ioMapping><zeebe:output source="=given + count(for i in 1..limit return i)" target="size"/></zeebe:ioMapping>'
    nodes = START + user_task("a", mapped) + user_task("z") + END
    run = Run(diagram(nodes, {"start->a": "f1", "a->z": "f2", "z->end": "f3"}), limit=10**9)
    run.complete("a", given=1)
    assert stuck(run) == "expression_failed"
    run.step(lambda case: case.correct(run.token("a"), {"limit": 2}), lambda case: case.retry(run.token("a")))
    assert run.waiting == ["z"]
    assert run.outcome.variables["size"] == 3


def test_a_job_whose_kind_could_not_be_told_is_opened_when_it_can() -> None:
    drawn_job = (
        '<bpmn:serviceTask id="s"><bpmn:extensionElements><zeebe:taskDefinition type="=if count(for i in 1..limit return i) &gt; 0 then kind else kind"/></bpmn:extensionElements>'
        "</bpmn:serviceTask>"
    )
    run = Run(diagram(START + drawn_job + END, {"start->s": "f1", "s->end": "f2"}), kind="pay", limit=10**9)
    assert stuck(run) == "expression_failed"
    run.step(lambda case: case.correct(run.token("s"), {"limit": 2}), lambda case: case.retry(run.token("s")))
    assert [job.type for job in run.outcome.jobs] == ["pay"]
    assert run.complete("s").ended


def test_an_event_that_could_not_wait_and_is_left_takes_those_away_that_it_raced_with() -> None:
    nodes = GATES.replace("<bpmn:timeDuration>P2D</bpmn:timeDuration>", "<bpmn:timeDate>=moment</bpmn:timeDate>")
    run = Run(written(nodes, RACE), order="7")
    assert stuck(run) == "timer_without_time"
    run.step(lambda case: case.skip(run.token("timer"), {}))
    assert run.waiting == ["late"]
    assert run.complete("late").ended


@pytest.mark.parametrize("interrupting", [False, True])
def test_an_event_sub_process_that_can_not_wait_is_given_up(*, interrupting: bool) -> None:
    handler = event_sub("message", 'messageRef="m_paid"', interrupting=interrupting)
    run = Run(written(START + user_task("a") + handler + END, {"start->a": "f1", "a->end": "f2"}))
    assert stuck(run) == "correlation_key_missing"
    run.step(lambda case: case.skip(run.token("trigger"), {}))
    assert run.waiting == ["a"]
    assert run.complete("a").ended


def test_an_inclusive_gateway_is_left_by_all_flows_that_somebody_chooses_and_its_own_only() -> None:
    run = Run(diagram(INCLUSIVE, CHOSEN), more=False, who=None)
    split = run.token("split")
    for wrong in ([], ["f2", "f0"], ["f2", "nothing"]):
        with pytest.raises(InvalidError, match="哪条流向"):
            run.step(lambda case, wrong=wrong: case.skip(split, {}, wrong))  # type: ignore[misc] # its own each time
    run.step(lambda case: case.skip(split, {}, ["f2", "f3", "f2"]))
    assert run.waiting == ["a", "b"]
    run.complete("a")
    assert run.waiting == ["b"]
    assert run.complete("b").ended


@pytest.mark.parametrize("rounds", [0, 2])
def test_a_loop_that_is_stuck_between_two_rounds_is_left(rounds: int) -> None:
    content = drawn("standard_loop" if rounds else "standard_loop_before")
    run = Run(content) if rounds else Run(content, n=3)
    for _ in range(rounds - 1):
        run.complete("draft", approved=False)
    if rounds:
        run.complete("draft", approved="maybe")
    token = run.outcome.stuck[0].token
    run.step(lambda case: case.skip(token, {}))
    assert run.waiting == ["after"]
    assert run.complete("after").ended


TWO = '<zeebe:executionListeners><zeebe:executionListener eventType="start" type="one" retries="=tries"/></zeebe:executionListeners>'
LISTENED = diagram(START + user_task("a", TWO) + END, {"start->a": "f1", "a->end": "f2"})


def test_a_listener_that_could_not_be_asked_is_asked_once_the_data_are_mended() -> None:
    run = Run(LISTENED)
    assert (stuck(run), run.outcome.tasks) == ("retries_wrong", ())
    run.step(lambda case: case.correct(run.token("a"), {"tries": 2}), lambda case: case.retry(run.token("a")))
    assert [(job.type, job.listener) for job in run.outcome.jobs] == [("one", "start")]
    assert run.outcome.tasks == ()


def test_a_listener_that_is_skipped_gives_its_variables_and_its_element_goes_on() -> None:
    run = Run(LISTENED)
    run.step(lambda case: case.skip(run.token("a"), {"own": 1}))
    assert [task.element.id for task in run.outcome.tasks] == ["a"]
    case = Case.wake(run.outcome.body, run.specification, run.environment)
    assert case.visible(run.token("a"))["own"] == 1
    assert "own" not in run.outcome.variables
    assert run.complete("a").ended


@pytest.mark.parametrize(("event_left", "then"), [("message", "paid"), ("timer", "late")])
def test_an_event_whose_job_has_failed_is_left_as_if_it_had_happened(event_left: str, then: str) -> None:
    run = Run(written(GATES, RACE), order="7")
    run.step(lambda case: case.skip(run.token(event_left), {"by": "hand"}))
    assert (run.waiting, run.outcome.variables["by"]) == ([then], "hand")
    assert run.complete(then).ended


def test_what_an_event_would_have_brought_is_not_mapped_when_it_is_left() -> None:
    mapped = '<bpmn:extensionElements><zeebe:ioMapping><zeebe:output source="=count(for i in 1..amount return i)" target="n"/>'
    mapped += "</zeebe:ioMapping></bpmn:extensionElements>"
    paid = event("message", 'messageRef="m_paid"')
    catch = f'<bpmn:intermediateCatchEvent id="a">{mapped}{paid}</bpmn:intermediateCatchEvent>'
    nodes = START + catch + user_task("z") + END
    run = Run(written(nodes, {"start->a": "f1", "a->z": "f2", "z->end": "f3"}), order="7", amount=10**9)
    run.step(lambda case: case.skip(run.token("a"), {"n": 5}))
    assert (run.waiting, run.outcome.variables["n"]) == (["z"], 5)
