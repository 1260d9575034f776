"""Tasks that nobody needs to be asked about: nobody found, the initiator's own, the same person again."""

import itertools
from collections.abc import Mapping

import pytest
from sqlalchemy import select, update

from engine.commands.add_signers import Signers, add_signers
from engine.commands.complete_task import complete_task
from engine.commands.return_task import return_task
from engine.commands.sign_task import sign_task
from engine.errors import UnpublishableError
from engine.json_text import loads
from engine.model import HistoryEvent, Incident, OrganisationRevision, User, UserTask
from tests.execution.test_events import World
from tests.execution.test_events import world as world  # noqa: PLC0414 - the fixture of all lived-through processes
from tests.interpreter.build import END, START, diagram


def task(element: str, assignee: str, **properties: str) -> str:
    told = "".join(f'<zeebe:property name="{name}" value="{value}"/>' for name, value in properties.items())
    return (
        f'<bpmn:userTask id="{element}" name="{element}"><bpmn:extensionElements><zeebe:userTask/>'
        f'<zeebe:assignmentDefinition assignee="{assignee}"/><zeebe:properties>{told}</zeebe:properties>'
        f"</bpmn:extensionElements></bpmn:userTask>"
    )


def row(*tasks: str) -> bytes:
    """Draw tasks one after the other."""
    names = ["start", *(one.split('"')[1] for one in tasks), "end"]
    flows = {f"{a}->{b}": f"f_{b}" for a, b in itertools.pairwise(names)}
    return diagram(START + "".join(tasks) + END, flows)


def asked(world: World) -> list[tuple[str, str | None]]:
    with world.database.reading() as session:
        rows = session.execute(select(UserTask.element_id, UserTask.assignee).where(UserTask.state == "CREATED"))
        return [(one.element_id, one.assignee) for one in rows]


def complete(world: World, element: str, person: str, **values: object) -> None:
    with world.database.transaction() as session:
        wanted = select(UserTask.id).where(UserTask.element_id == element, UserTask.state == "CREATED")
        complete_task(session, session.scalars(wanted).one(), values, person)


def passed(world: World) -> list[tuple[str, str, str]]:
    with world.database.reading() as session:
        bodies = [
            loads(body)
            for body in session.scalars(
                select(HistoryEvent.body).order_by(HistoryEvent.instance_id, HistoryEvent.sequence)
            )
        ]
    return [(one["element"], one["action"], one["because"]) for body in bodies for one in body.get("passed", ())]


NOBODY = "=superior of(&quot;liu.yang&quot;)"


def test_a_task_for_nobody_passes_or_is_refused_as_its_rule_says(world: World) -> None:
    world.publish(row(task("a", NOBODY, whenNobody="pass"), task("b", NOBODY, whenNobody="reject"), task("c", "li.na")))
    case = world.start()
    assert asked(world) == [("c", "li.na")]
    assert passed(world) == [("a", "pass", "nobody"), ("b", "reject", "nobody")]
    assert world.variables(case)["decision"] == "reject"


def test_a_task_for_nobody_goes_to_the_person_its_rule_names(world: World) -> None:
    world.publish(
        row(task("a", NOBODY, whenNobody="=head of(&quot;公司渠道部门&quot;)"), task("b", NOBODY, whenNobody="li.na"))
    )
    world.start()
    assert asked(world) == [("a", "zhou.min")]
    complete(world, "a", "zhou.min")
    assert asked(world) == [("b", "li.na")]


def test_without_a_stand_in_the_administrators_get_it_with_an_incident(world: World) -> None:
    world.publish(row(task("first", "zhang.wei"), task("a", NOBODY, whenNobody="nobody.knows")))
    world.start()
    complete(world, "first", "zhang.wei")
    assert asked(world) == [("a", None)]
    with world.database.reading() as session:
        assert session.scalars(select(Incident.code)).all() == ["nobody_found"]


@pytest.mark.parametrize(
    ("rule", "then"), [("self", ("a", "zhang.wei")), ("skip", ("b", "li.na")), ("superior", ("a", "zhao.lei"))]
)
def test_what_happens_where_the_initiator_would_approve(world: World, rule: str, then: tuple[str, str]) -> None:
    world.publish(row(task("a", "=initiator", whenInitiator=rule), task("b", "li.na")))
    world.start()
    assert asked(world) == [then]


@pytest.mark.parametrize(("rule", "open_now"), [("ask", "b"), ("consecutive", "c"), ("any", "c")])
def test_the_same_person_twice_in_a_row(world: World, rule: str, open_now: str) -> None:
    world.publish(row(task("a", "li.na"), task("b", "li.na", whenSamePerson=rule), task("c", "wu.tao")))
    world.start()
    complete(world, "a", "li.na", decision="approve")
    assert [element for element, _person in asked(world)] == [open_now]


@pytest.mark.parametrize(("rule", "open_now"), [("consecutive", "c"), ("any", "d")])
def test_the_same_person_again_after_somebody_else(world: World, rule: str, open_now: str) -> None:
    steps = (task("a", "li.na"), task("b", "wu.tao"), task("c", "li.na", whenSamePerson=rule), task("d", "xu.jing"))
    world.publish(row(*steps))
    world.start()
    complete(world, "a", "li.na")
    complete(world, "b", "wu.tao")
    assert [element for element, _person in asked(world)] == [open_now]


