"""Link events: a line that goes on elsewhere in the same scope."""

import pytest

from engine.interpreter import Case, read
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from engine.queries.marks import marks
from tests.interpreter.build import END, START, diagram, drawn, script, user_task
from tests.interpreter.test_case import ENVIRONMENT, Run

NOTHING = Known(forms=frozenset(), job_types=frozenset())


def link(kind: str, element: str, name: str) -> str:
    return (
        f'<bpmn:intermediate{kind}Event id="{element}" name="{element}"><bpmn:linkEventDefinition name="{name}"/>'
        f"</bpmn:intermediate{kind}Event>"
    )


def errors(content: bytes) -> list[tuple[str, str | None]]:
    return [(found.code, found.element) for found in check(content, "test.bpmn", NOTHING).errors]


@pytest.mark.parametrize(("urgent", "way"), [(True, ["urgent_out"]), (False, ["check", "checked_out"])])
def test_several_links_lead_to_the_one_that_catches_them(urgent: bool, way: list[str]) -> None:
    run = Run(drawn("link_events"), urgent=urgent)
    passages = list(run.outcome.passages)
    if not urgent:
        passages += run.complete("check").passages
    assert run.waiting == ["archive"]
    completed = [p.element_id for p in passages if p.what == "completed"]
    assert completed == ["start", "urgent_question", *way, "archive_in"]
    assert {p.element_id: p.flow_id for p in passages}["archive_in"] is None
    assert run.complete("archive").ended
    assert run.outcome.ended_at is not None
    assert run.outcome.ended_at.id == "end"


def test_the_picture_of_a_case_shows_both_links_passed() -> None:
    run = Run(drawn("link_events"), urgent=True)
    (process,) = read(drawn("link_events"))
    body = {
        "passages": [[p.what, p.element_id, p.token, p.flow_id] for p in run.outcome.passages],
        "waiting": [[1, "archive"]],
    }
    shown = marks(process, [body])
    assert {"urgent_out", "archive_in", "archive_in_archive"} <= set(shown.passed)
    assert shown.current == ["archive"]


def test_a_link_inside_a_repeated_sub_process_stays_inside_each_instance() -> None:
    run = Run(drawn("link_events_nested"), people=["a", "b"])
    assert run.waiting == ["sign", "sign"]
    run.complete("sign")
    assert run.waiting == ["sign"]
    run.complete("sign")
    assert run.waiting == ["close"]
    assert run.outcome.variables["notes"] == ["a已签", "b已签"]
    assert run.complete("close").ended


def test_a_link_may_lead_back() -> None:
    nodes = (
        START
        + link("Catch", "again", "再来")
        + '<bpmn:exclusiveGateway id="merge"/><bpmn:exclusiveGateway id="ask" default="f4"/>'
        + user_task("a")
        + link("Throw", "back", "再来")
        + END
    )
    flows: dict[str, str | tuple[str, str]] = {
        "start->merge": "f1", "again->merge": "f2", "merge->a": "f3", "a->ask": "f5", "ask->back": ("f6", "=more"),
        "ask->end": "f4",
    }  # fmt: skip
    content = diagram(nodes, flows)
    assert errors(content) == []
    run = Run(content)
    for _ in range(3):
        run.complete("a", more=True)
        assert run.waiting == ["a"]
    assert run.complete("a", more=False).ended


def test_a_link_that_leads_back_without_a_rest_or_a_way_out_is_refused_and_would_be_stopped() -> None:
    nodes = START + link("Catch", "in", "圈") + script("s", "=1", "one") + link("Throw", "out", "圈")
    nodes += link("Throw", "enter", "圈") + user_task("after") + END
    flows: dict[str, str | tuple[str, str]] = {"start->enter": "f1", "in->s": "f2", "s->out": "f3", "after->end": "f4"}
    content = diagram(nodes, flows)
    assert ("going_round", "in") in errors(content)
    assert [one.code for one in Run(content).outcome.stuck] == ["endless_loop"]


def test_a_circle_with_a_way_out_or_a_rest_in_it_is_no_error() -> None:
    nodes = START + '<bpmn:exclusiveGateway id="m"/><bpmn:exclusiveGateway id="g" default="f3"/>'
    flows: dict[str, str | tuple[str, str]] = {"start->m": "f1", "s->g": "f4", "g->m": ("f5", "=one = 2")}
    way_out = diagram(nodes + script("s", "=1", "one") + END, {**flows, "m->s": "f2", "g->end": "f3"})
    assert errors(way_out) == []
    rest = diagram(
        nodes + script("s", "=1", "one") + user_task("a") + END, {**flows, "m->a": "f2", "a->s": "f6", "g->end": "f3"}
    )
    assert errors(rest) == []


IN_SUB = (
    '<bpmn:subProcess id="sub" name="sub"><bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>{inside}'
    '<bpmn:sequenceFlow id="i1" sourceRef="s" targetRef="{first}"/>'
    '<bpmn:sequenceFlow id="i2" sourceRef="{last}" targetRef="e"/></bpmn:subProcess>'
)


@pytest.mark.parametrize(
    ("nodes", "flows", "found"),
    [
        (link("Throw", "out", "x"), {"start->out": "f1"}, ("link_not_caught", "out")),
        (link("Throw", "out", ""), {"start->out": "f1"}, ("link_unnamed", "out")),
        (link("Catch", "in", ""), {"in->end": "f1"}, ("link_unnamed", "in")),
        (link("Catch", "in", "x"), {"start->end": "f1", "in->end": "f2"}, ("link_not_thrown", "in")),
        (
            link("Throw", "out", "x") + link("Catch", "in", "x") + link("Catch", "in2", "x"),
            {"start->out": "f1", "in->end": "f2", "in2->end": "f3"},
            ("link_caught_twice", "in"),
        ),
        (
            link("Throw", "out", "x") + link("Catch", "in", "x"),
            {"start->out": "f1", "out->in": "f2", "in->end": "f3"},
            ("link_continues", "out"),
        ),
        (
            link("Throw", "out", "x") + link("Catch", "in", "x"),
            {"start->in": "f2", "in->end": "f3"},
            ("link_entered", "in"),
        ),
        (
            IN_SUB.format(inside=link("Throw", "out", "x"), first="out", last="out") + link("Catch", "in", "x"),
            {"start->sub": "f1", "in->end": "f3"},
            ("link_not_caught", "out"),
        ),
    ],
)
def test_a_link_without_its_one_counterpart_is_refused(
    nodes: str, flows: dict[str, str | tuple[str, str]], found: tuple[str, str]
) -> None:
    assert found in errors(diagram(START + nodes + END, flows))


def test_a_link_that_can_be_caught_only_outside_its_scope_is_told_so() -> None:
    inside = IN_SUB.format(inside=link("Throw", "out", "x"), first="out", last="out")
    content = diagram(START + inside + link("Catch", "in", "x") + END, {"start->sub": "f1", "in->end": "f3"})
    (finding,) = [f for f in check(content, "t", NOTHING).errors if f.code == "link_not_caught"]
    assert "边框" in finding.message


def test_the_drawn_diagrams_are_publishable() -> None:
    assert errors(drawn("link_events")) == []
    assert errors(drawn("link_events_nested")) == []


def test_a_case_that_passed_a_link_goes_on_after_it_was_stored() -> None:
    run = Run(drawn("link_events"), urgent=True)
    case = Case.wake(run.outcome.body, run.specification, ENVIRONMENT)
    assert case.element_id(run.token("archive")) == "archive"
