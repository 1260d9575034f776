"""Whom a case is copied to when a token leaves an element: its property ``copyTo``."""

from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task as SpiffTask

from engine.errors import mark
from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.diagram import Element
from engine.interpreter.environment import StuckError
from engine.interpreter.repeating_specs import Repeated, is_instance

if TYPE_CHECKING:
    from engine.interpreter.run import Run

COPY_TO = "copyTo"
"""FEEL, or usernames separated by commas."""


def readers(run: "Run", task: SpiffTask, element: Element) -> list[str]:
    """Give whom the element at a token says to send a copy to, as it is left; of a repeated one when it is over.

    Raises StuckError for anything but usernames.
    """
    rule = element.properties.get(COPY_TO, "").strip()
    if not rule or isinstance(task.task_spec, Choice) or is_instance(task):
        return []
    if isinstance(task.task_spec, Repeated) and not task.internal_data.get("loop", {}).get("ended"):
        return []
    if not rule.startswith("="):
        return [name.strip() for name in rule.replace("，", ",").split(",") if name.strip()]
    found = run.env.evaluate(rule, {**run.visible(task), **task.internal_data.get("result", {})})
    names = found if isinstance(found, list) else [found] if found is not None else []
    if not all(isinstance(name, str) for name in names):
        raise StuckError(
            "copy_to_not_people",
            mark("抄送规则 {rule} 应给出用户名或用户名的列表。请更正数据后重试，或请流程负责人更正规则。"),
            rule=rule,
        )
    return [str(name) for name in names]
