"""Whether a case may still be withdrawn by its initiator."""

from collections.abc import Mapping

from engine import clock
from engine.execution.immutable import Definition
from engine.interpreter import Environment, StuckError


def withdrawable(of: Definition, variables: Mapping[str, object]) -> bool:
    """Decide by the process's property ``withdrawable``: ``true``, or a FEEL condition on the variables.

    Without the property, or where the condition fails, the answer is no.
    """
    rule = of.properties.get("withdrawable", "")
    if not rule.lstrip().startswith("="):
        return rule == "true"
    try:
        return Environment(now=clock.now()).evaluate(rule, variables) is True
    except StuckError:
        return False
