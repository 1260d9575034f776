"""Versions of processes."""

from typing import Literal

from apiflask.schemas import FileSchema
from flask import Response
from flask.typing import ResponseReturnValue

from engine.queries.published_forms import start_form_of
from engine.queries.search_definitions import (
    DefinitionRecord,
    definition_diagram,
    find_definition,
    search_definitions,
)
from web.api.blueprint import READERS, blueprint
from web.api.forms import FormAnswer
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, Filter, WantedKey, WantedNumber, WantedText
from web.api.wire import TENANT, Answer, Key, key_of
from web.auth import allow, current_session


class ProcessDefinitionFilter(Filter):
    """What is asked of a version; all of it holds."""

    process_definition_key: WantedKey = ABSENT
    process_definition_id: WantedText = ABSENT
    name: WantedText = ABSENT
    version: WantedNumber = ABSENT
    version_tag: WantedText = ABSENT
    resource_name: WantedText = ABSENT
    has_start_form: bool = ABSENT
    is_latest_version: bool = ABSENT


class ProcessDefinition(Answer):
    """One version of a process."""

    process_definition_key: Key
    process_definition_id: str
    name: str | None
    version: int
    version_tag: str | None
    resource_name: str
    tenant_id: str = TENANT
    has_start_form: bool
    state: Literal["ACTIVE"] = "ACTIVE"


@blueprint.get("/process-definitions/<process_definition_key>")
@allow(*READERS)
@blueprint.output(ProcessDefinition)
@blueprint.doc(operation_id="getProcessDefinition", tags=["Process definition"])
def get_process_definition(process_definition_key: str) -> ProcessDefinition:
    """Give one version of a process."""
    return _answer(find_definition(current_session(), key_of(process_definition_key)))


@blueprint.get("/process-definitions/<process_definition_key>/xml")
@allow(*READERS)
@blueprint.output(FileSchema(type="string"), content_type="text/xml")
@blueprint.doc(operation_id="getProcessDefinitionXML", tags=["Process definition"])
def get_process_definition_xml(process_definition_key: str) -> Response:
    """Give the diagram of a version, byte for byte as it was published."""
    return Response(definition_diagram(current_session(), key_of(process_definition_key)), mimetype="text/xml")


@blueprint.get("/process-definitions/<process_definition_key>/form")
@allow(*READERS)
@blueprint.output(FormAnswer)
@blueprint.doc(
    operation_id="getStartProcessForm", tags=["Process definition"], responses={204: "It starts without a form."}
)
def get_start_process_form(process_definition_key: str) -> ResponseReturnValue:
    """Give the form that starts a version of a process."""
    form = start_form_of(current_session(), key_of(process_definition_key))
    return Response(status=204) if form is None else FormAnswer.of(form)  # type: ignore[return-value] # APIFlask writes the model


def _answer(record: DefinitionRecord) -> ProcessDefinition:
    return ProcessDefinition(
        process_definition_key=record.id,
        process_definition_id=record.process_id,
        name=record.name,
        version=record.version,
        version_tag=record.version_tag,
        resource_name=record.resource_name,
        has_start_form=record.start_form_id is not None,
    )


serve_search(
    SearchCall(
        path="/process-definitions/search",
        operation="searchProcessDefinitions",
        tag="Process definition",
        does="Find versions of processes; everybody may know them.",
        asks=ProcessDefinitionFilter,
        sorts="processDefinitionKey processDefinitionId name version versionTag resourceName",
        item=ProcessDefinition,
        find=lambda db, _person, search: search_definitions(db, search),
        write=_answer,
    )
)
