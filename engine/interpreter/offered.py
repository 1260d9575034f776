"""Which operations a user task offers beside being completed: its ``zeebe:properties``."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import mark
from engine.interpreter.diagram import Element

OPERATIONS = "operations"
"""The property that lists what a task offers, separated by commas."""
LABELS: Mapping[str, str] = {
    "return": mark("退回"),
    "reject": mark("驳回"),
    "takeBack": mark("撤回"),
    "reassign": mark("转办"),
    "delegate": mark("委派"),
    "addSign": mark("加签"),
    "removeSign": mark("减签"),
    "urge": mark("催办"),
    "copy": mark("抄送"),
    "comment": mark("评论"),
}
"""Every operation with what its button says, unless the property ``operation.<name>.label`` says something else."""
SUBMIT_LABEL = "operation.complete.label"
"""The property for the button that completes a task, which every task has."""
UNLESS_SAID = ("return", "takeBack", "urge", "comment")
"""What a task without the property offers; to end a case, or to change who decides, has to be said."""


@dataclass(frozen=True, kw_only=True)
class Offered:
    """The operations of one task, in the order of the diagram."""

    labels: Mapping[str, str]
    """Operation → what its button says: the diagram's own words, or a msgid of ``LABELS``."""

    def __contains__(self, operation: object) -> bool:
        """Tell whether the task offers an operation."""
        return operation in self.labels


def offered(element: Element | None) -> Offered:
    """Read what a user task offers; names that nobody knows are left out, since publication refuses them."""
    properties = element.properties if element is not None else {}
    names = listed(properties) if OPERATIONS in properties else UNLESS_SAID
    return Offered(labels={name: label_of(properties, name) for name in names if name in LABELS})


def offers(element: Element | None, operation: str) -> bool:
    """Tell whether a user task offers one operation, without reading what the others are called."""
    properties = element.properties if element is not None else {}
    return operation in (listed(properties) if OPERATIONS in properties else UNLESS_SAID)


def submit_label(element: Element | None) -> str:
    """Give what the button says that completes a task; empty where the diagram does not say."""
    return element.properties.get(SUBMIT_LABEL, "").strip() if element is not None else ""


def listed(properties: Mapping[str, str]) -> tuple[str, ...]:
    """Give the names that the property lists, known or not."""
    names = (name.strip() for name in properties.get(OPERATIONS, "").replace("，", ",").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def label_of(properties: Mapping[str, str], name: str) -> str:
    """Give what the button of an operation says."""
    return properties.get(f"operation.{name}.label", "").strip() or LABELS[name]
