"""One form for several tasks: what each may read, edit and see of it."""

import orjson
import pytest
from sqlalchemy import select

from engine.commands.add_signers import Signers, add_signers
from engine.commands.complete_task import complete_task
from engine.commands.deploy import File, deploy
from engine.commands.set_variables import WantedValues, set_variables
from engine.commands.sign_task import sign_task
from engine.errors import UnpublishableError
from engine.forms import Rights, check, load, restricted
from engine.model import UserTask
from engine.queries.people import find_person
from engine.queries.task_view import TaskView, view_task
from tests.execution.test_events import World
from tests.execution.test_events import world as world  # noqa: PLC0414 - the fixture of all lived-through processes
from tests.interpreter.build import END, START, diagram

FIELDS = [
    {"type": "textfield", "key": "name", "id": "f_name", "label": "名称"},
    {"type": "number", "key": "amount", "id": "f_amount", "label": "金额"},
    {
        "type": "group",
        "id": "secret",
        "label": "内部",
        "components": [{"type": "textfield", "key": "margin", "id": "f_margin", "label": "毛利"}],
    },
]
FORM = orjson.dumps({"type": "default", "id": "deal", "schemaVersion": 19, "components": FIELDS})


def process(**properties: str) -> bytes:
    told = "".join(f'<zeebe:property name="fields.{name}" value="{value}"/>' for name, value in properties.items())
    task = (
        '<bpmn:userTask id="check" name="核对"><bpmn:extensionElements><zeebe:userTask/>'
        '<zeebe:formDefinition formId="deal"/><zeebe:assignmentDefinition assignee="li.na"/>'
        f"<zeebe:properties>{told}</zeebe:properties></bpmn:extensionElements></bpmn:userTask>"
    )
    return diagram(START + task + END, {"start->check": "f1", "check->end": "f2"})


def publish(world: World, content: bytes) -> None:
    files = [File(name="process.bpmn", content=content), File(name="deal.form", content=FORM)]
    with world.database.transaction() as session:
        deploy(session, files, "zeng.rui")


def seen(world: World) -> TaskView:
    with world.database.reading() as session:
        person = find_person(session, "li.na")
        assert person is not None
        return view_task(session, person, session.scalars(select(UserTask.id)).one())


def test_what_is_read_or_hidden_keeps_its_value_whatever_somebody_sends(world: World) -> None:
    publish(world, process(read="amount", hide="secret"))
    case = world.start(name="甲", amount=7, margin="三成")
    shown = seen(world)
    assert shown.form is not None
    assert [one.key for one in shown.form.walk()] == ["name", "amount"]
    assert [one.key for one in shown.data] == ["name", "amount"]
    with world.database.transaction() as session:
        complete_task(session, shown.id, {"name": "乙", "amount": "9", "margin": "四成"}, "li.na")
    variables = world.variables(case)
    assert (variables["name"], variables["amount"], variables["margin"]) == ("乙", 7, "三成")


def test_where_it_is_told_what_may_be_edited_all_else_is_read() -> None:
    form = restricted(load(FORM), Rights.of({"fields.edit": "name"}))
    assert {one.key: one.get("readonly") is True for one in form.walk() if one.key} == {
        "name": False,
        "amount": True,
        "margin": True,
    }
    group = restricted(load(FORM), Rights.of({"fields.edit": "secret， amount"}))
    assert [one.key for one in group.walk() if one.key and one.get("readonly") is not True] == ["amount", "margin"]


@pytest.mark.parametrize("rights", [{"read": "amount"}, {"edit": "name"}])
def test_what_somebody_only_reads_is_not_handed_in_when_the_last_one_signs(
    world: World, rights: dict[str, str]
) -> None:
    offers = b'<zeebe:property name="operations" value="addSign"/></zeebe:properties>'
    publish(world, process(**rights).replace(b"</zeebe:properties>", offers))
    case = world.start(name="甲", amount=7)
    with world.database.transaction() as session:
        one = session.scalars(select(UserTask.id)).one()
        add_signers(session, one, Signers(people=["wang.fang"], position="after", reason="请看"), "li.na")
        assert complete_task(session, one, {"name": "乙"}, "li.na") is False
    with world.database.transaction() as session:
        set_variables(session, case, WantedValues(values={"amount": 9}, reason="填错了"), "admin")
        signature = session.scalars(select(UserTask.id).where(UserTask.assignee == "wang.fang")).one()
        sign_task(session, signature, "可以", "wang.fang", agreed=True)
    variables = world.variables(case)
    assert (variables["name"], variables["amount"]) == ("乙", 9)


ROWS = load(
    orjson.dumps(
        {
            "type": "default", "id": "rows", "schemaVersion": 19,
            "components": [
                {"type": "dynamiclist", "id": "items", "path": "items", "label": "明细", "components": [
                    {"type": "textfield", "key": "what", "id": "f_what", "label": "品名"},
                    {"type": "number", "key": "price", "id": "f_price", "label": "单价"},
                ]},
                {"type": "group", "id": "inner", "path": "deal", "label": "内部", "components": [
                    {"type": "textfield", "key": "margin", "id": "f_margin", "label": "毛利"},
                    {"type": "textfield", "key": "note", "id": "f_note", "label": "说明"},
                ]},
            ],
        }
    )
)  # fmt: skip
STORED = {"items": [{"what": "甲", "price": 1}, {"what": "乙", "price": 2}], "deal": {"margin": "三成", "note": "旧"}}


@pytest.mark.parametrize(
    ("rights", "items", "deal"),
    [
        ({"fields.read": "items"}, STORED["items"], {"margin": "四成", "note": "新"}),
        ({"fields.hide": "items"}, STORED["items"], {"margin": "四成", "note": "新"}),
        ({"fields.read": "price, margin"}, [{"what": "丙", "price": 1}], {"margin": "三成", "note": "新"}),
        ({"fields.hide": "price, margin"}, [{"what": "丙", "price": 1}], {"margin": "三成", "note": "新"}),
        ({"fields.edit": "what"}, [{"what": "丙", "price": 1}], STORED["deal"]),
        ({"fields.edit": "note"}, STORED["items"], {"margin": "三成", "note": "新"}),
        ({"fields.hide": "inner"}, [{"what": "丙", "price": 9}], STORED["deal"]),
    ],
)
def test_rows_and_parts_of_a_group_that_somebody_may_not_change_stay(
    rights: dict[str, str], items: object, deal: object
) -> None:
    sent = {"items": [{"what": "丙", "price": "9"}], "deal": {"margin": "四成", "note": "新"}}
    accepted = check(restricted(ROWS, Rights.of(rights), keeping=True), sent, STORED)
    assert {**STORED, **accepted} == {"items": items, "deal": deal}


def test_a_form_without_rights_stays_the_one_it_is() -> None:
    form = load(FORM)
    assert restricted(form, Rights.of({})) is form


def test_a_field_the_form_does_not_have_is_found_before_publication(world: World) -> None:
    with pytest.raises(UnpublishableError) as refused:
        publish(world, process(hide="margins"))
    found = next(one for one in refused.value.findings if one.code == "field_unknown")
    assert (found.element, found.facts["fields"]) == ("check", "margins")
