"""A page with a form of a process: what was typed, what is wrong with it, and how it is shown again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO, cast

from flask import g, request
from werkzeug.datastructures import FileStorage, MultiDict

from engine import clock, forms
from engine.commands.upload_attachment import upload_attachment
from engine.errors import FieldProblem, FormInvalidError, InvalidError
from engine.forms import Form
from engine.forms.parts import Control, Repeat, RowOfParts
from engine.queries.attachments import known_documents
from engine.queries.pickable import form_finder
from web.application import this_application
from web.auth import current_person, current_session
from web.forms import Reference, Submission, broken, framed, read
from web.kept import kept_input


@dataclass(frozen=True, kw_only=True)
class FormPage:
    """A form as it is to be shown."""

    rows: tuple[RowOfParts, ...]
    broken: list[Control | Repeat] = field(default_factory=list)
    live: bool = False
    """Parts of it depend on others."""
    refused: bool = False
    """It was handed in and something in it is wrong, so that the rest is looked at each time it is drawn anew."""
    file_labels: Mapping[str, str] = field(default_factory=dict)
    """The label of each file picker, sent along so that a request too large to read can still name its field."""


def show(
    form: Form,
    stored: Mapping[str, object],
    submission: Submission | None = None,
    problems: Mapping[str, FieldProblem] | None = None,
    instance_id: int | None = None,
) -> FormPage:
    """Lay a form out with what is stored, or with what was typed."""
    typed = submission or Submission(values={})
    wrong = typed.problems if problems is None else problems
    rows = forms.view(
        form,
        stored,
        {**wrong, **typed.unanswered},
        submitted=None if submission is None else typed.values,
        clock=clock.now,
        finder=form_finder(current_session(), typed.searches, instance_id),
    )
    g.frames = framed(rows)
    labels = {one.key: one.label for one in form.fields if one.type == "filepicker"}
    refused = bool(wrong) or "_refused" in request.form
    return FormPage(rows=rows, broken=broken(rows), live=bool(form.live), refused=refused, file_labels=labels)


def show_kept(form: Form, stored: Mapping[str, object], instance_id: int | None = None) -> FormPage | None:
    """Lay a form out with the input that a request before could not hand in; None when there is none."""
    kept = kept_input()
    if kept is None:
        return None
    submission = _read(form, kept, MultiDict(), instance_id)
    return show(form, stored, submission, {}, instance_id)


def submitted(form: Form, instance_id: int | None = None) -> Submission:
    """Read the form of this request; its files are stored, so that nothing is lost if something else is wrong."""
    return _read(form, request.form, request.files, instance_id)


def problems_so_far(
    form: Form, submission: Submission, stored: Mapping[str, object], instance_id: int | None = None
) -> dict[str, FieldProblem] | None:
    """Give what is still wrong in a form that was refused before; None for one that nobody has handed in yet."""
    if "_refused" not in request.form:
        return None
    return problems_of(form, submission, stored, instance_id)


def problems_of(
    form: Form, submission: Submission, stored: Mapping[str, object], instance_id: int | None = None
) -> dict[str, FieldProblem]:
    """Give everything that is wrong: uploads that were refused, and what the form itself refuses."""
    try:
        finder = form_finder(current_session(), {}, instance_id)
        forms.check(form, submission.values, stored, clock=clock.now, finder=finder)
    except FormInvalidError as error:
        return {**error.problems, **submission.problems}
    return submission.problems


def _read(
    form: Form, data: MultiDict[str, str], files: MultiDict[str, FileStorage], instance_id: int | None
) -> Submission:
    known = known_documents(current_session(), current_person(), instance_id, _possible_ids(form, data))
    return read(form, data, files, store=_store, known=known)


def _possible_ids(form: Form, data: MultiDict[str, str]) -> list[str]:
    """Give every value that might name a document: those of the fields that a file picker may have sent."""
    pickers = {component.local[-1] for component in form.walk() if component.type == "filepicker"}
    return [value for name in data if name.rpartition(".")[2] in pickers for value in data.getlist(name)]


def _store(upload: FileStorage) -> Reference | FieldProblem:
    settings, name = this_application().settings, upload.filename or ""
    try:
        return upload_attachment(
            current_session(),
            settings.attachments_folder,
            cast("BinaryIO", upload.stream),
            name,
            current_person().username,
            # The form has agreed to the name; now the content must be what the name says.
            accept=[PurePath(name).suffix],
            max_bytes=settings.upload_limit,
        )
    except InvalidError as error:
        return FieldProblem(error.message, error.facts)
