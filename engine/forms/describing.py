"""A form's values in words: for the page of a case, for lists, for history."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.clock import Clock
from engine.errors import mark
from engine.forms import formats, moments, parts, texts
from engine.forms.controls import documents
from engine.forms.instances import Instance
from engine.forms.options import find
from engine.forms.personal import Masked
from engine.forms.picking import Finder
from engine.forms.resolving import resolve
from engine.forms.schema import Form

Names = Callable[[str], str] | None

YES = mark("是")
NO = mark("否")


@dataclass(frozen=True, kw_only=True)
class Described:
    """One field and what it says."""

    key: str
    """The path of the value: ``contacts[0].phone``."""
    label: str
    text: str
    """What people read. Empty if nothing is stored. Of a checkbox, ``YES`` or ``NO``, to be translated."""
    type: str
    documents: tuple[parts.Document, ...] = ()
    """Of a file picker, what to link to."""


def describe(
    form: Form,
    values: Mapping[str, object],
    *,
    masked: bool = False,
    clock: Clock | None = None,
    finder: Finder | None = None,
    people: Names = None,
) -> list[Described]:
    """List every visible field that holds a value, in the order of the form, with its label and its value in words.

    ``masked`` hides the middle of ID numbers and mobile numbers: lists are read by people whom they don't concern.
    ``people`` gives the display name of somebody who was picked, whose username is all that is stored.
    What a ``Veil`` has masked is told as its mask, whatever the type of its field.
    """
    found = resolve(form, values, readonly=True, clock=clock, finder=finder)
    return [shown for top in found for one in top.walk() for shown in _described(one, clock, people, masked=masked)]


def _described(instance: Instance, clock: Clock | None, people: Names, *, masked: bool) -> Iterator[Described]:
    component = instance.component
    label = texts.line(component.label, instance.context, clock)
    if not component.kind.keyed or (component.type == "expression" and not label):
        return
    yield Described(
        key=instance.name,
        label=label or component.key,
        text=_with_unit(_words(instance, people, masked=masked), instance, clock),
        type=component.type,
        documents=documents(instance.value) if component.type == "filepicker" and not _is_masked(instance) else (),
    )


def _with_unit(words: str, instance: Instance, clock: Clock | None) -> str:
    if not words:
        return ""
    before, after = (
        texts.line(instance.component.get(f"appearance.{side}Adorner"), instance.context, clock)
        for side in ("prefix", "suffix")
    )
    return formats.with_unit(instance.component, words, before, after)


def _is_masked(instance: Instance) -> bool:
    return isinstance(instance.value, Masked)


def _words(instance: Instance, people: Names, *, masked: bool) -> str:
    if _is_masked(instance):
        return str(instance.value)
    match instance.component.type:
        case "checkbox":
            return (YES if instance.value is True else NO) if instance.given else ""
        case "datetime":
            return " ".join(filter(None, moments.parts(instance.component, instance.value)))
        case "filepicker":
            return "、".join(one.name for one in documents(instance.value))
        case "radio" | "select" | "checklist" | "taglist":
            values = instance.value if isinstance(instance.value, list) else [instance.value]
            return "、".join(_label(instance, one, people) for one in values if one is not None)
        case _:
            return formats.show(instance.component, instance.value, masked=masked)


def _label(instance: Instance, value: object, people: Names) -> str:
    if people and isinstance(value, str) and instance.component.get("properties.picker") == "person":
        return people(value)
    option = find(instance.options, value)
    return option.label if option else texts.show(value)
