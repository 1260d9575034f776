"""Handing in files: all or nothing, the same bytes once, and every finding with its place."""

import io
from typing import Any

from engine.commands.deploy import File
from tests.api.conftest import AsPerson, Program
from tests.support.company import PDF, PROCESS, process_files


def parts(*files: File) -> dict[str, Any]:
    resources = [(io.BytesIO(file.content), file.name) for file in files]
    return {"data": {"resources": resources, "tenantId": "<default>"}}


def deploy(caller: Program, *files: File) -> Any:  # noqa: ANN401 - JSON is any value
    answer = caller.call("POST", "/deployments", **parts(*files))
    assert answer.status_code == 200, answer.text
    return answer.json


def test_the_same_files_again_keep_their_keys(program: AsPerson) -> None:
    owner = program("zeng.rui")
    first, second = deploy(owner, *process_files()), deploy(owner, *process_files())
    assert first == second
    [process] = [one["processDefinition"] for one in first["deployments"] if one["processDefinition"]]
    assert (process["processDefinitionId"], process["processDefinitionVersion"]) == (PROCESS, 1)
    assert len([one for one in first["deployments"] if one["form"]]) == len(process_files()) - 1


def test_a_changed_diagram_makes_a_new_version(program: AsPerson) -> None:
    owner = program("admin")
    changed = [
        File(name="folder/" + file.name, content=file.content.replace(b"</bpmn:definitions>", b"\n</bpmn:definitions>"))
        for file in process_files()
    ]
    made = deploy(owner, *changed)["deployments"][0]["processDefinition"]
    assert (made["processDefinitionVersion"], made["resourceName"]) == (2, f"{PROCESS}.bpmn")
    newest = owner.found("process-definitions", filter={"isLatestVersion": True})
    assert [version["processDefinitionKey"] for version in newest] == [made["processDefinitionKey"]]


def test_a_broken_file_is_refused_with_its_place_and_nothing_is_published(program: AsPerson) -> None:
    owner = program("zeng.rui")
    files = [*process_files()[1:], File(name="broken.bpmn", content=b"<bpmn:definitions")]
    document = owner.refused(400, "POST", "/deployments", **parts(*files))
    assert [error["resource"] for error in document["errors"] if error["severity"] == "error"] == ["broken.bpmn"]
    assert document["errors"][0]["line"] == 1
    assert len(owner.found("process-definitions")) == 1


def test_a_request_without_files_is_refused(program: AsPerson) -> None:
    owner = program("zeng.rui")
    for data in ({}, {"tenantId": "<default>"}, {"resources": "not a file"}):
        owner.refused(400, "POST", "/deployments", data=data, content_type="multipart/form-data")
    other_tenant = parts(*process_files())
    other_tenant["data"]["tenantId"] = "other"
    assert owner.refused(400, "POST", "/deployments", **other_tenant)["errors"][0]["field"] == "tenantId"


def test_only_owners_and_administrators_publish(program: AsPerson) -> None:
    for username in ("zhang.wei", "xiao.han"):
        assert program(username).refused(403, "POST", "/deployments", **parts(*process_files()))["detail"]


def test_a_file_that_is_uploaded_stands_for_itself_in_a_form(program: AsPerson) -> None:
    answer = program("zhang.wei").call("POST", "/documents", data={"file": (io.BytesIO(PDF), "合同.pdf")})
    assert answer.status_code == 201, answer.text
    reference = answer.json or {}
    assert reference["camunda.document.type"] == "camunda"
    assert reference["metadata"]["fileName"] == "合同.pdf"
    assert reference["metadata"]["contentType"] == "application/pdf"
    program("zhang.wei").refused(400, "POST", "/documents", data={"file": (io.BytesIO(b""), "空.pdf")})
