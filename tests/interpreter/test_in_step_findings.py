"""What random cases have found, each in the smallest diagram that has it."""

import pytest

from engine.errors import InvalidError
from engine.interpreter import run as running
from tests.interpreter.build import END, START, user_task
from tests.interpreter.journey import Journey
from tests.interpreter.test_compensation import line, throw
from tests.interpreter.test_compensation import sub as around
from tests.interpreter.test_elements import border, event_sub, many, sub, written

SPLIT = '<bpmn:parallelGateway id="s"/>' + user_task("a") + user_task("b") + '<bpmn:endEvent id="e"/>'
TWO_ENDS = {"start->s": "f1", "s->a": "f2", "s->b": "f3", "a->e": "f4", "b->end": "f5"}


@pytest.mark.parametrize("limit", range(20, 30))
def test_a_case_that_goes_round_past_a_border_is_stuck_at_something_drawn(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "STEP_LIMIT", limit)
    nodes = (
        START + '<bpmn:exclusiveGateway id="m"/><bpmn:exclusiveGateway id="x" default="out"/>' + many("t", "") + END
        + border("message", 'messageRef="m_paid"', on="t")
    )  # fmt: skip
    flows: dict[str, str | tuple[str, str]] = {
        "start->m": "f1", "m->t": "f2", "t->x": "f3", "x->end": "out", "x->m": ("again", "=true"), "border->end": "f4",
    }  # fmt: skip
    run = Journey(written(nodes, flows), people=[], order="7")
    (stuck,) = run.outcome.stuck
    assert stuck.code == "endless_loop"
    assert stuck.element.id in {"m", "t", "x"}


@pytest.mark.parametrize("how", ["complete", "take_away"])
@pytest.mark.parametrize("inside", [False, True])
def test_a_case_one_branch_of_which_had_ended_ends_under_another_version_too(how: str, *, inside: bool) -> None:
    content = written(START + SPLIT + END, {**TWO_ENDS})
    if inside:
        nodes = content.partition(b'isExecutable="true">')[2].partition(b"</bpmn:process>")[0].decode()
        host = f'<bpmn:subProcess id="around">{nodes}</bpmn:subProcess>'
        content = written('<bpmn:startEvent id="first"/>' + host, {"first->around": "g1"})
    run = Journey(content)
    run.complete("a")
    run.migrate(content + b"<!-- another -->", {})
    run.do(how, run.token("b"), *([{}] if how == "complete" else []))
    assert run.outcome.ended


def test_what_follows_a_skipped_activity_does_not_see_the_variables_somebody_had_set_there() -> None:
    nodes = START + many("t", "") + sub(user_task("inside"), '<bpmn:endEvent id="e"/>') + END
    run = Journey(written(nodes, {"start->t": "f1", "t->sub": "f2", "sub->end": "f3"}), people="nobody")
    run.do("set_variables", {"mine": 1}, token=run.token("t"), local=True)
    run.do("skip", run.token("t"), {})
    case, inside = run.wake(), run.token("inside")
    assert case.visible(inside) == {"people": "nobody"}
    assert len(case.scopes_at(inside)) == 2


def test_a_repeated_activity_that_was_given_variables_where_it_was_stuck_begins_and_keeps_them() -> None:
    nodes = START + many("t", "") + user_task("after") + END
    run = Journey(written(nodes, {"start->t": "f1", "t->after": "f2", "after->end": "f3"}), people="nobody")
    run.do("set_variables", {"mine": 1, "people": ["a"]}, token=run.token("t"), local=True)
    run.do("retry", run.token("t"))
    assert run.wake().visible(run.token("t")) == {"people": ["a"], "mine": 1, "loopCounter": 1, "person": "a"}
    run.complete("t")
    assert run.wake().visible(run.token("after")) == {"people": "nobody"}


def test_a_token_moved_under_another_version_has_come_the_way_of_the_one_it_replaces() -> None:
    nodes = START + user_task("a") + user_task("b") + user_task("c") + END
    content = written(nodes, {"start->a": "f1", "a->b": "f2", "b->c": "f3", "c->end": "f4"})
    run = Journey(content)
    run.complete("a")
    run.migrate(content + b"<!-- another -->", {})
    run.move("b", "c")
    assert run.offered("c") == ["a"]


def test_what_an_event_sub_process_has_interrupted_stays_so_under_any_number_of_versions() -> None:
    nodes = START + user_task("a") + END + event_sub("message", 'messageRef="m_paid"', interrupting=True)
    content = written(nodes, {"start->a": "f1", "a->end": "f2"})
    run = Journey(content, order="7")
    run.fire("trigger")
    for number in range(3):
        run.migrate(content + b"<!-- %d -->" % number, {})
        assert run.waiting == ["handle"]
    assert run.complete("handle").ended


@pytest.mark.parametrize("how", ["fire", "take_away"])
def test_a_case_ends_though_a_task_was_being_done_again_for_one_that_is_gone(how: str) -> None:
    host = sub(user_task("inside"), '<bpmn:endEvent id="e"/>') + border("message", 'messageRef="m_paid"')
    nodes = START + user_task("a") + host + END + '<bpmn:endEvent id="late"/>'
    flows: dict[str, str | tuple[str, str]] = {"start->a": "f1", "a->sub": "f2", "sub->end": "f3", "border->late": "f4"}
    run = Journey(written(nodes, flows), order="7")
    run.complete("a")
    (token,) = run.wake().tokens_at("sub")
    run.detour("inside", "a")
    assert run.waiting == ["a", "border"]
    run.do(how, run.token("border") if how == "fire" else token)
    assert run.outcome.ended


@pytest.mark.parametrize("gone", ["j", "b"])
def test_nobody_goes_back_past_what_another_version_does_not_draw(gone: str) -> None:
    gateways = '<bpmn:parallelGateway id="s"/><bpmn:parallelGateway id="j"/>'
    nodes = START + gateways + user_task("a") + user_task("b") + user_task("after") + END
    flows: dict[str, str | tuple[str, str]] = {
        "start->s": "f1", "s->a": "f2", "s->b": "f3", "a->j": "f4", "b->j": "f5", "j->after": "f6", "after->end": "f7",
    }  # fmt: skip
    content = written(nodes, flows)
    run = Journey(content)
    run.complete("b")
    run.complete("a")
    run.migrate(content.replace(f'"{gone}"'.encode(), b'"other"'), {})
    with pytest.raises(InvalidError, match=f"没有“{gone}”了"):
        run.back("after", "a")
    assert run.waiting == ["after"]


def test_nothing_is_moved_into_what_only_undoes() -> None:
    start = '<bpmn:startEvent id="u_start"><bpmn:compensateEventDefinition/></bpmn:startEvent>'
    undoes = around("u", user_task("x"), "x").replace('<bpmn:startEvent id="u_start"/>', start)
    undoes = undoes.replace('id="u"', 'id="u" triggeredByEvent="true"')
    run = Journey(line(around("s", user_task("a") + undoes, "a") + throw() + user_task("after"), "s", "throw", "after"))
    with pytest.raises(InvalidError, match="补偿活动"):
        run.move("a", "x")
    run.complete("a")
    assert run.waiting == ["x"]
