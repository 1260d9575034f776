"""Further signatures: extra tasks on a plain task, more and fewer instances of one that is done several times."""

import threading
from typing import Any

import pytest

from engine.commands.add_signers import Signers, add_signers
from engine.commands.complete_task import complete_task
from engine.commands.reassign_task import reassign_task
from engine.commands.remove_signer import remove_signer
from engine.commands.save_task_draft import save_task_draft
from engine.commands.sign_task import sign_task
from engine.commands.take_back_task import take_back_task
from engine.errors import ConflictError, EngineError, ForbiddenError, InvalidError
from engine.queries.people import find_person
from engine.queries.task_view import view_task
from tests.execution.operating import Office, task
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

GATE = (
    '<bpmn:exclusiveGateway id="agreed" name="都同意？" default="no"/>'
    '<bpmn:endEvent id="passed" name="通过"/><bpmn:endEvent id="refused" name="不通过"/>'
)
SIGNED = written(
    START + task("check") + GATE,
    {
        "start->check": "f1",
        "check->agreed": "f2",
        "agreed->passed": ("yes", "=every s in signatures satisfies s.agreed"),
        "agreed->refused": "no",
    },
)


def many(completion: str = "", *, sequential: bool = False) -> bytes:
    """Draw a task that several people do, whose votes are counted afterwards."""
    signing = signed_by_all(completion, sequential=sequential)
    return written(START + signing + END, {"start->check": "f1", "check->end": "f2"})


def nested(*, sequential: bool = False) -> bytes:
    """Draw a sub-process that is done for each of several teams, all of whose people do a task in it."""
    return written(
        START + '<bpmn:subProcess id="team"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>'
        '<zeebe:loopCharacteristics inputCollection="=teams" inputElement="people"/></bpmn:extensionElements>'
        '</bpmn:multiInstanceLoopCharacteristics><bpmn:startEvent id="in"/>'
        + signed_by_all(sequential=sequential)
        + '<bpmn:endEvent id="out"/><bpmn:sequenceFlow id="i1" sourceRef="in" targetRef="check"/>'
        '<bpmn:sequenceFlow id="i2" sourceRef="check" targetRef="out"/></bpmn:subProcess>' + END,
        {"start->team": "f1", "team->end": "f2"},
    )


def signed_by_all(completion: str = "", *, sequential: bool = False) -> str:
    condition = f"<bpmn:completionCondition>{completion}</bpmn:completionCondition>" if completion else ""
    loop = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"><bpmn:extensionElements>'
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" outputCollection="votes"'
        ' outputElement="={person: person, decision: decision}"/></bpmn:extensionElements>'
        f"{condition}</bpmn:multiInstanceLoopCharacteristics>"
    )
    return task("check", "=person", more=loop)


def ask(office: Office, task_id: int, *people: str, position: str = "parallel", by: str = "li.na") -> None:
    office.do(add_signers, task_id, Signers(people=people, position=position, reason="请把关"), by)  # type: ignore[arg-type] # named by the tests


def sign(office: Office, case: int, person: str, opinion: str = "可以", *, agreed: bool = True) -> None:
    office.do(sign_task, office.row(case, person).id, opinion, person, agreed=agreed)


def voters(office: Office, case: int) -> list[str | None]:
    return [row.assignee for row in office.rows(case)]


def vote(office: Office, case: int, *people: str, decision: str = "approve") -> None:
    for person in people:
        office.finish(office.row(case, person).id, person, decision=decision)


def asked(office: Office, task_id: int, reader: str) -> list[str]:
    """Give the names of those who could be removed, as the page of a task offers them."""
    with office.database.reading() as session:
        person = find_person(session, reader)
        assert person is not None
        return [one.person for one in view_task(session, person, task_id).signing.asked]


def votes(office: Office, case: int) -> list[Any]:
    return [one["person"] if one is not None else None for one in office.of(case)["votes"]]


