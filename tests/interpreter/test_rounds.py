"""The standard loop: once more while its condition holds."""

from decimal import Decimal

import pytest

from engine.interpreter import Case
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.interpreter.build import END, START, diagram, drawn, script, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run
from tests.interpreter.test_elements import sub, written

NOTHING = Known(forms=frozenset(), job_types=frozenset())


def counter(run: Run, element: str) -> object:
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    return case.visible(run.token(element))["loopCounter"]


def test_a_task_is_done_again_until_its_own_result_says_enough() -> None:
    run = Run(drawn("standard_loop"))
    assert (run.waiting, counter(run, "draft")) == (["draft", "late"], 1)
    first = run.token("draft")
    run.complete("draft", approved=False)
    assert (run.waiting, counter(run, "draft")) == (["draft", "late"], 2)
    assert run.token("draft") != first
    run.complete("draft", approved=True)
    assert run.waiting == ["after"]
    assert run.outcome.variables == {"approved": True}
    passages = [(p.what, p.element_id) for p in run.outcome.passages]
    assert passages == [("completed", "draft"), ("entered", "after"), ("canceled", "late")]


def test_the_maximum_ends_the_loop_whatever_its_condition_says() -> None:
    run = Run(drawn("standard_loop"))
    for number in (1, 2, 3):
        assert counter(run, "draft") == number
        run.complete("draft", approved=False)
    assert run.waiting == ["after"]


@pytest.mark.parametrize(("n", "rounds"), [(5, 0), (4, 1), (0, 5)])
def test_a_loop_that_asks_first_may_do_nothing_at_all(n: int, rounds: int) -> None:
    run = Run(drawn("standard_loop_before"), n=n, limit=5)
    assert run.waiting == ["after"]
    assert run.outcome.variables["n"] == 5
    assert [p.element_id for p in run.outcome.passages if p.what == "completed"].count("count") == rounds


def test_a_condition_that_is_no_answer_gets_stuck_before_the_first_round_and_goes_on_when_mended() -> None:
    run = Run(drawn("standard_loop_before"), n=3)
    (stuck,) = run.outcome.stuck
    assert (stuck.code, stuck.element.id) == ("condition_not_boolean", "count")
    token = run.token("count")

    def mend(case: Case) -> None:
        case.set_variables({"limit": 5})
        case.retry(token)

    run.step(mend)
    assert (run.waiting, run.outcome.variables["n"]) == (["after"], 5)


@pytest.mark.parametrize(("approved", "waiting"), [(False, ["draft", "late"]), (True, ["after"])])
def test_a_condition_that_is_no_answer_after_a_round_gets_stuck_there_and_no_round_is_done_twice(
    approved: bool, waiting: list[str]
) -> None:
    run = Run(drawn("standard_loop"))
    run.complete("draft", approved="maybe")
    (stuck,) = run.outcome.stuck
    assert (stuck.code, stuck.facts["expression"]) == ("condition_not_boolean", "=not(approved)")
    token = run.token("draft")
    assert run.step(lambda case: case.retry(token)).stuck != ()

    def mend(case: Case) -> None:
        case.set_variables({"approved": approved})
        case.retry(token)

    run.step(mend)
    assert run.waiting == waiting
    if not approved:
        assert counter(run, "draft") == 2
        run.complete("draft", approved=True)
        assert run.waiting == ["after"]


@pytest.mark.parametrize("rounds", [0, 2])
def test_an_interrupting_event_ends_the_loop_in_any_round(rounds: int) -> None:
    run = Run(drawn("standard_loop"))
    timer = run.token("late")
    for _ in range(rounds):
        run.complete("draft", approved=False)
    assert run.token("late") == timer
    run.fire("late")
    assert run.waiting == ["rescue"]
    assert run.complete("rescue").ended


def test_a_machine_that_never_gets_enough_becomes_an_incident() -> None:
    run = Run(drawn("standard_loop_before"), n=0, limit=Decimal("1e9"))
    assert [(one.code, one.element.id) for one in run.outcome.stuck] == [("endless_loop", "count")]


def test_rounds_of_a_sub_process_hold_a_multi_instance_and_a_loop_of_their_own() -> None:
    run = Run(drawn("standard_loop_nested"), people=["a", "b"], ok=True)
    for number in (1, 2):
        assert run.waiting == ["late", "sign", "sign"] if number == 1 else ["sign", "sign"]
        case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
        # Each instance of the round has a counter of its own; both see the people of the case.
        assert sorted(str(case.visible(t)["loopCounter"]) for t, e in run.outcome.waiting.items() if e == "sign") == [
            "1", "2",
        ]  # fmt: skip
        run.complete("sign")
        run.complete("sign")
        assert (counter(run, "correct"), "sign" in run.waiting) == (1, False)
        run.complete("correct", open=1)
        assert counter(run, "correct") == 2
        run.complete("correct", open=0)
        if number == 1:
            run.fire("late")
            assert run.waiting == ["remind", "sign", "sign"]
            run.complete("remind")
    assert run.waiting == ["after"]
    assert run.outcome.variables["votes"] == [{"who": "a", "ok": True}, {"who": "b", "ok": True}]
    assert run.complete("after").ended
    assert "loopCounter" not in run.outcome.variables


