r"""FEEL, the expression language of DMN 1.5 (chapter 10): text -> compiled expression -> value.

    >>> evaluate("if amount > 1000 then \"boss\" else \"self\"", {"amount": 1200})
    'boss'

Errors in the text raise FeelSyntaxError, limits FeelLimitError, both FeelError; anything else that goes wrong
gives null, as the standard says, and a warning that ``Compiled.evaluate_with_warnings`` returns.
See README.md beside this file.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from engine.feel import types
from engine.feel.errors import FeelError, FeelLimitError, FeelSyntaxError, FeelWarning
from engine.feel.expression import (
    Compiled,
    CompiledTests,
    compile_expression,
    compile_unary_tests,
    lazily,
    lazily_tests,
    strip_equals,
)
from engine.feel.functions import BUILTINS
from engine.feel.interchange import dump_json, from_json, load_json, to_json
from engine.feel.temporal_text import parse_duration as duration
from engine.feel.values import DaysTime, Function, HostFunction, Range, YearsMonths
from engine.feel.writing import format_value as format  # noqa: A004 - the interface's own word

Clock = Callable[[], dt.datetime]
compile = compile_expression  # noqa: A001 - the interface's own word


def evaluate(expression: str, context: Mapping[str, object], *, clock: Clock | None = None) -> object:
    """Give the value of an expression; raise FeelSyntaxError or FeelLimitError.

    ``clock`` gives an aware moment and defaults to the program's. A leading ``=`` is allowed.
    """
    return lazily(expression).evaluate(context, clock)


def unary_test(text: str, value: object, context: Mapping[str, object], *, clock: Clock | None = None) -> bool | None:
    """Tell whether a value passes unary tests; None where that is uncertain."""
    return lazily_tests(text).test(value, context, clock)


def names(expression: str, known: Iterable[str] = ()) -> frozenset[str]:
    """Give the variables that an expression may read; functions of the host among them."""
    return compile_expression(expression, known).names


def function_names() -> frozenset[str]:
    """Give the names of all built-in functions."""
    return frozenset(BUILTINS)


__all__ = [
    "Compiled",
    "CompiledTests",
    "DaysTime",
    "FeelError",
    "FeelLimitError",
    "FeelSyntaxError",
    "FeelWarning",
    "Function",
    "HostFunction",
    "Range",
    "YearsMonths",
    "compile",
    "compile_unary_tests",
    "dump_json",
    "duration",
    "evaluate",
    "format",
    "from_json",
    "function_names",
    "load_json",
    "names",
    "strip_equals",
    "to_json",
    "types",
    "unary_test",
]