def test_its_owner_waits_for_signatures_before_and_the_gateway_sees_them(office: Office) -> None:
    case = office.begin(SIGNED)
    one = office.row(case)
    ask(office, one.id, "wang.fang", "chen.jie", position="before")
    with pytest.raises(ConflictError, match="王芳、陈杰"):
        office.finish(one.id, "li.na")
    sign(office, case, "wang.fang")
    with pytest.raises(InvalidError):
        sign(office, case, "chen.jie", "", agreed=False)
    sign(office, case, "chen.jie", "太贵", agreed=False)
    assert "“核对check”的加签都签完了" in office.told("li.na")
    office.finish(one.id, "li.na", amount=3)
    said = [(one["person"], one["agreed"], one["opinion"], one["way"]) for one in office.of(case)["signatures"]]
    assert said == [("wang.fang", True, "可以", "before"), ("chen.jie", False, "太贵", "before")]
    assert office.cases()[0].outcome == "不通过"


def test_its_completion_is_held_until_those_after_it_have_signed(office: Office) -> None:
    case = office.begin(SIGNED)
    one = office.row(case)
    ask(office, one.id, "wang.fang", position="after")
    assert voters(office, case) == ["li.na"]
    assert office.told("wang.fang") == []
    assert office.do(complete_task, one.id, {"amount": 3}, "li.na") is False
    assert office.state(case) == "ACTIVE"
    assert office.told("wang.fang") == ["李娜请您签署“核对check”"]
    with pytest.raises(ConflictError, match="已经提交，还在等加签的人签署"):
        office.finish(one.id, "li.na", amount=4)
    sign(office, case, "wang.fang")
    assert office.state(case) == "COMPLETED"
    assert (office.of(case)["amount"], office.cases()[0].outcome) == (3, "通过")
    assert [(event.kind, event.actor) for event in office.events(case)] == [
        ("case.started", "zhang.wei"),
        ("task.sign_added", "li.na"),
        ("task.held", "li.na"),
        ("task.signed", "wang.fang"),
    ]
    assert {(row.assignee, row.completed_by) for row in office.rows(case, "COMPLETED")} == {
        ("li.na", "li.na"),
        ("wang.fang", "wang.fang"),
    }


def test_in_parallel_whoever_comes_last_lets_it_go_on(office: Office) -> None:
    for owner_first in (True, False):
        case = office.begin(SIGNED)
        one = office.row(case)
        ask(office, one.id, "wang.fang", "chen.jie")
        sign(office, case, "wang.fang")
        if owner_first:
            office.do(complete_task, one.id, {}, "li.na")
            sign(office, case, "chen.jie")
        else:
            sign(office, case, "chen.jie")
            assert office.do(complete_task, one.id, {}, "li.na") is True
        assert office.state(case) == "COMPLETED"
        assert len(office.of(case)["signatures"]) == 2


def test_signatures_can_be_taken_back_down_to_none_and_its_owner_decides_alone(office: Office) -> None:
    case = office.begin(SIGNED)
    one = office.row(case)
    ask(office, one.id, "wang.fang", "chen.jie", position="before")
    asked = office.row(case, "wang.fang")
    with pytest.raises(ForbiddenError):
        office.do(remove_signer, asked.id, "不用了", "chen.jie")
    with pytest.raises(InvalidError):
        office.do(remove_signer, asked.id, " ", "li.na")
    office.do(remove_signer, asked.id, "不用了", "li.na")
    office.do(remove_signer, office.row(case, "chen.jie").id, "也不用了", "li.na")
    with pytest.raises(ConflictError):
        office.do(sign_task, asked.id, "晚了", "wang.fang", agreed=True)
    office.finish(one.id, "li.na")
    assert office.of(case)["signatures"] == []
    assert office.cases()[0].outcome == "通过"


def test_the_last_signature_that_is_taken_back_lets_a_held_completion_go_on(office: Office) -> None:
    case = office.begin(SIGNED)
    one = office.row(case)
    ask(office, one.id, "wang.fang", position="after")
    office.do(complete_task, one.id, {}, "li.na")
    office.do(remove_signer, office.row(case, "wang.fang").id, "出差了", "li.na")
    assert office.state(case) == "COMPLETED"


