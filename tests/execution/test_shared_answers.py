"""What several people answer at once: the check warns where it stands in one variable, and its remedy helps."""

import orjson

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.errors import Finding
from engine.execution.checking import check_files
from engine.queries.people import find_person
from engine.queries.task_view import view_task
from tests.execution.operating import Office
from tests.execution.test_signing import many

FORM = orjson.dumps(
    {
        "type": "default",
        "id": "opinion",
        "components": [
            {"type": "textfield", "key": "channel", "label": "渠道", "readonly": True},
            {"type": "radio", "key": "decision", "label": "结论", "values": [{"label": "同意", "value": "approve"}]},
            {
                "type": "dynamiclist",
                "path": "doubts",
                "label": "疑点",
                "components": [{"type": "textfield", "key": "doubt", "label": "疑点"}],
            },
        ],
    }
)
REMEDY = '<zeebe:ioMapping><zeebe:input source="=null" target="decision"/><zeebe:input source="=null" target="doubts"/>'


def drawn(*, mapped: str = "", sequential: bool = False) -> list[File]:
    asked = f'<zeebe:userTask/><zeebe:formDefinition formId="opinion"/>{mapped}'.encode()
    content = many(sequential=sequential).replace(b"<zeebe:userTask/>", asked)
    return [File(name="process.bpmn", content=content), File(name="opinion.form", content=FORM)]


def found(office: Office, files: list[File]) -> list[Finding]:
    with office.database.reading() as session:
        return [one for one in check_files(session, files).findings if one.code == "answers_shared"]


def prefilled(office: Office, files: list[File]) -> object:
    """Give what the form of the second signer holds when the first has handed in."""
    with office.database.transaction() as session:
        deploy(session, files, "zeng.rui")
        case = start_instance(session, "process", {"people": ["li.na", "wang.fang"]}, "zhang.wei")
    office.finish(office.row(case, "li.na").id, "li.na", decision="approve")
    with office.database.reading() as session:
        person = find_person(session, "wang.fang")
        assert person is not None
        seen = view_task(session, person, office.row(case, "wang.fang").id).stored.get("decision")
    office.finish(office.row(case, "wang.fang").id, "wang.fang", decision="approve")
    assert [vote["decision"] for vote in office.of(case)["votes"]] == ["approve", "approve"]
    return seen


def test_a_form_whose_answers_stand_in_one_variable_is_warned_of(office: Office) -> None:
    [warning] = found(office, drawn())
    assert (warning.severity, warning.element, warning.resource) == ("warning", "check", "process.bpmn")
    assert warning.facts["fields"] == "decision、doubts"
    assert "“核对check”几个人同时办" in str(warning)
    assert "decision ← =null" in str(warning)
    assert prefilled(office, drawn()) == "approve"


def test_the_remedy_gives_everybody_their_own_and_the_warning_is_gone(office: Office) -> None:
    files = drawn(mapped=f"{REMEDY}</zeebe:ioMapping>")
    assert found(office, files) == []
    assert prefilled(office, files) is None


def test_output_mappings_that_leave_answers_alone_are_no_reason_to_warn(office: Office) -> None:
    apart = '<zeebe:ioMapping><zeebe:output source="=decision" target="last"/></zeebe:ioMapping>'
    assert found(office, drawn(mapped=apart)) == []
    same = apart.replace('target="last"', 'target="decision"')
    assert [one.facts["fields"] for one in found(office, drawn(mapped=same))] == ["decision"]


def test_who_signs_in_turn_may_see_what_was_said_before(office: Office) -> None:
    assert found(office, drawn(sequential=True)) == []
