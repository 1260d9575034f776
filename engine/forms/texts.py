"""Expressions and templates inside a form's settings.

A setting that begins with ``=`` is FEEL. One with ``{{ }}`` is a template of form-js: inserts, ``{{#if x}}...{{/if}}``
and ``{{#loop list}}...{{/loop}}``, in which ``this`` is the element and ``parent`` what was around it.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from engine import feel
from engine.clock import Clock

Context = Mapping[str, object]
Escape = Callable[[str], str]

MAX_TEXT = 200_000
"""Characters of one rendered template: loops in loops must end."""

_TAG = re.compile(r"\{\{\s*(?P<mark>#if\b|#loop\b|/if|/loop|)(?P<feel>.*?)\}\}(?P<newline>\n?)", re.DOTALL)


class TemplateError(ValueError):
    """A template opens what it doesn't close, or the reverse; the text names the tag."""


@dataclass(frozen=True)
class Insert:
    """A FEEL expression whose value is shown."""

    expression: str


@dataclass(frozen=True)
class Section:
    """A part of a template shown once if a condition holds, or once for each element of a list."""

    tag: str
    expression: str
    parts: tuple["str | Insert | Section", ...]
    newline: bool


Part = str | Insert | Section


def is_expression(text: object) -> bool:
    """Say whether a setting is FEEL."""
    return isinstance(text, str) and text.startswith("=")


def is_template(text: object) -> bool:
    """Say whether a setting has anything to evaluate."""
    return isinstance(text, str) and (text.startswith("=") or "{{" in text)


@lru_cache(maxsize=4096)
def parse_template(text: str) -> tuple[Part, ...]:
    """Split a template into its parts.

    Raises:
        TemplateError: sections don't match.

    """
    open_parts: list[list[Part]] = [[]]
    open_tags: list[tuple[str, str]] = []
    position = 0
    for found in _TAG.finditer(text):
        open_parts[-1].append(text[position : found.start()])
        position = found.end()
        tag, expression = found["mark"], found["feel"].strip()
        if tag.startswith("#"):
            open_tags.append((tag[1:], expression))
            open_parts.append([])
        elif tag:
            if not open_tags or open_tags[-1][0] != tag[1:]:
                raise TemplateError("{{" + tag + "}}")
            parts = tuple(open_parts.pop())
            open_parts[-1].append(Section(*open_tags.pop(), parts, bool(found["newline"])))
        else:
            open_parts[-1].extend(filter(None, (expression and Insert(expression), found["newline"])))
    if open_tags:
        raise TemplateError("{{#" + open_tags[-1][0] + "}}")
    open_parts[-1].append(text[position:])
    return tuple(part for part in open_parts[0] if part)


def expressions(text: str) -> Iterator[str]:
    """Give every FEEL expression of a setting, without the leading ``=``.

    Raises:
        TemplateError: as ``parse_template``.

    """
    if is_expression(text):
        yield text[1:]
    elif is_template(text):
        yield from _in_parts(parse_template(text))


def _in_parts(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Insert | Section):
            yield part.expression
        if isinstance(part, Section):
            yield from _in_parts(part.parts)


def evaluate(expression: str, context: Context, clock: Clock | None = None) -> object:
    """Evaluate FEEL; an expression that can't be compiled gives None, as in form-js.

    Publication refuses such an expression, so at run time it can only come from a form older than the rule.
    """
    try:
        return feel.evaluate(expression, context, clock=clock)
    except feel.FeelError:
        return None


def holds(condition: object, context: Context, clock: Clock | None = None) -> bool:
    """Say whether a condition to hide a field, or to make it readonly, is met.

    form-js evaluates both as unary tests of null (DMN 1.5, 7.3.3), so that a comparison with nothing, which is neither
    true nor false, meets them: ``=amount > 100`` hides while there is no amount.
    """
    if not isinstance(condition, str) or not condition.startswith("="):
        return False
    try:
        return feel.unary_test(condition[1:], None, context, clock=clock) is True
    except feel.FeelError:
        return False


def setting(value: object, context: Context, clock: Clock | None = None) -> object:
    """Give a setting's value: FEEL after ``=`` is evaluated, everything else stays."""
    if isinstance(value, str) and value.startswith("="):
        return evaluate(value[1:], context, clock)
    return value


def render(text: object, context: Context, clock: Clock | None = None, escape: Escape = str) -> str:
    """Give a text with its expressions evaluated; ``escape`` is applied to values, not to the text around them."""
    if not isinstance(text, str):
        return ""
    if text.startswith("="):
        return escape(show(evaluate(text[1:], context, clock)))
    if "{{" not in text:
        return text
    try:
        parts = parse_template(text)
    except TemplateError:
        return text
    return _Rendering(clock, escape).text(parts, context)


def line(text: object, context: Context, clock: Clock | None = None) -> str:
    """Give the first line of a rendered text: labels have only one."""
    return render(text, context, clock).split("\n", 1)[0]


class _Rendering:
    """One rendering of a template, with its budget of characters."""

    def __init__(self, clock: Clock | None, escape: Escape) -> None:
        self._clock = clock
        self._escape = escape
        self._budget = MAX_TEXT

    def text(self, parts: tuple[Part, ...], context: Context) -> str:
        shown: list[str] = []
        for part in parts:
            if self._budget <= 0:
                break
            piece = self._piece(part, context)
            if not isinstance(part, Section):
                self._budget -= len(piece) + 1
            shown.append(piece)
        return "".join(shown)

    def _piece(self, part: Part, context: Context) -> str:
        if isinstance(part, str):
            return part
        value = evaluate(part.expression, context, self._clock)
        if isinstance(part, Insert):
            return self._escape(show(value))
        # The line break behind an opening tag belongs to the tag, so that a list in Markdown stays together.
        inner = "".join(self._section(part, value, context)).removeprefix("\n")
        return inner + "\n" if part.newline and inner and not inner.endswith("\n") else inner

    def _section(self, part: Section, value: object, context: Context) -> Iterator[str]:
        if part.tag == "if":
            if value is True:
                yield self.text(part.parts, context)
            return
        for element in value if isinstance(value, list) else () if value is None else (value,):
            if self._budget <= 0:
                return
            self._budget -= 1
            yield self.text(part.parts, _inside(element, context)).removeprefix("\n")


def _inside(element: object, around: Context) -> Context:
    own = dict(element) if isinstance(element, Mapping) else {}
    return {"this": element, "parent": around, **own, "_this_": element, "_parent_": around}


def show(value: object) -> str:
    """Give a value as people read it inside a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | int | float):
        return number(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, list | tuple):
        return "、".join(show(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {show(one)}" for key, one in value.items())
    return str(value)


def number(value: Decimal | float) -> str:
    """Give a number without an exponent and without superfluous zeros behind the point."""
    written = format(Decimal(str(value)), "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def jsonable(value: object) -> object:
    """Give a FEEL value as JSON can hold it: numbers stay decimals, dates and durations become ISO texts."""
    if value is None or isinstance(value, bool | str | Decimal):
        return value
    try:
        return feel.load_json(feel.dump_json(value))
    except feel.FeelError:
        return None