def test_one_that_has_not_been_asked_yet_can_be_taken_back(office: Office) -> None:
    case = office.begin(SIGNED)
    one = office.row(case)
    ask(office, one.id, "wang.fang", position="after")
    (later,) = office.rows(case, "CREATING")
    office.do(remove_signer, later.id, "不用了", "li.na")
    assert office.do(complete_task, one.id, {}, "li.na") is True


def test_signing_again_asking_twice_and_signing_as_completing_are_refused(office: Office) -> None:
    case = office.begin(SIGNED)
    one = office.row(case)
    ask(office, one.id, "wang.fang")
    signing = office.row(case, "wang.fang")
    for refused in (
        lambda: ask(office, one.id, "wang.fang"),
        lambda: ask(office, one.id, "li.na"),
        lambda: ask(office, one.id, "nobody"),
        lambda: ask(office, one.id),
        lambda: ask(office, signing.id, "chen.jie", by="wang.fang"),
        lambda: office.finish(signing.id, "wang.fang"),
        lambda: office.do(sign_task, one.id, "好", "li.na", agreed=True),
    ):
        with pytest.raises(EngineError):
            refused()


def test_what_ends_the_task_ends_its_signatures(office: Office) -> None:
    from engine.commands.cancel_instance import cancel_instance

    case = office.begin(SIGNED)
    ask(office, office.row(case).id, "wang.fang", "chen.jie")
    ask(office, office.row(case, "li.na").id, "zhou.min", position="after")
    office.do(cancel_instance, case, "不做了", "admin")
    assert [row.state for row in (*office.rows(case), *office.rows(case, "CREATING"))] == []


def test_everybody_signs_and_more_are_added_and_removed(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang"])
    ask(office, office.row(case, "li.na").id, "chen.jie")
    assert voters(office, case) == ["li.na", "wang.fang", "chen.jie"]
    assert office.told("chen.jie") == ["李娜请您签署“核对check”"]
    office.do(remove_signer, office.row(case, "wang.fang").id, "出差了", "li.na")
    vote(office, case, "chen.jie")
    assert office.state(case) == "ACTIVE"
    vote(office, case, "li.na")
    assert office.state(case) == "COMPLETED"
    assert votes(office, case) == ["li.na", "chen.jie"]


def test_removed_down_to_one_that_one_decides_and_down_to_none_is_refused(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang", "chen.jie"])
    for person in ("wang.fang", "chen.jie"):
        office.do(remove_signer, office.row(case, person).id, "不用了", "li.na")
    with pytest.raises(InvalidError, match="只剩这一位"):
        office.do(remove_signer, office.row(case, "li.na").id, "不用了", "li.na")
    vote(office, case, "li.na")
    assert office.state(case) == "COMPLETED"
    assert votes(office, case) == ["li.na"]


def test_the_last_who_has_not_voted_can_be_removed_where_somebody_has(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang"])
    vote(office, case, "li.na")
    office.do(remove_signer, office.row(case, "wang.fang").id, "出差了", "admin")
    assert office.state(case) == "COMPLETED"
    assert votes(office, case) == ["li.na"]


SHARE = '=count(votes[item != null and item.decision = "approve"]) / numberOfInstances &gt; 0.5'


def test_the_share_is_counted_anew_when_somebody_is_added_or_removed(office: Office) -> None:
    case = office.begin(many(SHARE), people=["li.na", "wang.fang", "chen.jie"])
    ask(office, office.row(case, "li.na").id, "zhou.min")
    vote(office, case, "li.na", "wang.fang")
    # Two of four are not more than half; of three they are.
    assert office.state(case) == "ACTIVE"
    office.do(remove_signer, office.row(case, "zhou.min").id, "不用了", "chen.jie")
    assert office.state(case) == "COMPLETED"
    assert votes(office, case) == ["li.na", "wang.fang", None]


def test_one_is_added_next_in_a_sequence_and_another_before(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "wang.fang"])
    ask(office, office.row(case).id, "chen.jie", "zhou.min", position="after")
    with pytest.raises(InvalidError):
        ask(office, office.row(case).id, "sun.yan")
    ask(office, office.row(case).id, "sun.yan", position="before")
    order = []
    while office.state(case) == "ACTIVE":
        person = str(office.row(case).assignee)
        order.append(person)
        vote(office, case, person)
    assert order == ["sun.yan", "li.na", "chen.jie", "zhou.min", "wang.fang"]
    assert votes(office, case) == order


@pytest.mark.parametrize("by", ["li.na", "sun.yan"])
def test_who_lets_somebody_sign_before_in_a_sequence_goes_on_where_they_were(office: Office, by: str) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "wang.fang"])
    if by != "li.na":
        office.do(reassign_task, office.row(case).id, by, "出差", "li.na")
    office.do(save_task_draft, office.row(case).id, {"decision": "reject"}, by)
    ask(office, office.row(case).id, "chen.jie", position="before", by=by)
    assert (office.row(case).assignee, office.row(case).draft) == ("chen.jie", None)
    ask(office, office.row(case).id, "zhou.min", position="before", by="chen.jie")
    vote(office, case, "zhou.min", "chen.jie")
    assert (office.row(case).assignee, office.row(case).draft) == (by, {"decision": "reject"})
    vote(office, case, by, "wang.fang")
    assert votes(office, case) == ["zhou.min", "chen.jie", "li.na", "wang.fang"]


