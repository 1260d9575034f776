"""The part of a form that asks: what a person saw only to read is left out."""

from dataclasses import replace

from engine.forms.schema import Component, Form


def asked(form: Form) -> Form:
    """Give a form with nothing but the fields that somebody may have filled in, in their groups.

    Fields whose ``readonly`` is an expression stay: they were open to some.
    """
    return replace(form, components=_asked(form.components))


def _asked(components: tuple[Component, ...]) -> tuple[Component, ...]:
    kept = (
        replace(one, components=_asked(one.components)) if one.kind.container else one
        for one in components
        if one.kind.container or (one.kind.keyed and _is_open(one))
    )
    return tuple(one for one in kept if one.components or not one.kind.container)


def _is_open(component: Component) -> bool:
    return component.get("readonly") is not True and component.get("disabled") is not True
