"""What a person hands in: checked against the form their case was published with."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine import clock, forms
from engine.execution.immutable import form
from engine.execution.picking import RegisterFinder, hold_entries


def accepted(
    session: Session,
    form_definition_id: int | None,
    submitted: Mapping[str, object],
    stored: Mapping[str, object],
    instance_id: int | None = None,
    rights: forms.Rights = forms.EVERYTHING,
) -> dict[str, object]:
    """Give the values a form accepts from who has these rights. Raises FormInvalidError with a problem for each field.

    A task without a form takes no values from a page; programs may set any, see ``complete_task``.
    """
    if form_definition_id is None:
        return {}
    finder = RegisterFinder(session, instance_id=instance_id)
    asked = forms.restricted(form(session, form_definition_id), rights, keeping=True)
    return forms.check(asked, submitted, stored, clock=clock.now, finder=finder)


def given(
    session: Session, form_definition_id: int | None, values: Mapping[str, object], rights: forms.Rights
) -> dict[str, object]:
    """Give the values without those that a form only reads: when they count, others may have changed these."""
    if form_definition_id is None:
        return dict(values)
    read = forms.only_read(forms.restricted(form(session, form_definition_id), rights, keeping=True))
    return {name: value for name, value in values.items() if name not in read}


def handed_in(session: Session, form_definition_id: int | None, values: Mapping[str, object]) -> object:
    """Give where somebody may have put files: the file pickers of the form, or all values where there is none.

    What a form works out by itself, such as a register entry with the files that its own case has, is nobody's
    upload.
    """
    if form_definition_id is None:
        return values
    known = form(session, form_definition_id)
    return [value for component, value in forms.values_of(known, values) if component.type == "filepicker"]


def hold(session: Session, form_definition_id: int | None, values: Mapping[str, object], instance_id: int) -> None:
    """Let a case have the register entries that its form picked to hold. Raises FormInvalidError where one is held."""
    if form_definition_id is not None:
        hold_entries(session, form(session, form_definition_id), values, instance_id)
