"""What a new case begins with: the variables it is given, and those that its start event brings."""

from collections.abc import Mapping

from engine.interpreter.diagram import Element

_OURS = frozenset({"initiator"})
"""What the case itself knows of its beginning, whatever brought it about."""

Values = dict[str, object]


def parted(start: Element | None, variables: Mapping[str, object]) -> tuple[Values, Values]:
    """Part variables into those of the case and those of its message or signal.

    The latter belong to the start event, whose output mappings say what enters the case; without mappings, and at
    every other start, all belong to the case (Camunda 8, message events: variables).
    """
    if start is None or start.event not in {"message", "signal"} or not start.outputs:
        return dict(variables), {}
    given = {name: value for name, value in variables.items() if name in _OURS}
    return given, {name: value for name, value in variables.items() if name not in _OURS}
