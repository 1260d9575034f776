"""A case goes on under a version that repeats, collects or listens otherwise than the one before it."""

import pytest

from engine.errors import UnmigratableError
from engine.interpreter import Case, specification
from tests.interpreter.build import END, START, diagram, drawn, user_task
from tests.interpreter.journey import Journey
from tests.interpreter.test_compensation import line, sub, throw, undoable
from tests.interpreter.test_elements import GATEWAY, RACE, RESULTS, event, event_sub, many, written
from tests.interpreter.test_listeners import A_TASK, listeners

BALLOTS = RESULTS.replace("votes", "ballots")


def signing(results: str, *, sequential: bool) -> bytes:
    nodes = START + user_task("first") + many("sign", results, sequential=sequential) + user_task("after") + END
    return written(nodes, {"start->first": "f0", "first->sign": "f1", "sign->after": "f2", "after->end": "f3"})


def signed_once(before: str, after: str, *, sequential: bool) -> Journey:
    """Give a case one of whose two people has signed before it went on under another version."""
    run = Journey(signing(before, sequential=sequential), people=["a", "b"])
    run.complete("first")
    run.complete("sign", vote=1, **({} if before else {"noted": True}))
    run.migrate(signing(after, sequential=sequential), {})
    return run


@pytest.mark.parametrize("sequential", [False, True])
def test_results_are_collected_on_under_the_name_another_version_has_for_them(*, sequential: bool) -> None:
    run = signed_once(RESULTS, BALLOTS, sequential=sequential)
    run.complete("sign", vote=2)
    assert run.waiting == ["after"]
    votes = run.outcome.variables["ballots"]
    assert sorted(one["vote"] for one in votes) == [1, 2]  # type: ignore[attr-defined] # a list of contexts
    assert "votes" not in run.outcome.variables


@pytest.mark.parametrize("sequential", [False, True])
def test_results_that_only_another_version_collects_are_collected_from_then_on(*, sequential: bool) -> None:
    run = signed_once("", RESULTS, sequential=sequential)
    run.complete("sign", vote=2)
    assert run.waiting == ["after"]
    votes = run.outcome.variables["votes"]
    assert sorted(one["vote"] for one in votes if one is not None) == [2]  # type: ignore[attr-defined] # a list of contexts


def test_what_the_instances_bring_is_the_case_s_where_another_version_collects_nothing() -> None:
    run = signed_once(RESULTS, "", sequential=False)
    run.complete("sign", votes="同意")
    assert run.waiting == ["after"]
    assert run.outcome.variables["votes"] == "同意"


@pytest.mark.parametrize("before", [RESULTS, ""])
def test_the_last_who_would_sign_can_be_taken_away_under_another_version(before: str) -> None:
    run = signed_once(before, BALLOTS, sequential=False)
    run.do("take_away", run.token("sign"))
    assert run.waiting == ["after"]
    assert run.outcome.variables["ballots"] == [{"who": "b", "vote": 1} if before else None, None][::-1]


@pytest.mark.parametrize("away", [False, True])
@pytest.mark.parametrize("sequential", [False, True])
def test_whoever_signs_is_known_by_the_name_another_version_has_for_them(*, sequential: bool, away: bool) -> None:
    after = signing(RESULTS.replace("who: person", "who: signer"), sequential=sequential)
    after = after.replace(b'inputElement="person"', b'inputElement="signer"').replace(b'"=person"', b'"=signer"')
    run = Journey(signing(RESULTS, sequential=sequential), people=["a", "b"])
    run.complete("first")
    if away:
        run.detour("sign", "first")
    run.migrate(after, {})
    if away:
        run.complete("first")
    run.complete("sign", vote=1)
    run.complete("sign", vote=2)
    votes = run.outcome.variables["votes"]
    assert sorted(one["who"] for one in votes) == ["a", "b"]  # type: ignore[attr-defined] # a list of contexts


def test_a_repeated_activity_that_has_not_begun_begins_as_another_version_says() -> None:
    run = Journey(signing(RESULTS, sequential=False))
    run.complete("first")
    (stuck,) = run.outcome.stuck
    run.migrate(signing(BALLOTS, sequential=False), {})
    run.do("correct_and_retry", stuck.token, {"people": ["a"]})
    run.complete("sign", vote=1)
    assert run.outcome.variables["ballots"] == [{"who": "a", "vote": 1}]


@pytest.mark.parametrize("left", ["", listeners(("end", "last")), listeners(("start", "first"))])
def test_a_listener_that_another_version_does_not_have_is_not_asked_again(left: str) -> None:
    """Its call had failed: an administrator draws it no more and tries again."""
    run = Journey(diagram(START + user_task("a", listeners(("start", "first"), ("start", "second"))) + END, A_TASK))
    token = run.token("a")
    run.do("complete_listener", token, {})
    assert [job.type for job in run.outcome.jobs] == ["second"]
    run.migrate(diagram(START + user_task("a", left) + END, A_TASK), {})
    run.do("retry", token)
    assert [task.token for task in run.outcome.tasks] == [token]
    run.complete("a")
    assert run.outcome.ended or [job.type for job in run.outcome.jobs] == ["last"]


