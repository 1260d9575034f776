"""The ad-hoc sub-process: what is in it is done in any order, as often as somebody chooses."""

from collections.abc import Callable, Mapping
from functools import partial

import pytest

from engine.errors import GoneError, InvalidError
from engine.interpreter import Case
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.interpreter.build import END, START, diagram, drawn, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run
from tests.interpreter.test_elements import event, written
from tests.interpreter.test_growth import repeated, sub_process

NOTHING = Known(forms=frozenset(), job_types=frozenset())


def choose(run: Run, *elements: str, where: str = "gather", cancel: bool = False, **variables: object) -> None:
    """Choose elements, as somebody does who looks at the case."""
    token = run.token(where)
    run.step(lambda case: case.choose(token, [(element, variables) for element in elements], cancel_remaining=cancel))


def passages(run: Run) -> list[tuple[str, str]]:
    return [(passage.what, passage.element_id) for passage in run.outcome.passages]


def test_without_a_list_it_waits_for_somebody_to_choose() -> None:
    run = Run(drawn("adhoc_choice"))
    assert run.waiting == ["gather", "late"]
    assert not run.outcome.ended
    entered = {passage.element_id: passage for passage in run.outcome.passages}["gather"]
    assert (entered.what, entered.flow_id) == ("entered", "start_gather")


def test_anything_may_be_done_in_any_order_and_again_until_the_condition_holds() -> None:
    run = Run(drawn("adhoc_choice"), price=4)
    choose(run, "ask", "ask", "check")
    assert run.waiting == ["ask", "ask", "check", "gather", "late"]
    run.complete("check")
    assert run.waiting == ["ask", "ask", "gather", "late", "note"]
    run.complete("note")
    run.complete("ask", price=5)
    choose(run, "rate")
    assert run.outcome.variables["estimate"] == 10
    run.complete("ask")
    assert run.waiting == ["gather", "late"]
    choose(run, "ask")
    run.complete("ask", ready=True)
    assert run.waiting == ["decide"]
    assert passages(run) == [("completed", "ask"), ("completed", "gather"), ("entered", "decide"), ("canceled", "late")]
    assert run.complete("decide").ended


def test_what_still_runs_is_taken_away_when_the_condition_holds() -> None:
    run = Run(drawn("adhoc_choice"), ready=False)
    choose(run, "ask", "check", "ask")
    run.complete("check", ready=True)
    assert run.waiting == ["decide"]
    assert sorted(element.id for element in run.outcome.canceled.values()) == ["ask", "ask", "late"]
    assert "note" not in {passage.element_id for passage in run.outcome.passages}


def test_or_it_is_waited_for_and_nothing_new_is_begun() -> None:
    run = Run(drawn("adhoc_waiting_for_the_rest"), ready=False)
    assert run.waiting == ["ask", "check", "gather"]
    choose(run, "visit")
    run.complete("check", ready=True)
    assert run.waiting == ["ask", "gather", "visit"]
    with pytest.raises(GoneError):
        choose(run, "visit")
    run.complete("visit", ready=False)
    run.complete("ask")
    assert run.waiting == ["decide"]


def test_a_condition_that_is_not_met_when_all_is_done_waits_for_the_next_choice() -> None:
    run = Run(drawn("adhoc_waiting_for_the_rest"), ready=False)
    run.complete("ask")
    run.complete("check")
    assert run.waiting == ["gather"]
    choose(run, "ask")
    run.complete("ask", ready=True)
    assert run.waiting == ["decide"]


def test_what_the_list_names_is_begun_at_once_and_the_end_of_it_is_the_end() -> None:
    run = Run(drawn("adhoc_listed"), wanted=["ask", "check"])
    assert run.waiting == ["ask", "check", "gather"]
    run.complete("ask", answer="便宜")
    run.complete("check")
    run.complete("note", answer="属实")
    assert run.waiting == ["decide"]
    assert run.outcome.variables["answers"] == ["便宜", "属实"]


def test_an_empty_list_leaves_the_choice_to_people() -> None:
    run = Run(drawn("adhoc_listed"), wanted=[])
    assert run.waiting == ["gather"]
    choose(run, "ask")
    run.complete("ask", answer=1)
    assert (run.waiting, run.outcome.variables["answers"]) == (["decide"], [1])


