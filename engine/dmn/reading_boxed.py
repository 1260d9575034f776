"""Read boxed expressions from XML (DMN 1.5 sections 7.3, 8.3 and 10.2)."""

from collections.abc import Callable, Iterator

from engine.dmn.reading_tables import read_table
from engine.dmn.syntax import (
    FEEL_KIND,
    Boxed,
    Conditional,
    Context,
    FilterOf,
    FunctionOf,
    Invocation,
    ListOf,
    Literal,
    Relation,
    Unsupported,
    Variable,
)
from engine.dmn.syntax import Iterator as Iteration
from engine.dmn.xml_parts import Common, children, common, first, is_feel, name_of, text_of, type_ref
from engine.xml_text import Element, local_name


def read_boxed(element: Element) -> Boxed | None:
    """Read an expression; None for an element that is none."""
    read = READERS.get(local_name(element))
    return None if read is None else read(element)


def expression_in(element: Element | None) -> Boxed | None:
    """Read the first expression inside an element."""
    return next(expressions_in(element), None)


def expressions_in(element: Element | None) -> Iterator[Boxed]:
    """Read all expressions directly inside an element."""
    for child in element if element is not None else ():
        found = read_boxed(child)
        if found is not None:
            yield found


def read_variable(element: Element) -> Variable:
    """Read a name with a type."""
    return Variable(name=name_of(element), type_ref=type_ref(element), **common(element))


def _literal(element: Element) -> Boxed:
    language = element.get("expressionLanguage")
    values = first(element, "importedValues")
    if values is not None:
        return Unsupported(what="importedValues", **_boxed(element))
    if not is_feel(language):
        return Unsupported(what=f"{language}", **_boxed(element))
    return Literal(text=text_of(element), **_boxed(element))


def _context(element: Element) -> Boxed:
    entries = []
    for entry in children(element, "contextEntry"):
        variable = first(entry, "variable")
        entries.append((None if variable is None else read_variable(variable), expression_in(entry)))
    return Context(entries=tuple(entries), **_boxed(element))


def _invocation(element: Element) -> Boxed:
    bindings = []
    for binding in children(element, "binding"):
        parameter = first(binding, "parameter")
        if parameter is not None:
            bindings.append((read_variable(parameter), expression_in(binding)))
    return Invocation(function=expression_in(element), bindings=tuple(bindings), **_boxed(element))


def _list(element: Element) -> Boxed:
    return ListOf(items=tuple(expressions_in(element)), **_boxed(element))


def _relation(element: Element) -> Boxed:
    return Relation(
        columns=tuple(read_variable(column) for column in children(element, "column")),
        rows=tuple(tuple(expressions_in(row)) for row in children(element, "row")),
        **_boxed(element),
    )


def read_function(element: Element) -> FunctionOf:
    """Read a function definition, or the logic of a business knowledge model."""
    return FunctionOf(
        parameters=tuple(read_variable(parameter) for parameter in children(element, "formalParameter")),
        body=expression_in(element),
        kind=element.get("kind", FEEL_KIND),
        **_boxed(element),
    )


def _conditional(element: Element) -> Boxed:
    condition, yes, no = (expression_in(first(element, part)) for part in ("if", "then", "else"))
    return Conditional(condition=condition, yes=yes, no=no, **_boxed(element))


def _filter(element: Element) -> Boxed:
    source, match = (expression_in(first(element, part)) for part in ("in", "match"))
    return FilterOf(source=source, match=match, **_boxed(element))


def _iterator(element: Element) -> Boxed:
    kind = local_name(element)
    return Iteration(
        kind=kind,
        variable=" ".join(element.get("iteratorVariable", "").split()),
        source=expression_in(first(element, "in")),
        body=expression_in(first(element, "return" if kind == "for" else "satisfies")),
        **_boxed(element),
    )


def _boxed(element: Element) -> Common:
    return {**common(element), "type_ref": type_ref(element)}


READERS: dict[str, Callable[[Element], Boxed]] = {
    "literalExpression": _literal,
    "decisionTable": read_table,
    "context": _context,
    "invocation": _invocation,
    "list": _list,
    "relation": _relation,
    "functionDefinition": read_function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "some": _iterator,
    "every": _iterator,
}
