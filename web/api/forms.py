"""A form as the published interface gives it."""

from typing import Self

from pydantic import Field

from engine.queries.published_forms import FormRecord
from web.api.wire import TENANT, Answer, Key


class FormAnswer(Answer):
    """One version of a form."""

    tenant_id: str = TENANT
    form_id: str
    # Called ``schema`` on the wire; the base class has a method of that name.
    form_schema: str = Field(serialization_alias="schema", description="The form for form-js, JSON as text.")
    version: int
    form_key: Key

    @classmethod
    def of(cls, form: FormRecord) -> Self:
        """Write a form."""
        return cls(form_id=form.form_id, form_schema=form.schema, version=form.version, form_key=form.id)
