"""A check of diagrams with their forms: what several people answer at once must not stand in one variable."""

from collections.abc import Iterable, Iterator, Mapping

from engine import forms
from engine.errors import Finding, mark
from engine.interpreter import Process, written_together


def shared_answers(processes: Iterable[tuple[Process, str]], found: Mapping[str, forms.Form]) -> Iterator[Finding]:
    """Warn of each task that several people do at once whose form writes what they answer over each other's.

    ``processes`` come with the names of their files; ``found`` are the forms by their ids: of others nothing is said.
    """
    for process, resource in processes:
        for element in process.elements.values():
            form = found.get(element.form_id or "")
            if form is None:
                continue
            asked = forms.restricted(form, forms.Rights.of(element.properties))
            names = written_together(element, _answered(asked.components))
            if names:
                yield Finding(
                    severity="warning",
                    code="answers_shared",
                    message=mark(
                        "“{label}”几个人同时办，表单里的 {fields} 却写进同一个变量："
                        "后打开的人会看到别人填的内容，后提交的会盖掉先提交的。"
                        "请在这个任务的“输入映射”里各加一行，如 {first} ← =null，让每个人各有自己的一份；"
                        "要汇总的写进“输出元素”。"
                    ),
                    facts={"label": element.label, "fields": "、".join(names), "first": names[0]},
                    resource=resource,
                    element=element.id,
                    name=element.name,
                    line=element.line,
                )


def _answered(components: Iterable[forms.Component], around: str = "") -> Iterator[str]:
    """Give the variables that somebody fills in, in the order of the form; a list or group with a key is one."""
    for one in components:
        name = around or one.key
        if one.kind.keyed and one.type != "expression" and one.get("readonly") is not True:
            yield name
        yield from _answered(one.components, name)
