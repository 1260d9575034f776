"""The components that hold a value, as they are printed."""

from collections.abc import Mapping

from engine.forms import files, formats, moments, parts, texts
from engine.forms.instances import Instance
from engine.forms.options import Option
from engine.forms.parsing import is_document
from engine.forms.picking import is_picker
from engine.forms.places import Page
from engine.forms.schema import Component


def line(instance: Instance, page: Page) -> parts.Part:
    """Print a text field, a text area or a number."""
    component, control = instance.component, page.control(instance)
    before, after = page.say(instance, "appearance.prefixAdorner"), page.say(instance, "appearance.suffixAdorner")
    return parts.Line(
        **control,
        value=_written(instance, readonly=control["readonly"]),
        prefix=formats.sign(component, before, after),
        suffix=after,
        keyboard=_keyboard(component),
        format=str(component.get("properties.format") or ""),
        digits=formats.digits(component) or 0,
        capitals=formats.in_capitals(component, instance.value, after) if control["readonly"] else "",
    )


def _written(instance: Instance, *, readonly: bool) -> str:
    if readonly:
        return formats.show(instance.component, instance.value)
    # What was typed stays as it was typed, wrong or right.
    if isinstance(instance.raw, str):
        return instance.raw
    if formats.is_money(instance.component):
        return formats.show(instance.component, instance.value)
    return texts.show(instance.value)


def _keyboard(component: Component) -> str:
    if component.type == "number":
        return "numeric" if component.get("decimalDigits") == 0 else "decimal"
    if own := formats.format_of(component):
        return own.keyboard
    return {"email": "email", "phone": "tel"}.get(str(component.get("validate.validationType")), "")


def moment(instance: Instance, page: Page) -> parts.Part:
    """Print a date, a time or both."""
    component = instance.component
    date, time = moments.parts(component, instance.value or instance.raw)
    past = component.get("disallowPassedDates") is True
    date_label, time_label = page.say(instance, "dateLabel"), page.say(instance, "timeLabel")
    control = page.control(instance)
    control["label"] = control["label"] or date_label or time_label
    return parts.Moment(
        **control,
        date_label=date_label,
        time_label=time_label,
        subtype=moments.subtype(component),
        date=date,
        time=time,
        earliest=moments.today(page.clock).isoformat() if past else "",
        step=moments.interval(component) * 60,
    )


def tick(instance: Instance, page: Page) -> parts.Part:
    """Print a checkbox."""
    return parts.Tick(**page.control(instance), checked=instance.value is True, given=instance.given)


def choose(instance: Instance, page: Page) -> parts.Part:
    """Print radio buttons, a select, a checklist or a tag list."""
    control = page.control(instance)
    listed = instance.value if isinstance(instance.value, list) else [instance.value]
    chosen = [one for one in listed if one is not None]
    offered = instance.options
    if control["readonly"]:
        # A record shows what was chosen then, even if nobody could choose it now.
        gone = (one for one in chosen if not any(other.means(one) for other in offered))
        offered += tuple(Option(one, texts.show(one)) for one in gone)
    choices = (
        parts.Choice(
            id=f"{control['id']}-{index}",
            value=one.token,
            label=one.label,
            chosen=any(one.means(value) for value in chosen),
            note=one.note,
            refusal=one.refusal,
            case=one.case,
            found=one.found,
        )
        for index, one in enumerate(offered)
    )
    return parts.Choose(
        **control,
        choices=tuple(choices),
        picks=is_picker(instance.component),
        several=instance.component.kind.several,
        searched=page.searches.get(instance.name),
    )


def attach(instance: Instance, page: Page) -> parts.Part:
    """Print a file picker."""
    allowed = files.limits(instance.component, instance.context, page.clock)
    return parts.Attach(
        **page.control(instance),
        documents=documents(instance.value),
        accept=allowed.accept,
        multiple=allowed.count > 1,
        count=allowed.count,
        megabytes=texts.number(allowed.megabytes),
    )


def documents(value: object) -> tuple[parts.Document, ...]:
    """List the document references of a value."""
    listed = value if isinstance(value, list) else [value]
    return tuple(parts.document_of(one) for one in listed if isinstance(one, Mapping) and is_document(one))
