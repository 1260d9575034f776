"""A form as the published interface gives it."""

from typing import Self

from pydantic import Field

from engine.queries.published_forms import FormRecord, find_form
from web.api.blueprint import READERS, blueprint
from web.api.wire import TENANT, Answer, Key, key_of
from web.auth import allow, current_session


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


@blueprint.get("/forms/<form_key>")
@allow(*READERS)
@blueprint.output(FormAnswer)
@blueprint.doc(operation_id="getFormByKey", tags=["Form"])
def get_form_by_key(form_key: str) -> FormAnswer:
    """Give one version of a form."""
    return FormAnswer.of(find_form(current_session(), key_of(form_key)))
