"""What a person hands in: checked against the form their case was published with."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine import clock, forms
from engine.execution.immutable import form


def accepted(
    session: Session, form_definition_id: int | None, submitted: Mapping[str, object], stored: Mapping[str, object]
) -> dict[str, object]:
    """Give the values a form accepts. Raises FormInvalidError with a problem for each field.

    A task without a form takes no values from a page; programs may set any, see ``complete_task``.
    """
    if form_definition_id is None:
        return {}
    return forms.check(form(session, form_definition_id), submitted, stored, clock=clock.now)
