"""Numbers inside stored JSON, compared as numbers on both kinds of database."""

from typing import Any

from sqlalchemy import Numeric, case, cast, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class json_number(FunctionElement[Any]):  # noqa: N801 - named as SQL functions are
    """Give the number at a key of a JSON object, and null where there is none or something else.

    Its arguments are the object, the key, and the key as an SQLite path.
    """

    name = "json_number"
    type = Numeric()
    inherit_cache = True


def number_at(document: Any, key: str) -> json_number:  # noqa: ANN401 - a column of JSON
    """Select the number at a key."""
    return json_number(document, key, f'$."{key}"')


@compiles(json_number, "sqlite")
def _on_sqlite(element: json_number, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    document, _key, path = element.clauses
    kind, content = func.json_type(document, path), func.json_extract(document, path)
    is_number = kind.in_((literal_column("'integer'"), literal_column("'real'")))
    return compiler.process(case((is_number, content)), **options)


@compiles(json_number, "postgresql")
def _on_postgresql(element: json_number, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    document, key, _path = element.clauses
    kind, content = func.json_typeof(document.op("->")(key)), document.op("->>")(key)
    # CASE, because AND may cast first, and a text that is no number can't be cast.
    return compiler.process(case((kind == literal_column("'number'"), cast(content, Numeric))), **options)
