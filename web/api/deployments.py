"""Handing in diagrams, tables and forms that belong together."""

from pathlib import PurePosixPath
from typing import Literal

from apiflask.fields import UploadFile
from pydantic import ConfigDict, Field
from werkzeug.datastructures import FileStorage

from engine.commands.deploy import File, deploy
from engine.queries.deployed import DeployedVersion, deployed_versions
from engine.queries.search_decisions import find_decision
from web.api.blueprint import blueprint
from web.api.wire import TENANT, Answer, Body, Key
from web.auth import allow, current_person, current_session


class DeploymentForm(Body):
    """The parts of a multipart request."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    resources: list[UploadFile] = Field(min_length=1, description="The .bpmn, .dmn and .form files, all at once.")
    tenant_id: Literal["<default>"] = TENANT


class DeployedProcess(Answer):
    """A version of a process."""

    process_definition_id: str
    process_definition_version: int
    resource_name: str
    tenant_id: str = TENANT
    process_definition_key: Key


class DeployedForm(Answer):
    """A version of a form."""

    form_id: str
    version: int
    resource_name: str
    tenant_id: str = TENANT
    form_key: Key


class DeployedDecision(Answer):
    """A version of a decision. Its requirements are named by the file, which has no version of its own here."""

    decision_definition_id: str
    version: int
    name: str
    tenant_id: str = TENANT
    decision_requirements_id: str
    decision_definition_key: Key
    decision_requirements_key: Key


class DeployedResource(Answer):
    """One thing that a deployment made, or found unchanged; one of the fields is set."""

    process_definition: DeployedProcess | None = None
    decision_definition: DeployedDecision | None = None
    decision_requirements: None = None
    form: DeployedForm | None = None
    resource: None = None


class Deployment(Answer):
    """What a deployment made, or found unchanged."""

    deployment_key: Key
    tenant_id: str = TENANT
    deployments: list[DeployedResource]


@blueprint.post("/deployments")
@allow("owner", "admin")
@blueprint.input(DeploymentForm, location="files", arg_name="sent")
@blueprint.output(Deployment)
@blueprint.doc(operation_id="createDeployment", tags=["Resource"])
def create_deployment(sent: DeploymentForm) -> Deployment:
    """Check files together and publish new versions of what changed.

    The same bytes again make no new version and give the keys they had. Nothing is published where one file has an
    error; `errors` of the answer names each with its file, element and line. For process owners and administrators.
    """
    db = current_session()
    done = deploy(db, [_file(part) for part in sent.resources], current_person().username, note="REST")
    published = done.published
    versions = deployed_versions(
        db,
        processes=[version.id for version in published.processes],
        forms=[version.id for version in published.forms],
        decisions=[version.id for version in published.decisions],
    )
    return Deployment(deployment_key=done.deployment_id, deployments=[_resource(version) for version in versions])


def _file(part: FileStorage) -> File:
    """Read one part. Some clients send the folder with the name; a file is known by its name alone."""
    name = PurePosixPath((part.filename or "").replace("\\", "/")).name
    return File(name=name, content=part.read())


def _resource(version: DeployedVersion) -> DeployedResource:
    if version.kind == "process":
        process = DeployedProcess(
            process_definition_id=version.key,
            process_definition_version=version.version,
            resource_name=version.resource_name,
            process_definition_key=version.id,
        )
        return DeployedResource(process_definition=process)
    if version.kind == "form":
        form = DeployedForm(
            form_id=version.key, version=version.version, resource_name=version.resource_name, form_key=version.id
        )
        return DeployedResource(form=form)
    decision = DeployedDecision(
        decision_definition_id=version.key,
        version=version.version,
        name=version.name,
        decision_requirements_id=version.resource_name,
        decision_definition_key=version.id,
        decision_requirements_key=find_decision(current_session(), version.id).file_id,
    )
    return DeployedResource(decision_definition=decision)
