"""The OpenAPI document: what APIFlask writes from the views, with what holds for every call."""

import json
import re
from typing import Any

from pydantic.alias_generators import to_camel

from web.api.problems import MEDIA_TYPE, Fault, ProblemDetail
from web.api.wire import KEY_SCHEMA

_REF = "#/components/schemas/"
_NESTED = re.compile(r"#/components/schemas/\w+\.(\w+)")
_REASONS = {
    "400": "The request is wrong; `errors` names each fault.",
    "401": "No credentials, or wrong ones.",
    "403": "The caller may not do this.",
    "404": "There is no such thing, or the caller may not see it.",
    "413": "The body is larger than this installation takes.",
    "415": "The body has a media type that this call does not take.",
    "429": "Too many failed tries to sign in.",
    "500": "A failure of the server; nothing was changed.",
}
_TEXT_KEYS = {
    "decision_evaluation_instance_key": {"type": "string", "pattern": "^[0-9]+-[0-9]+$", "example": "12-1"},
    "document_id": {"type": "string", "minLength": 1, "maxLength": 255},
}
"""What stands in a path and is no number."""
_OF_EVERYTHING = ("400", "401", "403", "429", "500")
_OF_BODIES = ("413", "415")
_OF_ONE_THING = ("404",)

SECURITY_SCHEMES = {
    "basic": {"type": "http", "scheme": "basic", "description": "Name and password of a person."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token of `qucheng token create`."},
}
DESCRIPTION = (
    "The paths and shapes of the Camunda 8 Orchestration Cluster REST API, for what is supported here; "
    "a published call that is not supported answers 501. Keys are short numbers written as text."
)


def complete(document: dict[str, Any] | str) -> dict[str, Any]:
    """Add to the document what no single view says: problems, security, and names as the interface writes them."""
    assert isinstance(document, dict)  # noqa: S101 - narrows the type; text is for YAML
    for operations in document["paths"].values():
        for operation in operations.values():
            _add_problems(operation)
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    schema = _TEXT_KEYS.get(parameter["name"], KEY_SCHEMA)
                    parameter |= {"name": to_camel(parameter["name"]), "schema": schema}
    document["paths"] = {_camel_path(path): operations for path, operations in document["paths"].items()}
    document["paths"]["/v2/status"]["get"]["security"] = []
    document["security"] = [{name: []} for name in SECURITY_SCHEMES]
    _add_problem_schemas(document)
    return _with_plain_names(document)


def _add_problems(operation: dict[str, Any]) -> None:
    statuses = {*_OF_EVERYTHING, *(status for status in operation["responses"] if status >= "400")}
    statuses.update(_OF_BODIES if "requestBody" in operation else ())
    statuses.update(_OF_ONE_THING if any(one["in"] == "path" for one in operation["parameters"]) else ())
    for status in sorted(statuses):
        told = operation["responses"].get(status, {}).get("description")
        operation["responses"][status] = {
            "description": told or _REASONS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": _REF + "ProblemDetail"}}},
        }


def _add_problem_schemas(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    # APIFlask's own shape of errors, which no answer here has.
    schemas.pop("HTTPError", None)
    for model in (ProblemDetail, Fault):
        schema = model.model_json_schema(ref_template=_REF + "{model}", mode="serialization")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema


def _with_plain_names(document: dict[str, Any]) -> dict[str, Any]:
    """Name each schema by its model alone: APIFlask repeats nested ones under the name of every parent."""
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {name.rpartition(".")[2]: schema for name, schema in schemas.items()}
    named: dict[str, Any] = json.loads(
        _NESTED.sub(_REF + r"\1", json.dumps(document)), object_hook=_without_null_default
    )
    return named


def _without_null_default(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave out the default of a field that may be absent but not null."""
    return {key: value for key, value in schema.items() if key != "default" or value is not None}


def _camel_path(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: "{" + to_camel(found[1]) + "}", path)
