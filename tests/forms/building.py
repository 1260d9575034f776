"""Small forms for tests."""

import datetime as dt
from collections.abc import Mapping

import orjson

from engine.errors import FieldProblem, FormInvalidError
from engine.forms import Form, check, load

Component = Mapping[str, object]

NOW = dt.datetime(2026, 1, 15, 4, 0, tzinfo=dt.UTC)
"""Noon of Thursday 2026-01-15 in Shanghai."""


def clock() -> dt.datetime:
    return NOW


def written(*components: Component, form_id: str = "example") -> bytes:
    return orjson.dumps({"type": "default", "id": form_id, "components": list(components), "schemaVersion": 19})


def form(*components: Component) -> Form:
    return load(written(*components))


def one(kind: str, *, key: str = "value", **settings: object) -> Form:
    """Make a form of one component."""
    return form({"type": kind, "key": key, "id": f"field_{key}", "label": "示例", **settings})


def accepted(
    subject: Form,
    submitted: Mapping[str, object],
    stored: Mapping[str, object] | None = None,
) -> dict[str, object]:
    return check(subject, submitted, stored or {}, clock=clock)


def problems(
    subject: Form,
    submitted: Mapping[str, object],
    stored: Mapping[str, object] | None = None,
) -> dict[str, str]:
    """Give what is wrong with a submission, in words; nothing if it is accepted."""
    return {name: str(one) for name, one in raw_problems(subject, submitted, stored).items()}


def raw_problems(
    subject: Form,
    submitted: Mapping[str, object],
    stored: Mapping[str, object] | None = None,
) -> dict[str, FieldProblem]:
    try:
        check(subject, submitted, stored or {}, clock=clock)
    except FormInvalidError as error:
        return error.problems
    return {}


def document(
    identifier: str = "d1",
    name: str = "方案.pdf",
    kind: str = "application/pdf",
    size: int = 1000,
) -> dict[str, object]:
    return {
        "camunda.document.type": "camunda",
        "documentId": identifier,
        "contentHash": "0" * 64,
        "metadata": {"fileName": name, "contentType": kind, "size": size},
    }
