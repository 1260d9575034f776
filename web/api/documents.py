"""Files that forms refer to."""

from typing import BinaryIO, Literal, cast

from apiflask.fields import UploadFile
from apiflask.schemas import FileSchema
from flask import Response
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, Field

from engine.commands.discard_attachment import discard_attachment
from engine.commands.upload_attachment import upload_attachment
from engine.errors import NotFoundError, mark
from web.api.blueprint import READERS, blueprint
from web.api.wire import Answer, Body
from web.application import this_application
from web.auth import allow, current_person, current_session
from web.downloads import file_to_send, send_attachment


class DocumentForm(Body):
    """The parts of a multipart request."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: list[UploadFile] = Field(min_length=1, max_length=1, description="The file, with its name.")


class DocumentMetadata(Answer):
    """What is known of a file."""

    file_name: str
    content_type: str = Field(description="As its content says, whatever its name is.")
    size: int = Field(description="Bytes.")
    expires_at: None = None
    process_definition_id: None = None
    process_instance_key: None = None
    custom_properties: dict[str, str] = Field(default_factory=dict)


class DocumentReference(Answer):
    """What stands for a file in variables."""

    document_type: Literal["camunda"] = Field(default="camunda", serialization_alias="camunda.document.type")
    store_id: str
    document_id: str
    content_hash: str | None
    metadata: DocumentMetadata


class DocumentStore(Body):
    """Where a document lies: there is one store."""

    store_id: str | None = Field(default=None, max_length=255)


class DocumentOptions(DocumentStore):
    """Which content is expected."""

    content_hash: str | None = Field(default=None, max_length=255, description="Another content is not found.")


@blueprint.post("/documents")
@allow("staff")
@blueprint.input(DocumentForm, location="files", arg_name="sent")
@blueprint.output(DocumentReference, status_code=201)
@blueprint.doc(operation_id="createDocument", tags=["Document"])
def create_document(sent: DocumentForm) -> DocumentReference:
    """Upload a file. It is the caller's own until a form is handed in with it; then it belongs to the case."""
    part = sent.file[0]
    folder = this_application().settings.attachments_folder
    reference = upload_attachment(
        current_session(), folder, cast("BinaryIO", part.stream), part.filename or "", current_person().username
    )
    known = DocumentMetadata.model_validate(reference["metadata"])
    return DocumentReference(
        store_id=str(reference["storeId"]),
        document_id=str(reference["documentId"]),
        content_hash=str(reference["contentHash"]),
        metadata=known,
    )


@blueprint.get("/documents/<document_id>")
@allow(*READERS, writes=True)
@blueprint.input(DocumentOptions, location="query", arg_name="options")
@blueprint.output(FileSchema(type="string", format="binary"), content_type="*/*")
@blueprint.doc(operation_id="getDocument", tags=["Document"])
def get_document(document_id: str, options: DocumentOptions) -> Response:
    """Download a file of a case that the caller may see, or one of their own that is not handed in yet.

    It comes as an attachment, with the type its content has; the look is noted.
    """
    file = file_to_send(document_id)
    if options.content_hash not in {None, file.sha256}:
        raise NotFoundError(mark("没有这个附件，或者您看不到它。"))
    return send_attachment(file)


@blueprint.delete("/documents/<document_id>")
@allow("staff")
@blueprint.input(DocumentStore, location="query", arg_name="_options")
@blueprint.doc(
    operation_id="deleteDocument",
    tags=["Document"],
    responses={204: "Nobody can reach it any more.", 409: "It belongs to a case."},
)
def delete_document(document_id: str, _options: DocumentStore) -> ResponseReturnValue:
    """Take back a file of one's own that is not handed in yet."""
    discard_attachment(current_session(), document_id, current_person().username)
    return "", 204
