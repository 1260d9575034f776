"""The component types of form-js 1.23 and what each of them is."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a component type does with data."""

    keyed: bool = False
    """It holds a value under its ``key``."""
    container: bool = False
    """It holds other components, below its ``path``."""
    repeats: bool = False
    """Its components appear once for each row of a list."""
    several: bool = False
    """Its value is a list."""
    chooses: bool = False
    """Its value is among options."""
    empty: object = None
    """The value when nothing was entered."""


KINDS: dict[str, Kind] = {
    "textfield": Kind(keyed=True, empty=""),
    "textarea": Kind(keyed=True, empty=""),
    "number": Kind(keyed=True),
    "datetime": Kind(keyed=True),
    "checkbox": Kind(keyed=True, empty=False),
    "expression": Kind(keyed=True),
    "filepicker": Kind(keyed=True, several=True, empty=()),
    "radio": Kind(keyed=True, chooses=True),
    "select": Kind(keyed=True, chooses=True),
    "checklist": Kind(keyed=True, chooses=True, several=True, empty=()),
    "taglist": Kind(keyed=True, chooses=True, several=True, empty=()),
    "group": Kind(container=True),
    "dynamiclist": Kind(container=True, repeats=True),
    "text": Kind(),
    "html": Kind(),
    "image": Kind(),
    "table": Kind(),
    "documentPreview": Kind(),
    "iframe": Kind(),
    "spacer": Kind(),
    "separator": Kind(),
    "button": Kind(),
}

TEMPLATES = (
    "alt",
    "appearance.prefixAdorner",
    "appearance.suffixAdorner",
    "content",
    "description",
    "label",
    "dateLabel",
    "timeLabel",
    "source",
    "text",
    "title",
    "url",
    "accept",
    "properties.otherwise",
)
"""Settings that may be an expression after ``=`` or a text with ``{{ }}``."""

CONDITIONS = ("conditional.hide", "readonly")
"""Settings that may be a unary test after ``=``."""

EXPRESSIONS = (
    "validate.min",
    "validate.max",
    "validate.minLength",
    "validate.maxLength",
    "valuesExpression",
    "dataSource",
    "columnsExpression",
    "expression",
    "multiple",
    "defaultValue",
    "properties.requiredWhen",
    "properties.mustHold",
    "properties.match",
)
"""Settings that may be an expression after ``=``.

Four are ours: a ``defaultValue`` that is computed; the property ``requiredWhen``, because form-js has no
conditional "required" and refuses a second component with the same key; ``mustHold``, a rule between fields that is
told in its owner's words; and ``match`` of a picker.
"""
