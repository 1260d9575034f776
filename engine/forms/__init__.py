"""Forms in the schema of form-js 1.23: read, checked before publication, shown, and checked when submitted.

Pure: the same form, values and clock give the same answer. Nothing here knows HTML, but for the sanitised contents
of text and HTML views.
"""

from engine.forms.checking import check
from engine.forms.data import values_of
from engine.forms.describing import Described, describe
from engine.forms.linting import lint
from engine.forms.loading import load
from engine.forms.personal import NOTHING_HIDDEN, Place, Veil, mask, personal_places, unmask
from engine.forms.picking import Finder, Picker, picked_registers
from engine.forms.rights import EVERYTHING, Rights, only_read, restricted, unknown_fields
from engine.forms.schema import Component, Field, Form
from engine.forms.viewing import view

__all__ = [
    "EVERYTHING",
    "NOTHING_HIDDEN",
    "Component",
    "Described",
    "Field",
    "Finder",
    "Form",
    "Picker",
    "Place",
    "Rights",
    "Veil",
    "check",
    "describe",
    "lint",
    "load",
    "mask",
    "only_read",
    "personal_places",
    "picked_registers",
    "restricted",
    "unknown_fields",
    "unmask",
    "values_of",
    "view",
]