@pytest.mark.parametrize("wanted", [None, "ask", ["ask", "nothing"], ["note"], [1]])
def test_a_list_of_anything_else_gets_stuck_and_goes_on_when_mended(wanted: object) -> None:
    run = Run(drawn("adhoc_listed"), wanted=wanted)
    (stuck,) = run.outcome.stuck
    assert (stuck.code, stuck.element.id) == ("adhoc_elements", "gather")
    assert run.waiting == ["gather"]
    with pytest.raises(GoneError):
        choose(run, "ask")
    token = run.token("gather")

    def mend(case: Case) -> None:
        case.set_variables({"wanted": ["ask"]})
        case.retry(token)

    run.step(mend)
    assert run.waiting == ["ask", "gather"]
    assert run.token("gather") == token


def test_a_condition_that_is_no_answer_gets_stuck_and_loses_nothing() -> None:
    run = Run(drawn("adhoc_choice"), ready=False)
    choose(run, "ask", "check")
    broken = drawn("adhoc_choice").replace(b"=ready = true", b"=ready")
    run = Run(broken, ready=False)
    choose(run, "ask", "check")
    run.complete("ask", ready="maybe")
    (stuck,) = run.outcome.stuck
    assert (stuck.code, stuck.element.id) == ("condition_not_boolean", "gather")
    run.complete("check")
    assert run.outcome.stuck == ()
    assert run.waiting == ["gather", "late", "note"]
    token = run.token("gather")

    def mend(case: Case) -> None:
        case.set_variables({"ready": False})
        case.retry(token)

    run.step(mend)
    assert run.waiting == ["gather", "late", "note"]
    run.complete("note", ready=True)
    assert run.waiting == ["decide"]


@pytest.mark.parametrize("elements", [["note"], ["nothing"], ["decide"], ["ask", "late"], []])
def test_only_what_no_flow_leads_to_can_be_chosen(elements: list[str]) -> None:
    run = Run(drawn("adhoc_choice"))
    before = run.outcome
    with pytest.raises(InvalidError):
        choose(run, *elements)
    assert run.outcome is before


def test_only_an_ad_hoc_sub_process_has_something_to_choose() -> None:
    run = Run(drawn("adhoc_choice"))
    with pytest.raises(InvalidError):
        choose(run, "ask", where="late")


def test_a_choice_may_take_away_what_was_chosen_before() -> None:
    run = Run(drawn("adhoc_choice"), ready=False)
    choose(run, "ask", "check")
    run.complete("check")
    choose(run, "ask", cancel=True)
    assert run.waiting == ["ask", "gather", "late"]
    assert sorted(element.id for element in run.outcome.canceled.values()) == ["ask", "note"]


def test_variables_of_a_choice_are_seen_along_its_path_only() -> None:
    run = Run(drawn("adhoc_choice"), ready=False)
    choose(run, "check", supplier="星河")
    choose(run, "check", supplier="远山")
    for _ in range(2):
        run.complete("check")
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    seen = sorted(str(case.visible(token)["supplier"]) for token, one in run.outcome.waiting.items() if one == "note")
    assert seen == ["星河", "远山"]
    run.complete("note", supplier="改名")
    assert "supplier" not in run.outcome.variables


def test_an_interrupting_event_ends_it_whatever_is_being_done() -> None:
    run = Run(drawn("adhoc_choice"), ready=False)
    choose(run, "ask", "check")
    run.fire("late")
    assert run.waiting == ["rescue"]
    assert sorted(element.id for element in run.outcome.canceled.values()) == ["ask", "check", "gather"]
    assert run.complete("rescue").ended


@pytest.mark.parametrize("around", [partial(sub_process, "stage"), partial(repeated, "stage")])
@pytest.mark.parametrize("wanted", ["=[]", "=[&quot;ask&quot;]"])
def test_an_event_that_interrupts_what_is_around_it_ends_it_too(wanted: str, around: Callable[[str], str]) -> None:
    adhoc = (
        f'<bpmn:adHocSubProcess id="gather"><bpmn:extensionElements><zeebe:adHoc activeElementsCollection="{wanted}"/>'
        f"</bpmn:extensionElements>{user_task('ask')}</bpmn:adHocSubProcess>"
    )
    paid = event("message", 'messageRef="m_paid"')
    border = f'<bpmn:boundaryEvent id="late" attachedToRef="stage">{paid}</bpmn:boundaryEvent>'
    flows = {"start->stage": "f1", "stage->end": "f2", "late->rescue": "f3", "rescue->end": "f4"}
    inside = around(sub_process("inner", adhoc))
    run = Run(written(START + inside + border + user_task("rescue") + END, flows), order=1, people=["a", "b"])
    gathers = {token for token, element in run.outcome.waiting.items() if element == "gather"}
    assert gathers
    run.fire("late")
    assert run.waiting == ["rescue"]
    assert gathers == {
        one.token for one in run.outcome.passages if (one.what, one.element_id) == ("canceled", "gather")
    }
    assert gathers == {token for token, element in run.outcome.canceled.items() if element.id == "gather"}