def test_each_round_calls_the_other_process_anew() -> None:
    run = Run(drawn("standard_loop_call"), left=2)
    for number in (1, 2):
        (job,) = run.outcome.jobs
        assert (job.kind, job.type) == ("call", "payment")
        case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
        assert case.inputs(job.token)["batch"] == number
        run.complete("call", left=2 - number, noise=1)
    assert run.outcome.ended
    assert run.outcome.variables == {"left": 0}


def test_an_input_hides_a_variable_from_the_work_but_not_from_the_condition() -> None:
    work = (
        '<bpmn:userTask id="a" name="a"><bpmn:extensionElements><zeebe:userTask/><zeebe:assignmentDefinition assignee="x"/>'
        '<zeebe:ioMapping><zeebe:input source="=null" target="decision"/>'
        '<zeebe:output source="=decision" target="decision"/></zeebe:ioMapping></bpmn:extensionElements>'
        "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>=decision = &quot;return&quot;</bpmn:loopCondition>"
        "</bpmn:standardLoopCharacteristics></bpmn:userTask>"
    )
    run = Run(diagram(START + work + END, {"start->a": "f1", "a->end": "f2"}))
    run.complete("a", decision="return")
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert case.visible(run.token("a"))["decision"] is None
    run.complete("a", decision="approve")
    assert run.outcome.ended


def test_results_of_several_instances_that_failed_are_all_taken_once_the_data_are_mended() -> None:
    work = script("work", "n", "x").replace(
        "</bpmn:scriptTask>",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics "
        'inputCollection="=[1, 2]" inputElement="n" outputCollection="all" outputElement="=count(for i in 1..size return i)"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:scriptTask>",
    )
    run = Run(diagram(START + work + END, {"start->work": "f1", "work->end": "f2"}), size=Decimal("1e9"))
    (stuck,) = run.outcome.stuck
    assert stuck.code == "expression_failed"
    token = run.token("work")
    (again,) = run.step(lambda case: case.retry(token)).stuck
    assert again == stuck

    def mend(case: Case) -> None:
        case.set_variables({"size": 3})
        case.retry(token)

    run.step(mend)
    assert run.outcome.ended
    assert run.outcome.variables["all"] == [3, 3]


def test_an_inner_list_of_results_may_not_have_the_name_of_an_outer_one() -> None:
    def each(name: str) -> str:
        collecting = f'inputCollection="=people" outputCollection="{name}" outputElement="=1"'
        return (
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
            f"<zeebe:loopCharacteristics {collecting}/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
        )

    inner = user_task("inside").replace("</bpmn:userTask>", each("votes") + "</bpmn:userTask>")
    around = sub(inner, '<bpmn:endEvent id="e"/>')
    for outer, found in (("votes", [("results_shared", "inside")]), ("others", [])):
        whole = around.replace("</bpmn:subProcess>", each(outer) + "</bpmn:subProcess>")
        content = written(START + whole + END, {"start->sub": "f1", "sub->end": "f2"})
        assert [(one.code, one.element) for one in check(content, "t", NOTHING).errors] == found


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ("<bpmn:standardLoopCharacteristics/>", "loop_without_end"),
        ('<bpmn:standardLoopCharacteristics loopMaximum="0"/>', "loop_maximum"),
        ('<bpmn:standardLoopCharacteristics loopMaximum="many"/>', "loop_maximum"),
        (
            "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>x &lt;</bpmn:loopCondition></bpmn:standardLoopCharacteristics>",
            "expression_syntax",
        ),
        ("<bpmn:multiInstanceLoopCharacteristics/>", "collection_missing"),
    ],
)
def test_a_loop_that_says_not_when_it_ends_is_refused(marks: str, code: str) -> None:
    work = script("work", "1", "x").replace("</bpmn:scriptTask>", marks + "</bpmn:scriptTask>")
    content = diagram(START + work + END, {"start->work": "f1", "work->end": "f2"})
    assert [(found.code, found.element) for found in check(content, "t", NOTHING).errors] == [(code, "work")]


@pytest.mark.parametrize(
    "name", ["standard_loop", "standard_loop_before", "standard_loop_nested", "standard_loop_call"]
)
def test_the_drawn_loops_are_publishable(name: str) -> None:
    assert check(drawn(name), name, NOTHING).errors == []
