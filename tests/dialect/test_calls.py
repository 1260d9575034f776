"""Call activities: what goes in, what comes back, and what ends a called case."""

from engine.commands.deploy import File, deploy
from engine.commands.skip_incident import skip_incident
from tests.dialect.playing import Play, belonging


def called(play: Play) -> list[int]:
    """Give the numbers of the called cases."""
    return [case.id for case in play.cases() if case.parent_id is not None]


def run(play: Play, **variables: int | str) -> tuple[dict[str, object], dict[str, object]]:
    """Run a call to its end; give what the called case saw and what the caller has afterwards."""
    case = play.start(**variables)
    (inside,) = called(play)
    seen = play.seen("work")[0]
    play.do("work", remark="里面的")
    after = play.variables(case)
    play.do("after")
    assert [play.outcome(one) for one in (case, inside)] == ["已了结", "已记账"]
    return seen, after


def test_all_variables_go_in_and_come_back(play: Play) -> None:
    seen, after = run(play, amount=4, secret="外面的")
    assert (seen["amount"], seen["secret"]) == (4, "外面的")
    assert (after["result"], after["remark"]) == (8, "里面的")


def test_only_mapped_variables_go_in_and_come_back(play: Play) -> None:
    seen, after = run(play, price=4, secret="外面的")
    assert seen == {"initiator": "zhang.wei", "amount": 4}
    assert after == {"initiator": "zhang.wei", "price": 4, "secret": "外面的", "total": 8}


def test_mapped_outputs_are_all_that_comes_back(play: Play) -> None:
    seen, after = run(play, price=4, secret="外面的")
    assert (seen["amount"], seen["secret"]) == (4, "外面的")
    assert after == {"initiator": "zhang.wei", "price": 4, "secret": "外面的", "total": 8}


def test_nothing_comes_back_unasked(play: Play) -> None:
    seen, after = run(play, amount=4)
    assert seen["amount"] == 4
    assert after == {"initiator": "zhang.wei", "amount": 4}


def test_a_call_is_made_for_each_item(play: Play) -> None:
    case = play.start(customers=[1, 2, 3], target="a_call_is_made_for_each_item_called")
    assert play.tasks() == ["work"] * 3
    assert [one["amount"] for one in play.seen("work")] == [1, 2, 3]
    for _ in range(3):
        play.do("work")
    assert (play.outcome(case), play.variables(case)["totals"]) == ("都已签约", [2, 4, 6])


def test_an_event_on_the_border_ends_the_called_case(play: Play) -> None:
    late = play.start()
    (inside,) = called(play)
    play.wait(days=1)
    assert (play.tasks(), play.outcome(late)) == ([], "超时")
    assert {case.id: case.state for case in play.cases()} == {late: "COMPLETED", inside: "TERMINATED"}
    on_time = play.start()
    play.do("work")
    assert (play.outcome(on_time), play.due()) == ("按时", [])


def test_a_case_calls_one_that_calls_another(play: Play) -> None:
    # Nothing in either of them waits: each is over before its caller's step is.
    case = play.start(n=1)
    assert (play.outcome(case), play.variables(case)["n"]) == ("已了结", 2)
    assert [one.parent_id for one in play.cases()] == [None, case, case + 1]
    assert {one.root_id for one in play.cases()} == {None, case}


def test_an_error_of_the_called_case_is_caught_around_the_call(play: Play) -> None:
    bought = play.start(how="well")
    play.answer("calls.buy")
    sold_out = play.start(how="sold out")
    play.answer("calls.buy")
    # Two cases deep the error is thrown; both end, and the border of the outermost call catches it.
    assert (play.tasks(), play.incidents()) == (["other"], [])
    play.do("other")
    broken = play.start(how="well")
    play.fail("calls.buy", "BROKEN")
    assert [play.outcome(case) for case in (bought, sold_out, broken)] == ["已了结", "已了结", "没有办成"]
    assert play.went(sold_out, "sold_out", "any") == ["sold_out"]
    assert play.went(broken, "sold_out", "any") == ["any"]
    ended = [case.state for case in play.cases() if case.parent_id is not None]
    assert ended == ["COMPLETED"] * 2 + ["TERMINATED"] * 4


def test_an_error_that_no_caller_catches_is_an_incident(play: Play) -> None:
    assert [play.outcome(play.start(how=how)) for how in ("well", "other")] == ["已了结", "已处理"]
    case = play.start(how="bad")
    (incident,) = play.incidents()
    assert (incident.element_id, incident.code, play.outcome(case)) == ("bad", "error_not_caught", None)
    play.command(skip_incident, incident.id, "改由人工处理", "admin")
    assert play.outcome(case) == "已了结"


def test_a_call_runs_the_version_it_is_bound_to(play: Play) -> None:
    (path,) = [path for path in belonging(play.stem) if path.name.endswith(".called.bpmn")]
    for edition in ("乙版", "丙版"):
        newer = path.read_bytes().replace("甲版".encode(), edition.encode())
        play.command(deploy, [File(name=path.name, content=newer)], "zeng.rui")
    case = play.start()
    variables = play.variables(case)
    assert (variables["newest"], variables["together"], variables["tagged"]) == ("丙版", "甲版", "甲版")
