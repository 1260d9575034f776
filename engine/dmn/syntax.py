"""What a DMN file holds: the elements of the requirement graph and boxed expressions (DMN 1.5 chapters 6 to 10)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

FEEL_KIND = "FEEL"


@dataclass(frozen=True, kw_only=True)
class Element:
    """Anything with a place in the file."""

    id: str | None = None
    line: int | None = None
    """Counted from 1; lxml stops counting at 65,535."""


@dataclass(frozen=True, kw_only=True)
class Boxed(Element):
    """A boxed expression; ``type_ref`` names the type its value must have."""

    type_ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class Variable(Element):
    """A name with a type."""

    name: str
    type_ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class Literal(Boxed):
    """A FEEL expression as text."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Unsupported(Boxed):
    """What can't be run: its value is null; ``what`` names it for people."""

    what: str


@dataclass(frozen=True, kw_only=True)
class Input(Element):
    """One column of conditions."""

    label: str
    text: str
    type_ref: str | None = None
    values: str | None = None
    """The allowed values, as unary tests."""


@dataclass(frozen=True, kw_only=True)
class Output(Element):
    """One column of results."""

    name: str | None
    label: str
    type_ref: str | None = None
    values: str | None = None
    """The allowed values in the order of their priority, as unary tests."""
    default: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule(Element):
    """One row; ``number`` counts from 1 as the modeler shows it."""

    number: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class Table(Boxed):
    """A decision table."""

    hit_policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Context(Boxed):
    """Entries in order, each seeing those before it; the one without a variable is the result."""

    entries: tuple[tuple[Variable | None, Boxed | None], ...]


@dataclass(frozen=True, kw_only=True)
class Invocation(Boxed):
    """A function called with arguments by name."""

    function: Boxed | None
    bindings: tuple[tuple[Variable, Boxed | None], ...]


@dataclass(frozen=True, kw_only=True)
class ListOf(Boxed):
    """A list of expressions."""

    items: tuple[Boxed, ...]


@dataclass(frozen=True, kw_only=True)
class Relation(Boxed):
    """A list of contexts, written as a table."""

    columns: tuple[Variable, ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, kw_only=True)
class FunctionOf(Boxed):
    """A function; ``kind`` other than FEEL is refused."""

    parameters: tuple[Variable, ...]
    body: Boxed | None
    kind: str = FEEL_KIND


@dataclass(frozen=True, kw_only=True)
class Conditional(Boxed):
    """One of two expressions, by a condition."""

    condition: Boxed | None
    yes: Boxed | None
    no: Boxed | None


@dataclass(frozen=True, kw_only=True)
class FilterOf(Boxed):
    """The items of a list that match."""

    source: Boxed | None
    match: Boxed | None


@dataclass(frozen=True, kw_only=True)
class Iterator(Boxed):
    """``for``, ``some`` or ``every``."""

    kind: str
    variable: str
    source: Boxed | None
    body: Boxed | None


@dataclass(frozen=True, kw_only=True)
class Ref:
    """A reference to an element of this file, or of the imported one with that namespace."""

    namespace: str | None
    id: str
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Node(Element):
    """An element of the requirement graph."""

    id: str
    name: str
    variable: Variable


@dataclass(frozen=True, kw_only=True)
class InputData(Node):
    """A value from outside."""


@dataclass(frozen=True, kw_only=True)
class Decision(Node):
    """A value computed from others."""

    expression: Boxed | None
    required: tuple[Ref, ...] = ()
    """Input data and decisions."""
    knowledge: tuple[Ref, ...] = ()
    """Business knowledge models and decision services."""


@dataclass(frozen=True, kw_only=True)
class Knowledge(Node):
    """A business knowledge model: a function that decisions share."""

    function: FunctionOf | None
    knowledge: tuple[Ref, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Service(Node):
    """Decisions that are called together, from outside or as a function."""

    outputs: tuple[Ref, ...]
    encapsulated: tuple[Ref, ...]
    input_decisions: tuple[Ref, ...]
    input_data: tuple[Ref, ...]


@dataclass(frozen=True, kw_only=True)
class ItemDefinition(Element):
    """A type with a name."""

    name: str
    type_ref: str | None = None
    allowed: str | None = None
    """Unary tests for the value, or for each item of a collection."""
    constraint: str | None = None
    """Unary tests for the value, or for a collection as a whole (DMN 1.5)."""
    components: tuple["ItemDefinition", ...] = ()
    is_collection: bool = False
    parameters: tuple[str | None, ...] | None = None
    """The types of the parameters of a function; None for no function."""


@dataclass(frozen=True, kw_only=True)
class Import(Element):
    """Another model whose elements are used under ``name``, or without a prefix where that is empty."""

    name: str
    namespace: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Definitions(Element):
    """One file."""

    name: str
    namespace: str
    imports: tuple[Import, ...] = ()
    items: tuple[ItemDefinition, ...] = ()
    nodes: dict[str, Node] = field(default_factory=dict)
    """By id, in the order of the file."""


def tables_in(part: object) -> Iterable[Table]:
    """Give the decision tables in an element or expression, however deep they are boxed."""
    if isinstance(part, Table):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from tables_in(one)
    elif isinstance(part, Element):
        for one in fields(part):
            yield from tables_in(getattr(part, one.name))
