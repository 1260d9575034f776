"""A case goes on under a version that repeats, collects or listens otherwise than the one before it."""

import pytest

from tests.interpreter.build import END, START, diagram, user_task
from tests.interpreter.journey import Journey
from tests.interpreter.test_elements import RESULTS, SIGN, many, written
from tests.interpreter.test_listeners import A_TASK, listeners

BALLOTS = RESULTS.replace("votes", "ballots")


def signing(results: str, *, sequential: bool) -> bytes:
    return written(START + many("sign", results, sequential=sequential) + user_task("after") + END, SIGN)


def signed_once(before: str, after: str, *, sequential: bool) -> Journey:
    """Give a case one of whose two people has signed before it went on under another version."""
    run = Journey(signing(before, sequential=sequential), people=["a", "b"])
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


@pytest.mark.parametrize("sequential", [False, True])
def test_whoever_signs_is_known_by_the_name_another_version_has_for_them(*, sequential: bool) -> None:
    after = signing(RESULTS.replace("who: person", "who: signer"), sequential=sequential)
    after = after.replace(b'inputElement="person"', b'inputElement="signer"').replace(b'"=person"', b'"=signer"')
    run = Journey(signing(RESULTS, sequential=sequential), people=["a", "b"])
    run.migrate(after, {})
    run.complete("sign", vote=1)
    run.complete("sign", vote=2)
    votes = run.outcome.variables["votes"]
    assert sorted(one["who"] for one in votes) == ["a", "b"]  # type: ignore[attr-defined] # a list of contexts


def test_a_repeated_activity_that_has_not_begun_begins_as_another_version_says() -> None:
    run = Journey(signing(RESULTS, sequential=False))
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