def test_what_is_stuck_or_only_waits_can_be_left_as_if_it_were_done() -> None:
    run = Run(drawn("adhoc_listed"), wanted="nonsense")
    token = run.token("gather")
    run.step(lambda case: case.skip(token, {"answer": 1}))
    assert (run.waiting, run.outcome.variables["answers"]) == (["decide"], [])
    run = Run(drawn("adhoc_choice"), ready=False)
    choose(run, "ask", "check")
    token = run.token("gather")
    run.step(lambda case: case.skip(token, {}))
    assert run.waiting == ["decide"]
    assert sorted(element.id for element in run.outcome.canceled.values()) == ["ask", "check", "late"]


def test_an_administrator_can_put_a_token_on_what_people_cannot_choose() -> None:
    run = Run(drawn("adhoc_choice"), ready=False)

    def put(case: Case) -> None:
        assert case.tokens_at("gather") == [run.token("gather")]
        case.activate("note")
        case.settle()

    run.step(put)
    assert run.waiting == ["gather", "late", "note"]
    run.complete("note", ready=True)
    assert run.waiting == ["decide"]


def test_a_token_that_is_put_into_a_sub_process_that_is_not_open_opens_it_without_its_list() -> None:
    run = Run(drawn("adhoc_after_a_task"), wanted=["ask", "check"])

    def move(case: Case) -> None:
        case.activate("check")
        case.terminate(run.token("before"))
        case.settle()

    run.step(move)
    assert run.waiting == ["check", "gather"]
    assert run.complete("check").ended


def test_execution_listeners_of_it_are_asked_before_and_after_under_its_own_number() -> None:
    listeners = (
        "<zeebe:executionListeners>"
        '<zeebe:executionListener eventType="start" type="tell"/><zeebe:executionListener eventType="end" type="tell"/>'
        "</zeebe:executionListeners>"
    )
    content = drawn("adhoc_listed").replace(b"<zeebe:adHoc", listeners.encode() + b"<zeebe:adHoc")
    run = Run(content, wanted=["ask"])
    token = run.token("gather")
    assert [(job.token, job.type) for job in run.outcome.jobs] == [(token, "tell")]
    run.step(lambda case: case.complete_listener(token, {}))
    assert (run.waiting, run.token("gather")) == (["ask", "gather"], token)
    run.complete("ask", answer=1)
    assert (run.waiting, run.token("gather")) == (["gather"], token)
    run.step(lambda case: case.complete_listener(token, {}))
    assert run.waiting == ["decide"]
    assert ("completed", "gather") in passages(run)


def one_round(run: Run, length: int) -> None:
    """Do a round of the nested diagram: the multi-instance, the sub-process, and the ad-hoc sub-process inside."""
    choose(run, "sign", "visit", "extra")
    assert run.waiting == ["extra", "gather", "go", "remind", "sign", "sign"]
    choose(run, "photo", "scan", where="extra")
    run.fire("remind")
    run.complete("call")
    for page in (1, 2):
        assert "extra" in run.waiting
        run.complete("photo" if page == 1 else "scan", page=page)
    assert run.outcome.variables["pages"] == [1, 2]
    assert "extra" not in run.waiting
    run.complete("sign")
    run.complete("sign")
    assert run.outcome.variables["votes"] == ["a", "b"]
    run.complete("go", length=length)


def test_it_holds_a_multi_instance_a_sub_process_and_another_one_for_two_rounds() -> None:
    run = Run(drawn("adhoc_nested"), people=["a", "b"])
    one_round(run, 2)
    # The condition isn't met: the first round waits for one more choice.
    assert run.waiting == ["gather"]
    choose(run, "visit")
    run.complete("go", length=3)
    assert run.waiting == ["gather"]
    assert run.outcome.variables["gathered"] == [1, 1, 1, 1]
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert case.visible(run.token("gather"))["length"] == 0
    one_round(run, 3)
    assert run.outcome.ended
    assert run.outcome.variables["gathered"] == [1, 1, 1]
    assert "length" not in run.outcome.variables


