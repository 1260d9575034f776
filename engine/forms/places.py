"""What all visible components have: an id, a label, a width; and controls: a name, a rule, a problem."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from engine.clock import Clock
from engine.errors import FieldProblem
from engine.forms import rules, texts
from engine.forms.instances import Instance


class Place(TypedDict):
    """The fields of ``parts.Part``."""

    type: str
    id: str
    label: str
    columns: int | None


class Facts(Place):
    """The fields of ``parts.Control``."""

    name: str
    description: str
    required: bool
    readonly: bool
    disabled: bool
    live: bool
    problem: FieldProblem | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """One rendering of a form."""

    problems: Mapping[str, FieldProblem]
    live: frozenset[str]
    """Names of values that something depends on."""
    readonly: bool
    clock: Clock | None
    searches: Mapping[str, str] = field(default_factory=dict)
    """What somebody searches for in pickers, by their names."""

    def say(self, instance: Instance, name: str) -> str:
        """Give a setting that is a text of one line, evaluated."""
        return texts.line(instance.component.get(name), instance.context, self.clock)

    def setting(self, instance: Instance, name: str) -> object:
        """Give a setting, evaluated if it is an expression."""
        return texts.setting(instance.component.get(name), instance.context, self.clock)

    def place(self, instance: Instance) -> Place:
        """Give what every component has."""
        columns = instance.component.get("layout.columns")
        indexes = [str(step) for step in instance.path if isinstance(step, int)]
        return {
            "type": instance.component.type,
            "id": "-".join(("field", re.sub(r"[^\w-]", "_", instance.component.id), *indexes)),
            "label": self.say(instance, "label"),
            "columns": columns if isinstance(columns, int) and 1 <= columns <= 16 else None,
        }

    def control(self, instance: Instance) -> Facts:
        """Give what every component with a value has."""
        component = instance.component
        return {
            **self.place(instance),
            "name": instance.name,
            "description": self.say(instance, "description"),
            "required": not self.readonly and rules.required(component, instance.context, self.clock),
            "readonly": instance.readonly or instance.disabled,
            "disabled": instance.disabled,
            "live": not self.readonly and not self.live.isdisjoint((str(instance.path[0]), *component.local)),
            "problem": self.problems.get(instance.name),
        }
