"""Publishing: what makes a version, what is refused and how it is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from engine.commands.deploy import Deployed, File, deploy
from engine.commands.discard_draft import discard_draft
from engine.commands.publish_draft import publish_draft
from engine.commands.save_draft import save_draft
from engine.database import Database
from engine.errors import ConflictError, Finding, InvalidError, UnpublishableError
from engine.model import Content, Deployment, Draft, FormDefinition, ProcessDefinition, Register
from tests.support.company import PROCESS, Company, process_files

Change = Callable[[bytes], bytes]


@pytest.fixture(autouse=True)
def register(database: Database) -> None:
    """Let the register be there that the first process writes into."""
    with database.transaction() as session:
        row = {"title": "渠道台账", "number_pattern": "{sequence}", "columns": [], "title_field": "channel_name"}
        statuses = ["备案中", "已备案", "变更中", "已终止"]
        session.execute(insert(Register), [{"name": "channel", "statuses": statuses, "sha256": "0" * 64, **row}])


def changed(name: str, change: Change) -> list[File]:
    """Give the files of the first process with one of them changed."""
    files = process_files()
    assert any(file.name == name for file in files)
    return [File(name=f.name, content=change(f.content)) if f.name == name else f for f in files]


def findings(database: Database, files: list[File]) -> list[Finding]:
    """Try to publish, expect a refusal, and give what was found."""
    with pytest.raises(UnpublishableError) as refused, database.transaction() as session:
        deploy(session, files, "zeng.rui")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Deployment)) == 0
        assert session.scalar(select(func.count()).select_from(Content)) == 0
    return refused.value.findings


def publish(database: Database, files: list[File]) -> Deployed:
    with database.transaction() as session:
        return deploy(session, files, "zeng.rui")


def test_the_same_bytes_again_make_no_new_version(database: Database) -> None:
    first = publish(database, process_files())
    second = publish(database, list(reversed(process_files())))
    assert (first.is_new, second.is_new) == (True, False)
    assert first.deployment_id == second.deployment_id
    assert [version.version for version in second.published.processes] == [1]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProcessDefinition)) == 1
        assert session.scalar(select(func.count()).select_from(FormDefinition)) == 4


def test_a_changed_form_alone_makes_a_new_version_of_the_process(database: Database) -> None:
    publish(database, process_files())
    name = "new_channel_filing_approval.form"
    second = publish(database, changed(name, lambda content: content + b"\n"))
    assert [(version.version, version.is_new) for version in second.published.processes] == [(2, True)]
    assert [version.version for version in second.published.forms if version.is_new] == [2]


def test_publishing_an_older_state_again_is_a_new_version_too(database: Database) -> None:
    publish(database, process_files())
    publish(database, changed(f"{PROCESS}.bpmn", lambda content: content + b"\n"))
    third = publish(database, process_files())
    assert [(version.version, version.is_new) for version in third.published.processes] == [(3, True)]


def test_a_running_case_stays_on_its_version_with_its_form(company: Company) -> None:
    old = company.start()
    files = changed(
        "new_channel_filing_approval.form", lambda content: content.replace("完整性".encode(), "资料完整".encode())
    )
    with company.database.transaction() as session:
        deploy(session, files, "zeng.rui")
    new = company.start()
    assert company.instance(old).definition_id != company.instance(new).definition_id
    company.send_back(old)
    company.correct(old)
    forms = {case: company.task(case).form_definition_id for case in (old, new)}
    with company.database.reading() as session:
        versions = {
            case: session.get_one(FormDefinition, form_definition_id).version
            for case, form_definition_id in forms.items()
        }
    assert versions == {old: 1, new: 2}


BAD_DIAGRAMS: list[tuple[str, Change, str, str | None]] = [
    ("broken XML", lambda c: c.replace(b"</bpmn:process>", b""), "xml_malformed", None),
    ("a DOCTYPE", lambda c: c.replace(b"<bpmn:definitions", b"<!DOCTYPE x><bpmn:definitions", 1), "xml_doctype", None),
    ("not BPMN", lambda _: b"<html/>", "not_bpmn", None),
    ("not executable", lambda c: c.replace(b'isExecutable="true"', b'isExecutable="false"'), "not_executable", None),
    (
        "an unsupported element",
        lambda c: c.replace(b"<bpmn:serviceTask", b"<bpmn:complexGateway").replace(
            b"</bpmn:serviceTask", b"</bpmn:complexGateway"
        ),
        "unsupported_element",
        "save_channel_entry",
    ),
    (
        "a condition that does not parse",
        lambda c: c.replace(b'=decision = "approve"', b'=decision = = "approve"'),
        "expression_syntax",
        "flow_decision_approved",
    ),
    (
        "a missing form",
        lambda c: c.replace(b'formId="new_channel_filing_record"', b'formId="elsewhere"'),
        "form_missing",
        "record_filing",
    ),
    (
        "a dangling flow",
        lambda c: c.replace(b'targetRef="record_filing"', b'targetRef="nowhere"'),
        "dangling_flow",
        "flow_decision_approved",
    ),
    (
        "nobody assigned",
        lambda c: c.replace(
            b'<zeebe:assignmentDefinition candidateGroups="\xe6\xb8\xa0\xe9\x81\x93\xe4\xb8\x93\xe5\x91\x98" />', b""
        ),
        "nobody_assigned",
        "record_filing",
    ),
    (
        "an id used twice",
        lambda c: c.replace(b'id="record_filing"', b'id="correct_filing"'),
        "duplicate_id",
        "correct_filing",
    ),
]


@pytest.mark.parametrize(
    ("change", "code", "element"), [case[1:] for case in BAD_DIAGRAMS], ids=[c[0] for c in BAD_DIAGRAMS]
)
def test_a_bad_diagram_is_refused_with_the_place_named(
    database: Database, change: Change, code: str, element: str | None
) -> None:
    found = {one.code: one for one in findings(database, changed(f"{PROCESS}.bpmn", change)) if one.severity == "error"}
    assert code in found, list(found)
    assert found[code].resource == f"{PROCESS}.bpmn"
    assert found[code].line is not None
    if element is not None:
        assert element in {
            one.element for one in findings(database, changed(f"{PROCESS}.bpmn", change)) if one.code == code
        }


def test_external_entities_and_entity_bombs_are_refused(database: Database, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret", encoding="utf-8")
    bombs = [
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]><d>&x;</d>'.encode(),
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><d>&b;</d>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY a "a">]><d>&a;</d>'.encode("utf-16"),
    ]
    for bomb in bombs:
        found = findings(database, [File(name="bomb.bpmn", content=bomb)])
        assert [one.code for one in found] == ["xml_doctype"]
        assert "top secret" not in str(found)


def test_a_hundred_megabytes_are_refused_by_name(database: Database) -> None:
    found = findings(database, [File(name="huge.bpmn", content=b" " * (100 * 1024 * 1024))])
    assert {"files_too_large", "file_too_large"} <= {one.code for one in found}
    assert {one.resource for one in found} == {"huge.bpmn"}


def test_a_form_with_an_unknown_component_is_refused(database: Database) -> None:
    name = "new_channel_filing_record.form"
    files = changed(name, lambda content: content.replace(b'"type": "textarea"', b'"type": "hologram"', 1))
    found = [one for one in findings(database, files) if one.resource == name]
    assert any("hologram" in str(one) for one in found), found


def test_sets_of_files_that_contradict_themselves_are_refused(database: Database) -> None:
    diagram = process_files()[0]
    codes = [one.code for one in findings(database, [*process_files(), diagram])]
    assert "same_name_twice" in codes
    assert [one.code for one in findings(database, [])] == ["nothing_handed_in"]
    assert "unknown_kind" in {one.code for one in findings(database, [File(name="a.exe", content=b"MZ")])}
    copy = File(name="copy.bpmn", content=diagram.content)
    assert "same_process_twice" in {one.code for one in findings(database, [*process_files(), copy])}


def test_a_draft_can_always_be_saved_and_is_published_only_when_it_is_right(company: Company) -> None:
    name = f"{PROCESS}.bpmn"
    diagram = next(file.content for file in process_files() if file.name == name)
    with company.database.transaction() as session:
        assert save_draft(session, PROCESS, name, b"<broken", "zeng.rui", revision=0) == 1
    with pytest.raises(UnpublishableError), company.database.transaction() as session:
        publish_draft(session, PROCESS, "zeng.rui")
    with company.database.reading() as session:
        assert session.scalars(select(Draft.body)).all() == [b"<broken"]
    with company.database.transaction() as session:
        better = diagram.replace("填写新渠道报备表".encode(), "填写报备表".encode()) + b"\n"
        assert save_draft(session, PROCESS, name, better, "zeng.rui", revision=1) == 2
        deployed = publish_draft(session, PROCESS, "zeng.rui", note="改名")
    assert [version.version for version in deployed.published.processes] == [2]
    with company.database.reading() as session:
        assert session.scalars(select(Draft)).all() == []
        assert session.scalar(select(Deployment.note).order_by(Deployment.id.desc()).limit(1)) == "改名"


def test_a_draft_saved_over_a_newer_one_is_refused(database: Database) -> None:
    with database.transaction() as session:
        save_draft(session, "p", "p.bpmn", b"one", "zeng.rui", revision=0)
        save_draft(session, "p", "p.bpmn", b"two", "zeng.rui", revision=1)
    with pytest.raises(ConflictError, match=r"zeng\.rui"), database.transaction() as session:
        save_draft(session, "p", "p.bpmn", b"late", "admin", revision=1)
    for name in ("../evil.bpmn", "p.exe", ".bpmn"):
        with pytest.raises(InvalidError), database.transaction() as session:
            save_draft(session, "p", name, b"", "zeng.rui")
    with database.transaction() as session:
        discard_draft(session, "p", "p.bpmn")
    with database.reading() as session:
        assert session.scalars(select(Draft)).all() == []
