"""What travels: the base of all bodies and answers, and the types of their fields."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from apiflask.schema_adapters import registry
from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from werkzeug.datastructures import FileStorage

from engine.errors import InvalidError, mark
from web.api.exact_json import UnreadableError, exact, read_body
from web.api.faults import MalformedError

TENANT: Literal["<default>"] = "<default>"
"""There are no tenants; this is what the published interface calls the only one."""
_KEY = re.compile(r"-?[0-9]{1,25}")
KEY_SCHEMA = {"type": "string", "pattern": "^-?[0-9]+$", "minLength": 1, "maxLength": 25, "example": "1024"}


class Body(BaseModel):
    """What a caller sends. Unknown fields are refused, so that nobody believes in one we ignore."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True)


class Answer(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, extra="forbid", frozen=True)


def read_key(text: object) -> int:
    """Read a key. One that is out of the database's range becomes -1, the number of nothing.

    Raises UnreadableError, which pydantic reports.
    """
    if not isinstance(text, str) or _KEY.fullmatch(text) is None:
        raise UnreadableError(mark("应为编号：文本，至多 25 个数字。"))
    number = int(text)
    return number if abs(number) < 2**63 else -1


def key_of(text: str) -> int:
    """Read a key that stands in an address. Raises InvalidError."""
    try:
        return read_key(text)
    except UnreadableError:
        raise InvalidError(mark("“{text}”不是编号：编号只由数字组成。"), where="path", text=text[:50]) from None


def _read_moment(text: object) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text if isinstance(text, str) else "")
        return moment.astimezone(dt.UTC) if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        raise UnreadableError(mark("应为时刻，如 {example}。"), example="2026-03-02T09:00:00Z") from None


def _write_moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Key = Annotated[int, PlainSerializer(str, return_type=str), WithJsonSchema(KEY_SCHEMA)]
"""A key in an answer: our short number, as text, since other languages' numbers may be too small for it."""
SentKey = Annotated[int, BeforeValidator(read_key), WithJsonSchema(KEY_SCHEMA)]
"""A key in a body."""
_MOMENT_SCHEMA = {"type": "string", "format": "date-time"}
Moment = Annotated[dt.datetime, PlainSerializer(_write_moment, return_type=str), WithJsonSchema(_MOMENT_SCHEMA)]
"""A moment in an answer, in UTC."""
SentMoment = Annotated[dt.datetime, BeforeValidator(_read_moment), WithJsonSchema(_MOMENT_SCHEMA)]
"""A moment in a body; UTC where it names no offset."""
Whole = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
"""A number of 32 bits."""
Variables = Annotated[dict[str, Any], AfterValidator(exact)]
"""Names and JSON values."""


class ExactAdapter(PydanticAdapter):
    """APIFlask's way to pydantic models, reading JSON exactly and naming every fault."""

    def validate_input(self, request: Request, location: str, **_options: object) -> BaseModel:
        """Read and check what a request carries in one place. Raises InvalidError, UnsupportedMediaType."""
        sent = read_body(request) if location == "json" else self._fields(request, location)
        try:
            return self.model_class.model_validate(sent)
        except ValidationError as error:
            raise MalformedError(error.errors(include_url=False, include_input=False)) from None

    def get_openapi_schema(self, **_options: object) -> dict[str, Any]:
        """Write the schema; an answer has all its fields, a body may leave out what has a default."""
        return self.model_class.model_json_schema(
            ref_template=f"#/components/schemas/{self.get_schema_name()}.{{model}}",
            mode="serialization" if issubclass(self.model_class, Answer) else "validation",
        )

    @staticmethod
    def _fields(request: Request, location: str) -> Mapping[str, object]:
        if location == "query":
            return request.args.to_dict()
        files: dict[str, list[FileStorage]] = {name: request.files.getlist(name) for name in request.files}
        return {**request.form.to_dict(), **files}


# Every model of this program is read exactly; APIFlask keeps one registry a process.
registry.register("pydantic", ExactAdapter)