def codes(run: Journey, content: bytes, **mapping: str) -> list[tuple[str, object]]:
    """Give why a case can not go on under another version, with the elements."""
    with pytest.raises(UnmigratableError) as refused:
        run.migrate(content, mapping)
    return [(one.code, one.element) for one in refused.value.findings]


def test_a_task_that_is_drawn_in_another_sub_process_can_not_go_on_there() -> None:
    run = Journey(line(user_task("a"), "a"))
    assert codes(run, line(sub("s", user_task("a"), "a"), "s")) == [("scope_differs", "a")]


FORK: dict[str, str | tuple[str, str]] = {
    "start->g": "f1",
    "g->a": "f2",
    "g->b": "f3",
    "b->join": "f4",
    "join->end": "f5",
}


@pytest.mark.parametrize("kind", ["parallelGateway", "inclusiveGateway"])
def test_a_join_waits_on_only_for_branches_that_another_version_leads_to_it(kind: str) -> None:
    tasks = "".join(map(user_task, ("a", "b", "c"))) + f'<bpmn:parallelGateway id="g"/><bpmn:{kind} id="join"/>'
    old = diagram(START + tasks + END, {**FORK, "a->join": "f6"})
    run = Journey(old)
    run.complete("a")
    elsewhere = diagram(START + tasks + END, {**FORK, "a->c": "f6", "c->join": "f7"})
    assert codes(run, elsewhere) == [("flow_missing", "join")]
    run.migrate(old.replace(b'"a"', b'"first"'), {"a": "first"})
    assert run.complete("b").ended


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(
    ("drawn", "code"),
    [
        (user_task("b"), "completed_missing"),
        ('<bpmn:manualTask id="a"/>' + user_task("b"), "completed_missing"),
        (user_task("a") + user_task("b"), "handler_missing"),
    ],
)
def test_what_may_be_undone_later_can_still_be_so_under_another_version(drawn: str, code: str, *, inside: bool) -> None:
    def around(nodes: str) -> bytes:
        path = ("a", "b") if 'id="a"' in nodes else ("b",)
        last = user_task("last") + throw()
        return (
            line(sub("s", nodes, *path) + last, "s", "last", "throw")
            if inside
            else line(nodes + last, *path, "last", "throw")
        )

    run = Journey(around(undoable("a") + user_task("b")))
    run.complete("a")
    run.complete("b")
    assert codes(run, around(drawn)) == [(code, "a")]
    run.migrate(
        around((undoable("a") + user_task("b")).replace('"a"', '"x"').replace('"undo_a"', '"undo_x"'))
        if not inside
        else around(undoable("a") + user_task("b")) + b"\n",
        {} if inside else {"a": "x"},
    )
    run.complete("last")
    assert run.waiting == ["undo_a" if inside else "undo_x"]


def test_nothing_goes_on_under_another_version_while_something_is_being_undone() -> None:
    content = line(undoable("a") + throw() + user_task("after"), "a", "throw", "after")
    run = Journey(content)
    run.complete("a")
    assert {code for code, _element in codes(run, content + b"\n")} == {"not_migratable"}


def test_a_case_may_go_on_under_another_process_altogether() -> None:
    run = Journey(line(sub("s", user_task("a"), "a"), "s"))
    other = specification(line(sub("s", user_task("a"), "a"), "s").replace(b'id="process"', b'id="other"'), "other")
    case = Case.migrate(run.wake(), other, {})
    case.complete(run.token("a"), {})
    assert case.outcome().ended


@pytest.mark.parametrize("first", ["message", "timer"])
def test_events_that_race_behind_a_gateway_race_on_under_another_version(first: str) -> None:
    run = Journey(written(GATEWAY, RACE), order="7")
    due = [job.due_at for job in run.outcome.jobs]
    run.migrate(
        written(
            GATEWAY.replace('"timer"', '"later"'), {key.replace("timer", "later"): value for key, value in RACE.items()}
        ),
        {"timer": "later"},
    )
    assert (run.waiting, len(due)) == (["later", "message"], 1)
    run.fire("later" if first == "timer" else first)
    assert run.waiting == ["late" if first == "timer" else "paid"]
    run.complete(run.waiting[0])
    assert run.outcome.ended


def test_where_a_case_has_ended_is_known_by_the_name_another_version_has_for_it() -> None:
    nodes = START + '<bpmn:parallelGateway id="g"/>' + user_task("a") + user_task("b") + END
    nodes += '<bpmn:endEvent id="good" name="通过"/>'
    flows: dict[str, str | tuple[str, str]] = {
        "start->g": "f1",
        "g->a": "f2",
        "g->b": "f3",
        "a->good": "f4",
        "b->end": "f5",
    }
    run = Journey(diagram(nodes, flows))
    run.complete("a")
    run.migrate(diagram(nodes, flows).replace(b'"good"', b'"fine"'), {"good": "fine"})
    run.do("take_away", run.token("b"))
    assert (run.outcome.ended, run.outcome.terminated) == (True, False)
    assert run.outcome.ended_at is not None
    assert run.outcome.ended_at.id == "fine"


