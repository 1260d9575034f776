"""Tasks of several people some of whom need not be asked: what passes beside others, and what people do to it then."""

import pytest
from sqlalchemy import select

from engine.commands.take_back_task import take_back_task
from engine.errors import ConflictError, InvalidError
from engine.execution.immutable import definition
from engine.model import ElementInstance, ProcessInstance, UserTask
from engine.queries.returnable import may_take_back
from tests.execution.operating import Office, task
from tests.execution.test_signing import ask, signed_by_all, voters, votes
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

PEOPLE = ["li.na", "wang.fang", "chen.jie"]
ANY = {"whenSamePerson": "any"}


def several(completion: str = "", *, sequential: bool = False) -> bytes:
    """Draw a step of 王芳, then one of several people of whom she is not asked again."""
    loop = signed_by_all(completion, sequential=sequential).partition("<bpmn:multiInstance")
    check = task("check", "=person", **ANY).replace("</bpmn:userTask>", "".join(loop[1:]))
    return written(
        START + task("first", "wang.fang") + check + task("last", "he.qiang") + END,
        {"start->first": "f1", "first->check": "f2", "check->last": "f3", "last->end": "f4"},
    )


def begin(office: Office, content: bytes, people: list[str]) -> int:
    case = office.begin(content, people=people)
    office.finish(office.row(case).id, "wang.fang", decision="approve")
    return case


@pytest.mark.parametrize("people", [PEOPLE, ["li.na", "wang.fang"], ["wang.fang", "li.na"]])
def test_nobody_is_asked_any_more_where_one_who_passes_is_enough(office: Office, people: list[str]) -> None:
    case = begin(office, several("=numberOfCompletedInstances &gt;= 1"), people)
    assert office.row(case).element_id == "last"
    with office.database.reading() as session:
        passages = select(ElementInstance.state).where(ElementInstance.element_id == "check")
        assert "ACTIVE" not in session.scalars(passages).all()
    office.finish(office.row(case).id, "he.qiang")
    assert (office.state(case), office.rows(case)) == ("COMPLETED", [])


def test_nobody_is_asked_any_more_where_one_who_passes_ends_the_case(office: Office) -> None:
    stop = '<bpmn:endEvent id="stop"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    nodes = START + task("first", "wang.fang") + '<bpmn:parallelGateway id="split"/>' + task("a", **ANY)
    case = begin(
        office,
        written(
            nodes + task("b", "wang.fang", **ANY) + stop + END,
            {
                "start->first": "f1", "first->split": "f2", "split->a": "f3", "split->b": "f4",
                "a->end": "f5", "b->stop": "f6",
            },
        ),
        [],
    )  # fmt: skip
    assert (office.state(case), office.rows(case)) == ("COMPLETED", [])


def test_nobody_is_offered_to_take_back_what_the_next_one_has_passed_after(office: Office) -> None:
    case = begin(office, several(sequential=True), PEOPLE)
    one = office.row(case).id
    office.finish(one, "li.na", decision="approve")
    assert office.row(case).assignee == "chen.jie"
    with office.database.reading() as session:
        of = definition(session, session.get_one(ProcessInstance, case).definition_id)
        assert not may_take_back(session, of, session.get_one(UserTask, one))
    with pytest.raises(ConflictError, match="不能撤回"):
        office.do(take_back_task, one, "li.na")


def test_who_is_asked_before_and_passes_leaves_the_task_with_its_holder(office: Office) -> None:
    case = begin(office, several(sequential=True), ["li.na", "chen.jie"])
    ask(office, office.row(case).id, "wang.fang", position="before")
    assert office.row(case).assignee == "li.na"
    assert office.told("li.na") == []
    for person in ("li.na", "chen.jie"):
        office.finish(office.row(case).id, person, decision="reject")
    assert votes(office, case) == ["wang.fang", "li.na", "chen.jie"]


def test_nobody_who_has_passed_is_added_again_to_agree_once_more(office: Office) -> None:
    case = begin(office, several(), PEOPLE)
    with pytest.raises(InvalidError, match="王芳已经在这次会签里"):
        ask(office, office.row(case, "li.na").id, "wang.fang")

    other = begin(office, several(), ["li.na", "chen.jie"])
    ask(office, office.row(other, "li.na").id, "wang.fang")
    with pytest.raises(InvalidError, match="王芳已经在这次会签里"):
        ask(office, office.row(other, "li.na").id, "wang.fang")
    assert voters(office, other) == ["li.na", "chen.jie"]


def test_what_one_who_is_added_passes_into_is_nothing_they_were_asked_to_sign(office: Office) -> None:
    case = begin(office, several("=count(votes[item != null]) &gt; 0"), ["li.na", "chen.jie"])
    ask(office, office.row(case, "li.na").id, "wang.fang")
    assert office.row(case).element_id == "last"
    assert office.told("he.qiang") == []