ADHOC = '<bpmn:adHocSubProcess id="gather" name="gather" {more}>{inside}</bpmn:adHocSubProcess>'
EVENT_SUB = (
    '<bpmn:subProcess id="handler" triggeredByEvent="true"><bpmn:startEvent id="trigger" isInterrupting="{interrupting}">'
    '<bpmn:signalEventDefinition signalRef="s"/></bpmn:startEvent>{task}<bpmn:endEvent id="he"/>'
    '<bpmn:sequenceFlow id="h1" sourceRef="trigger" targetRef="handle"/>'
    '<bpmn:sequenceFlow id="h2" sourceRef="handle" targetRef="he"/></bpmn:subProcess>'
)
AROUND: Mapping[str, str | tuple[str, str]] = {"start->gather": "f1", "gather->end": "f2"}


def around(inside: str, more: str = "") -> bytes:
    content = diagram(START + ADHOC.format(inside=inside, more=more) + END, dict(AROUND))
    return content.replace(b"<bpmn:process", b'<bpmn:signal id="s" name="stop"/><bpmn:process', 1)


@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_an_event_sub_process_inside_takes_over_or_runs_beside(interrupting: str) -> None:
    inside = user_task("a") + EVENT_SUB.format(interrupting=interrupting, task=user_task("handle"))
    run = Run(around(inside))
    assert run.waiting == ["gather", "trigger"]
    choose(run, "a")
    run.fire("trigger")
    if interrupting == "true":
        assert run.waiting == ["handle"]
        assert run.complete("handle").ended
    else:
        assert run.waiting == ["a", "gather", "handle", "trigger"]
        run.complete("a")
        assert run.waiting == ["handle", "trigger"]
        assert run.complete("handle").ended


def test_two_chosen_paths_may_join_inside() -> None:
    inside = (
        user_task("a") + user_task("b") + user_task("c") + '<bpmn:parallelGateway id="join"/>'
        '<bpmn:sequenceFlow id="i1" sourceRef="a" targetRef="join"/><bpmn:sequenceFlow id="i2" sourceRef="b" targetRef="join"/>'
        '<bpmn:sequenceFlow id="i3" sourceRef="join" targetRef="c"/>'
    )
    run = Run(around(inside))
    choose(run, "a", "b")
    run.complete("a")
    assert run.waiting == ["b", "gather"]
    run.complete("b")
    assert run.waiting == ["c", "gather"]
    assert run.complete("c").ended


def findings(content: bytes) -> list[tuple[str, str, str | None]]:
    found = check(content, "test.bpmn", NOTHING).findings
    return [(one.severity, one.code, one.element) for one in found if one.code.startswith(("adhoc", "expr", "unre"))]


@pytest.mark.parametrize(
    ("inside", "more", "found"),
    [
        ('<bpmn:startEvent id="b"/>' + user_task("a"), "", ("error", "adhoc_start_or_end", "b")),
        ('<bpmn:endEvent id="e"/>' + user_task("a"), "", ("error", "adhoc_start_or_end", "e")),
        ("", "", ("error", "adhoc_empty", "gather")),
        (user_task("a"), 'ordering="Sequential"', ("error", "adhoc_sequential", "gather")),
        (user_task("a"), "", ("warning", "adhoc_without_end", "gather")),
        (
            '<bpmn:extensionElements><zeebe:taskDefinition type="agent"/></bpmn:extensionElements>' + user_task("a"),
            "",
            ("error", "adhoc_job", "gather"),
        ),
        (
            '<bpmn:extensionElements><zeebe:adHoc activeElementsCollection="=[&quot;a&quot;, &quot;b&quot;]"/>'
            "</bpmn:extensionElements>" + user_task("a"),
            "",
            ("error", "adhoc_unknown_element", "gather"),
        ),
        (
            user_task("a") + "<bpmn:completionCondition>=x &lt;</bpmn:completionCondition>",
            "",
            ("error", "expression_syntax", "gather"),
        ),
    ],
)
def test_what_would_leave_people_without_a_way_on_is_told_before_publication(
    inside: str, more: str, found: tuple[str, str, str | None]
) -> None:
    assert found in findings(around(inside, more))


@pytest.mark.parametrize("name", ["adhoc_choice", "adhoc_listed", "adhoc_waiting_for_the_rest", "adhoc_nested"])
def test_the_drawn_sub_processes_are_publishable(name: str) -> None:
    assert check(drawn(name), name, NOTHING).errors == []