@pytest.mark.parametrize("rule", ["consecutive", "any"])
@pytest.mark.parametrize("decision", ["reject", "return"])
def test_who_has_refused_before_is_asked_and_never_made_to_agree(world: World, rule: str, decision: str) -> None:
    mapped = '<zeebe:ioMapping><zeebe:output source="=decision" target="verdict"/></zeebe:ioMapping>'
    first = task("a", "li.na").replace("<zeebe:userTask/>", f"<zeebe:userTask/>{mapped}")
    again = {"whenSamePerson": rule}
    world.publish(row(first, task("b", "li.na", **again), task("c", "wu.tao"), task("d", "li.na", **again)))
    world.start()
    complete(world, "a", "li.na", decision=decision)
    assert asked(world) == [("b", "li.na")]
    complete(world, "b", "li.na", decision=decision)
    world.clock.advance(minutes=1)
    complete(world, "c", "wu.tao", decision="approve")
    assert asked(world) == [("d", "li.na")]


@pytest.mark.parametrize(("agreed", "open_now"), [(True, []), (False, [("b", "he.qiang")])])
def test_a_signer_who_disagreed_is_asked_and_one_who_agreed_is_not(
    world: World, agreed: bool, open_now: list[tuple[str, str]]
) -> None:
    world.publish(row(task("a", "li.na", operations="addSign"), task("b", "he.qiang", whenSamePerson="any")))
    world.start()
    with world.database.transaction() as session:
        one = session.scalars(select(UserTask.id)).one()
        add_signers(session, one, Signers(people=("he.qiang",), position="before", reason="请看"), "li.na")
        signature = session.scalars(select(UserTask.id).where(UserTask.parent_task_id == one)).one()
        sign_task(session, signature, "意见", "he.qiang", agreed=agreed)
    with world.database.transaction() as session:
        complete_task(session, one, {"decision": "approve"}, "li.na")
    assert asked(world) == open_now


def test_several_tasks_of_one_person_pass_in_one_step_and_the_case_ends(world: World) -> None:
    again = {"whenSamePerson": "consecutive"}
    world.publish(row(task("a", "li.na"), *(task(f"b{n}", "li.na", **again) for n in range(5))))
    case = world.start()
    complete(world, "a", "li.na")
    assert world.state(case) == "COMPLETED"
    assert [element for element, *_ in passed(world)] == [f"b{n}" for n in range(5)]


def test_assent_to_what_the_initiator_has_changed_since_does_not_count(world: World) -> None:
    steps = (task("a", "li.na"), task("correct", "=initiator"), task("b", "li.na", whenSamePerson="any"))
    world.publish(row(*steps))
    world.start()
    complete(world, "a", "li.na", decision="return")
    complete(world, "correct", "zhang.wei", amount=7)
    assert asked(world) == [("b", "li.na")]


def test_what_a_passed_task_brings_is_the_diagrams_to_say(world: World) -> None:
    result = "={verdict: &quot;同意&quot;, approver: assignee}"
    world.publish(row(task("a", "=initiator", whenInitiator="skip", passWith=result), task("b", "li.na")))
    variables = world.variables(world.start())
    assert (variables["verdict"], variables["approver"]) == ("同意", "zhang.wei")


def test_a_result_that_is_no_context_becomes_an_incident(world: World) -> None:
    world.publish(row(task("first", "li.na"), task("a", "=initiator", whenInitiator="skip", passWith="=7")))
    world.start()
    complete(world, "first", "li.na")
    with world.database.reading() as session:
        assert session.scalars(select(Incident.code)).all() == ["ruling_without_result"]


def test_a_loop_that_never_asks_anybody_becomes_an_incident(world: World) -> None:
    nodes = (
        START
        + task("first", "li.na")
        + task("a", "=initiator", whenInitiator="skip")
        + '<bpmn:exclusiveGateway id="g" default="again"/>'
        + END
    )
    flows: Mapping[str, str | tuple[str, str]] = {
        "start->first": "f0", "first->a": "f1", "a->g": "f2", "g->a": "again", "g->end": ("f3", "=false")
    }  # fmt: skip
    world.publish(diagram(nodes, flows))
    world.start()
    complete(world, "first", "li.na")
    with world.database.reading() as session:
        assert session.scalars(select(Incident.code)).all() == ["ruled_without_end"]


def test_people_who_have_left_count_as_nobody(world: World) -> None:
    world.publish(row(task("first", "wu.tao"), task("a", "li.na", whenNobody="pass"), task("b", "xu.jing")))
    world.start()
    with world.database.transaction() as session:
        session.execute(update(User).where(User.username == "li.na").values(active=False))
        session.execute(update(OrganisationRevision).values(revision=OrganisationRevision.revision + 1))
    complete(world, "first", "wu.tao")
    assert asked(world) == [("b", "xu.jing")]


def test_a_misspelt_rule_is_refused_at_publication(world: World) -> None:
    for properties in ({"whenInitiator": "jump"}, {"whenNobody": "=1 +"}, {"passWith": "={a:"}):
        with pytest.raises(UnpublishableError) as refused:
            world.publish(row(task("a", "li.na", **properties)))
        assert {one.code for one in refused.value.findings} & {"task_rule_unknown", "expression_syntax"}


def test_what_is_sent_back_is_asked_again_and_so_is_all_that_follows(world: World) -> None:
    again = {"whenSamePerson": "any"}
    steps = (
        task("a", "li.na", **again),
        task("b", "li.na"),
        task("c", "wu.tao", operations="return"),
        task("d", "li.na", **again),
    )
    world.publish(row(*steps))
    world.start()
    complete(world, "a", "li.na")
    complete(world, "b", "li.na")
    world.clock.advance(minutes=1)
    with world.database.transaction() as session:
        tokens = dict(session.execute(select(UserTask.element_id, UserTask.token)).all())
        here = session.scalars(select(UserTask.id).where(UserTask.element_id == "c")).one()
        return_task(session, here, tokens["a"], "请再看一遍", "wu.tao")
    assert asked(world) == [("a", "li.na")]
    world.clock.advance(minutes=1)
    complete(world, "a", "li.na")
    assert asked(world) == [("b", "li.na")]
