"""What lists and files say of an entry's fields."""

from collections.abc import Mapping

from engine import forms
from engine.forms import Form, Veil


def said(form: Form, veil: Veil, fields: Mapping[str, object]) -> dict[str, str]:
    """Give what each field says, by key, personal data masked."""
    described = forms.describe(form, veil.over(fields).values(fields), masked=True)
    return {one.key: one.text for one in described}