CATCH = '<bpmn:intermediateCatchEvent id="a">{}</bpmn:intermediateCatchEvent>'
PAID = CATCH.format(event("message", 'messageRef="m_paid"'))
STOPPED = CATCH.format(event("signal", 'signalRef="s_stop"'))
HOURS = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT{}H</bpmn:timeDuration></bpmn:timerEventDefinition>"
ROUNDS = user_task("a").replace(
    "</bpmn:userTask>", '<bpmn:standardLoopCharacteristics loopMaximum="3"/></bpmn:userTask>'
)
JOB = '<bpmn:{0} id="a"><bpmn:extensionElements><zeebe:taskDefinition type="pay"/></bpmn:extensionElements></bpmn:{0}>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (many("a", ""), many("a", "", sequential=True)),
        (many("a", ""), user_task("a")),
        (user_task("a"), many("a", "")),
        (ROUNDS, user_task("a")),
        (PAID, STOPPED),
        (PAID, CATCH.format(HOURS.format(1))),
        (JOB.format("serviceTask"), user_task("a")),
    ],
)
def test_what_waits_in_another_way_can_not_wait_on(before: str, after: str) -> None:
    run = Journey(line(before, "a"), people=["x", "y"], order="7")
    with pytest.raises(UnmigratableError) as refused:
        run.migrate(line(after.replace('id="a"', 'id="a2"'), "a2"), {"a": "a2"})
    (found,) = refused.value.findings
    assert (found.code, found.element, found.name) == ("kind_differs", "a", found.facts["label"])
    assert found.facts["other"] in {"a", "a2"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (JOB.format("serviceTask"), JOB.format("sendTask")),
        (JOB.format("sendTask"), JOB.format("serviceTask")),
        (CATCH.format(HOURS.format(1)), CATCH.format(HOURS.format(2))),
        (many("a", ""), many("a", RESULTS)),
    ],
)
def test_what_waits_in_the_same_way_waits_on(before: str, after: str) -> None:
    run = Journey(line(before, "a"), people=["x"])
    run.migrate(line(after, "a"), {})
    assert run.waiting == ["a"]
    token = run.token("a")
    run.fire(token) if "Catch" in before else run.complete(token)
    assert run.outcome.ended


def test_those_who_signed_while_nobody_could_tell_whether_that_is_enough_have_signed_under_another_version() -> None:
    nodes = many("sign", RESULTS, completion="=count(for i in 1..limit return i) &lt; 0")
    run = Journey(line(nodes, "sign"), people=["x", "y", "z"], limit=10**9)
    first, _second, third = sorted(run.outcome.waiting)
    run.complete(first, vote=1)
    (stuck,) = run.outcome.stuck
    run.complete(third, vote=3)
    run.migrate(line(nodes, "sign") + b"\n", {})
    run.do("correct_and_retry", stuck.token, {"limit": 1})
    assert run.waiting == ["sign"]
    run.complete("sign", vote=2)
    assert run.outcome.ended
    assert [one and one["who"] for one in run.outcome.variables["votes"]] == ["x", "y", "z"]  # type: ignore[attr-defined] # a list of contexts


@pytest.mark.parametrize("interrupting", [False, True])
def test_an_event_sub_process_that_only_another_version_has_waits_unless_one_has_taken_over(
    *, interrupting: bool
) -> None:
    one = event_sub("message", 'messageRef="m_paid"', interrupting=interrupting)
    other = (
        event_sub("signal", 'signalRef="s_stop"', interrupting=False)
        .replace('"handle', '"stop_')
        .replace('="h', '="s_')
        .replace('"trigger', '"stopped')
    )
    run = Journey(line(user_task("a") + one, "a"), order="7")
    run.fire("trigger")
    run.migrate(line(user_task("a") + one + other, "a"), {})
    assert run.waiting == (["handle"] if interrupting else ["a", "handle", "stopped", "trigger"])


LISTED = drawn("adhoc_listed")
COLLECTED = b' outputCollection="answers" outputElement="=answer"'


@pytest.mark.parametrize(
    ("before", "after", "collected"),
    [
        ("answers", "answers", [1, 2]),
        ("answers", "replies", [1, 2]),
        ("", "answers", [2]),
        ("answers", "", None),
    ],
)
def test_what_was_chosen_ad_hoc_goes_on_with_the_results_there_are(before: str, after: str, collected: object) -> None:
    def collecting(name: str) -> bytes:
        return LISTED.replace(COLLECTED, COLLECTED.replace(b"answers", name.encode()) if name else b"")

    run = Journey(collecting(before), wanted=["ask", "check"])
    run.complete("ask", answer=1)
    run.migrate(collecting(after), {})
    assert run.waiting == ["check", "gather"]
    run.complete("check", answer=2)
    assert run.waiting == ["gather", "note"]
    run.complete("note")
    assert run.waiting == ["decide"]
    assert run.outcome.variables.get(after or before) == collected
    assert {"answers", "replies"} & run.outcome.variables.keys() == ({after} if after else set())
