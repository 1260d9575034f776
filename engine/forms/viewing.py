"""From a form to the rows of components that a page prints."""

from collections.abc import Callable, Mapping, Sequence

from engine.clock import Clock
from engine.errors import FieldProblem
from engine.forms import controls, parts, presentation
from engine.forms.data import name_of
from engine.forms.instances import Instance
from engine.forms.picking import Finder
from engine.forms.places import Page
from engine.forms.resolving import resolve
from engine.forms.schema import Form

Rows = tuple[parts.RowOfParts, ...]


def view(  # noqa: PLR0913 - the form, its three sources of values, and what it may ask of the world
    form: Form,
    stored: Mapping[str, object],
    problems: Mapping[str, FieldProblem] | None = None,
    *,
    submitted: Mapping[str, object] | None = None,
    readonly: bool = False,
    clock: Clock | None = None,
    finder: Finder | None = None,
) -> Rows:
    """Give the rows of visible components, everything in them resolved.

    ``stored`` are the variables of the case; ``submitted`` what was entered so far, to be shown again; ``problems``
    are those of ``FormInvalidError``. ``readonly`` shows a form as a record. ``finder`` knows what pickers offer.
    """
    page = Page(
        problems=problems or {},
        live=form.live,
        readonly=readonly,
        clock=clock,
        searches=finder.searches if finder else {},
    )
    found = resolve(form, stored, submitted, readonly=readonly, clock=clock, finder=finder, showing=True)
    return _rows(found, page)


def _rows(instances: Sequence[Instance], page: Page) -> Rows:
    """Group components by the row their layout names; one without a row has one to itself."""
    grouped: dict[str, list[parts.Part]] = {}
    # An expression computes a value and shows nothing; a record has no buttons.
    unseen = {"expression", "button"} if page.readonly else {"expression"}
    for instance in instances:
        if instance.component.type not in unseen:
            row = instance.component.get("layout.row")
            key = row if isinstance(row, str) and row else f"#{instance.component.id}"
            grouped.setdefault(key, []).append(_MAKERS[instance.component.type](instance, page))
    return tuple(parts.RowOfParts(parts=tuple(row)) for row in grouped.values())


def _group(instance: Instance, page: Page) -> parts.Part:
    return parts.Section(
        **page.place(instance),
        rows=_rows(instance.children, page),
        outlined=instance.component.get("showOutline") is not False,
    )


def _repeat(instance: Instance, page: Page) -> parts.Part:
    items = tuple(
        parts.Item(
            name=name_of((*instance.path, index)),
            origin="" if row.origin is None else str(row.origin),
            rows=_rows(row.children, page),
        )
        for index, row in enumerate(instance.rows)
    )
    return parts.Repeat(
        **page.place(instance),
        name=instance.name,
        items=items,
        changeable=not page.readonly and instance.component.get("allowAddRemove") is not False,
        outlined=instance.component.get("showOutline") is not False,
        problem=page.problems.get(instance.name),
    )


_MAKERS: dict[str, Callable[[Instance, Page], parts.Part]] = {
    "textfield": controls.line,
    "textarea": controls.line,
    "number": controls.line,
    "datetime": controls.moment,
    "checkbox": controls.tick,
    "radio": controls.choose,
    "select": controls.choose,
    "checklist": controls.choose,
    "taglist": controls.choose,
    "filepicker": controls.attach,
    "group": _group,
    "dynamiclist": _repeat,
    "text": presentation.text,
    "html": presentation.html,
    "image": presentation.image,
    "iframe": presentation.frame,
    "table": presentation.table,
    "documentPreview": presentation.preview,
    "spacer": presentation.spacer,
    "separator": presentation.separator,
    "button": presentation.button,
}