def test_who_signed_before_in_a_sequence_takes_it_back_and_the_holder_waits_again(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "wang.fang"])
    office.do(reassign_task, office.row(case).id, "sun.yan", "出差", "li.na")
    ask(office, office.row(case).id, "chen.jie", position="before", by="sun.yan")
    vote(office, case, "chen.jie")
    assert office.row(case).assignee == "sun.yan"
    (signed,) = office.rows(case, "COMPLETED")
    office.do(take_back_task, signed.id, "chen.jie")
    vote(office, case, "chen.jie", "sun.yan", "wang.fang")
    assert votes(office, case) == ["chen.jie", "li.na", "wang.fang"]


def test_who_was_to_sign_before_in_a_sequence_is_removed_and_the_draft_comes_back(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "wang.fang"])
    office.do(save_task_draft, office.row(case).id, {"decision": "reject"}, "li.na")
    ask(office, office.row(case).id, "chen.jie", position="before")
    office.do(remove_signer, office.row(case).id, "不用了", "chen.jie")
    assert (office.row(case).assignee, office.row(case).draft) == ("li.na", {"decision": "reject"})


def test_one_is_removed_from_a_sequence_now_and_later(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "wang.fang", "chen.jie", "zhou.min"])
    office.do(remove_signer, office.row(case).id, "不用了", "li.na", place=1)
    with pytest.raises(InvalidError):
        office.do(remove_signer, office.row(case).id, "不用了", "li.na", place=7)
    office.do(remove_signer, office.row(case).id, "我不用签", "li.na")
    vote(office, case, "wang.fang", "zhou.min")
    assert office.state(case) == "COMPLETED"
    assert votes(office, case) == ["wang.fang", "zhou.min"]


def test_who_is_meant_is_removed_and_not_whoever_has_moved_to_that_place(office: Office) -> None:
    case = office.begin(many(sequential=True), people=["li.na", "wang.fang", "chen.jie", "zhou.min"])
    one = office.row(case).id
    office.do(remove_signer, one, "不用了", "li.na", place=0, person="wang.fang")
    with pytest.raises(ConflictError, match="不是您选的陈杰"):
        office.do(remove_signer, one, "不用了", "li.na", place=1, person="chen.jie")
    office.do(remove_signer, one, "不用了", "li.na", place=0, person="chen.jie")
    office.do(reassign_task, one, "sun.yan", "出差", "li.na")
    with pytest.raises(ConflictError, match="不是您选的李娜"):
        office.do(remove_signer, one, "不用了", "admin", person="li.na")
    vote(office, case, "sun.yan", "zhou.min")
    assert votes(office, case) == ["li.na", "zhou.min"]


