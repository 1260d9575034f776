"""Rules on which version an element means: the form, the decision or the process that it is bound to."""

from collections.abc import Iterator

from engine.errors import Finding, mark
from engine.interpreter.diagram import Process
from engine.interpreter.lint_rule import Known, about


def bindings(process: Process, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - all rules look alike
    """Refuse a binding that would mean another version than the one that is used."""
    for element in process.elements.values():
        if "versionTag" in element.bindings:
            yield about(
                element,
                "binding_by_tag",
                mark(
                    "“{label}”按版本标签绑定表单或决策，不支持：发布流程时就和当时的表单、决策绑定，以后不变。"
                    "请把“绑定”改为“部署 (deployment)”。"
                ),
            )
        called = element.called
        if called is not None and called.binding == "versionTag" and called.version_tag is None:
            yield about(
                element,
                "version_tag_missing",
                mark("调用活动“{label}”按版本标签绑定，却没有填写标签。请填写，或把“绑定”改为“最新 (latest)”。"),
            )
