"""What a page prints for a form: everything resolved, one class for each way of being printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from engine.errors import FieldProblem


@dataclass(frozen=True, kw_only=True)
class Part:
    """A visible component."""

    type: str
    """The type of the component, which chooses the macro."""
    id: str
    """An id that is unique on the page."""
    label: str = ""
    columns: int | None = None
    """The width in sixteenths of its row, or None to share what is left."""


@dataclass(frozen=True, kw_only=True)
class Control(Part):
    """A component that holds a value."""

    name: str
    """The name of the input, also its key among problems."""
    description: str = ""
    required: bool = False
    readonly: bool = False
    """Shown as text, not as an input."""
    disabled: bool = False
    live: bool = False
    """Something else in the form depends on its value."""
    problem: FieldProblem | None = None


@dataclass(frozen=True, kw_only=True)
class Line(Control):
    """A text field, a text area or a number."""

    value: str = ""
    prefix: str = ""
    suffix: str = ""
    keyboard: str = ""
    """The HTML inputmode: decimal, numeric, email, tel, or nothing special."""
    format: str = ""
    """What the property ``format`` says: money, id_number, mobile."""
    digits: int = 0
    """Of a number, how many digits it has behind the point where it is read."""
    capitals: str = ""
    """An amount in Chinese capitals, for a record."""


@dataclass(frozen=True, kw_only=True)
class Moment(Control):
    """A date, a time of day, or both."""

    subtype: str
    date: str = ""
    time: str = ""
    date_label: str = ""
    time_label: str = ""
    earliest: str = ""
    """The first date that can be chosen, or nothing."""
    step: int = 60
    """Seconds between times that can be chosen."""


@dataclass(frozen=True, kw_only=True)
class Tick(Control):
    """A single checkbox."""

    checked: bool = False
    given: bool = True
    """False in a record of which nothing is stored for it."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One option."""

    id: str
    value: str
    label: str
    chosen: bool = False
    note: str = ""
    refusal: FieldProblem | None = None
    """Why it can't be chosen now."""
    case: int | None = None
    """The case that has it at work."""
    found: bool = False
    """A search has found it."""


@dataclass(frozen=True, kw_only=True)
class Choose(Control):
    """Radio buttons, a select, a checklist or a tag list."""

    choices: tuple[Choice, ...] = ()
    picks: bool = False
    """Its options are searched for."""
    several: bool = False
    searched: str | None = None
    """What somebody searched for; None where nobody has."""

    @property
    def found(self) -> tuple[Choice, ...]:
        """List what was found and is not chosen."""
        return tuple(one for one in self.choices if not one.chosen)

    @property
    def found_chosen(self) -> tuple[Choice, ...]:
        """List what was found and is chosen already."""
        return tuple(one for one in self.choices if one.chosen and one.found)

    @property
    def chosen(self) -> tuple[Choice, ...]:
        """List what is chosen."""
        return tuple(one for one in self.choices if one.chosen)


@dataclass(frozen=True, kw_only=True)
class Document:
    """An attachment that is already stored."""

    id: str
    name: str
    kind: str = ""
    """The media type."""
    size: int | None = None
    """In bytes."""


@dataclass(frozen=True, kw_only=True)
class Attach(Control):
    """A file picker."""

    documents: tuple[Document, ...] = ()
    accept: tuple[str, ...] = ()
    multiple: bool = False
    count: int = 1
    megabytes: str = ""


@dataclass(frozen=True, kw_only=True)
class RowOfParts:
    """Components that stand side by side."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Section(Part):
    """A group."""

    rows: tuple[RowOfParts, ...] = ()
    outlined: bool = True


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row of a dynamic list."""

    name: str
    """The path to the row, for the button that removes it."""
    origin: str
    """Its position in the stored list, or nothing."""
    rows: tuple[RowOfParts, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Repeat(Part):
    """A dynamic list."""

    name: str
    items: tuple[Item, ...] = ()
    changeable: bool = True
    """Whether rows may be added and removed."""
    outlined: bool = True
    problem: FieldProblem | None = None


@dataclass(frozen=True, kw_only=True)
class Prose(Part):
    """A text or HTML view: ``html`` is sanitised."""

    html: str = ""


@dataclass(frozen=True, kw_only=True)
class Picture(Part):
    """An image; ``source`` is empty if it wasn't a web or data address."""

    source: str = ""
    alternative: str = ""


@dataclass(frozen=True, kw_only=True)
class Frame(Part):
    """A page elsewhere; ``address`` is empty if it wasn't https."""

    address: str = ""
    height: int = 300
    """In CSS pixels."""
    sandbox: str = ""
    """What the page inside may do: the words of HTML's attribute."""
    allow: str = ""
    """Which features of the browser it may use: HTML's attribute."""

    @property
    def origin(self) -> str:
        """Give the scheme and host, for the security policy of the page around it."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


@dataclass(frozen=True, kw_only=True)
class Grid(Part):
    """A table."""

    heads: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    page_size: int | None = None
    """Rows shown at a time where a script turns pages; None: all."""


@dataclass(frozen=True, kw_only=True)
class Preview(Part):
    """Documents to look at."""

    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Gap(Part):
    """Empty space or a line; ``height`` in CSS pixels."""

    height: int = 0


@dataclass(frozen=True, kw_only=True)
class Press(Part):
    """A button; ``action`` is submit or reset."""

    action: str = "submit"
    disabled: bool = False


def document_of(reference: Mapping[str, object]) -> Document:
    """Read a document reference as Camunda writes it."""
    metadata = reference.get("metadata")
    known: Mapping[str, object] = metadata if isinstance(metadata, Mapping) else {}
    size = known.get("size")
    return Document(
        id=str(reference.get("documentId") or ""),
        name=str(known.get("fileName") or ""),
        kind=str(known.get("contentType") or ""),
        size=size if isinstance(size, int) else None,
    )