def test_one_is_removed_by_those_who_sign_with_them_and_not_by_another_team(office: Office) -> None:
    case = office.begin(nested(), teams=[["li.na", "wang.fang"], ["chen.jie", "zhou.min"]])
    with pytest.raises(ForbiddenError):
        office.do(remove_signer, office.row(case, "zhou.min").id, "不用了", "li.na")
    assert asked(office, office.row(case, "chen.jie").id, "chen.jie") == ["陈杰", "周敏"]
    office.do(remove_signer, office.row(case, "zhou.min").id, "不用了", "chen.jie")
    assert voters(office, case) == ["li.na", "wang.fang", "chen.jie"]


@pytest.mark.parametrize("sequential", [False, True])
def test_nobody_gets_a_second_voice(office: Office, sequential: bool) -> None:
    case = office.begin(many(sequential=sequential), people=["li.na", "wang.fang", "chen.jie"])
    vote(office, case, "li.na")
    one = office.row(case, "wang.fang").id
    position = "after" if sequential else "parallel"
    for person, name in (("li.na", "李娜"), ("wang.fang", "王芳"), ("chen.jie", "陈杰")):
        with pytest.raises(InvalidError, match=f"{name}已经在这次会签里"):
            ask(office, one, "zhou.min", person, position=position, by="wang.fang")
        with pytest.raises(InvalidError, match="已经在这次会签里" if name != "王芳" else "请选别人"):
            office.do(reassign_task, one, person, "您来签", "wang.fang")
    ask(office, one, "zhou.min", position=position, by="wang.fang")
    office.do(reassign_task, one, "sun.yan", "您来签", "wang.fang")
    again = office.begin(many(), people=["zhou.min", "li.na"])
    ask(office, office.row(again, "li.na").id, "chen.jie")


def test_a_signature_is_not_passed_to_who_has_the_task_or_signs_it_already(office: Office) -> None:
    case = office.begin(SIGNED)
    ask(office, office.row(case).id, "wang.fang", "chen.jie")
    signature = office.row(case, "wang.fang").id
    for person in ("li.na", "chen.jie"):
        with pytest.raises(InvalidError, match="已经在办理或加签这个任务"):
            office.do(reassign_task, signature, person, "您来签", "wang.fang")
    with pytest.raises(InvalidError, match="陈杰已经在办理或加签这个任务"):
        office.do(reassign_task, office.row(case, "li.na").id, "chen.jie", "您来办", "li.na")
    office.do(reassign_task, signature, "zhou.min", "请您签", "wang.fang")
    sign(office, case, "zhou.min")


def test_a_person_whose_rule_would_find_somebody_else_is_not_added(office: Office) -> None:
    fixed = many().replace(b'assignee="=person"', b'assignee="=initiator"')
    case = office.begin(fixed, people=["a", "b"])
    first = office.rows(case)[0]
    with pytest.raises(InvalidError, match="initiator"):
        ask(office, first.id, "chen.jie", by="zhang.wei")


def test_a_signature_that_is_asked_for_while_the_task_is_completed_is_in_time_or_refused(office: Office) -> None:
    case = office.begin(SIGNED)
    one = office.row(case)
    barrier = threading.Barrier(2)
    results: dict[str, object] = {}

    def run(name: str, act: Any) -> None:  # noqa: ANN401 - any act
        barrier.wait()
        try:
            results[name] = act()
        except EngineError as error:
            results[name] = error

    acts = {
        "completed": lambda: office.do(complete_task, one.id, {}, "li.na"),
        "asked": lambda: ask(office, one.id, "wang.fang"),
    }
    threads = [threading.Thread(target=run, args=pair) for pair in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    if results["completed"] is True:
        assert isinstance(results["asked"], ConflictError)
        assert office.state(case) == "COMPLETED"
    else:
        assert results["asked"] is None
        if isinstance(results["completed"], ConflictError):
            office.do(complete_task, one.id, {}, "li.na")
        sign(office, case, "wang.fang")
        assert office.state(case) == "COMPLETED"
    assert office.rows(case) == []
