"""What a step asked and changed, before and after, by the labels of the forms."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine import forms, json_text
from engine.audit.kinds import completes
from engine.errors import mark
from engine.execution.immutable import Definition, form
from engine.forms import Described, Veil
from engine.organisation import Organisation
from engine.queries.timeline import StoredEvent

_OWN_NAMES = {"initiator": mark("发起人")}
"""What the program itself calls variables that no form asks for."""
_OF_ENTRY = {
    "number": mark("台账编号"),
    "version": mark("台账版本"),
    "status": mark("台账状态"),
    "title": mark("台账标题"),
}
"""What connectors of registers give."""


@dataclass(frozen=True, kw_only=True)
class ChangedValue:
    """One field at a step."""

    key: str
    label: str
    """To be translated where it is one of the program's own."""
    before: Described | None
    after: Described | None

    @property
    def changed(self) -> bool:
        """Tell whether the step changed it."""
        return self._said(self.before) != self._said(self.after)

    @staticmethod
    def _said(one: Described | None) -> tuple[object, ...]:
        return (one.text, tuple(document.id for document in one.documents)) if one is not None else ("", ())


def changed_values(
    session: Session, of: Definition, known: Organisation, events: Sequence[StoredEvent], veil: Veil
) -> Iterator[ChangedValue]:
    """Describe what the last of some events asked and changed, in the order of its form."""
    event = events[-1]
    before = _variables(events[:-1])
    after = _variables([event], before)
    own_form = _form_of(of, event)
    before, after = veil.values(before), veil.values(after)
    described = [_described(session, of, known, own_form, values) for values in (before, after)]
    told = set(event.body.get("changes") or ()) | _entered(session, of, own_form, event)
    covered = set[str]()
    for key in dict.fromkeys([*described[1], *described[0]]):
        if _top(key) in told:
            covered.add(_top(key))
            one, other = described[0].get(key), described[1].get(key)
            yield ChangedValue(key=key, label=(other or one or _nothing(key)).label, before=one, after=other)
    for name in sorted(told - covered):
        if before.get(name) is not None or after.get(name) is not None:
            label = _OWN_NAMES.get(name) or _label(session, of, name)
            yield _undescribed(name, label, (before.get(name), after.get(name)), known)


def _variables(events: Iterable[StoredEvent], start: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give the variables after some events."""
    values = dict(start or {})
    for event in events:
        for name, pair in (event.body.get("changes") or {}).items():
            values[name] = pair[1]
    return values


def _form_of(of: Definition, event: StoredEvent) -> str | None:
    if event.row.kind == "case.started":
        return of.start_form_id
    element = of.process.elements.get(event.row.element_id or "")
    return element.form_id if element is not None and completes(event.row.kind, event.body) else None


def _described(
    session: Session, of: Definition, known: Organisation, own_form: str | None, values: Mapping[str, Any]
) -> dict[str, Described]:
    """Describe values by the step's own form; what it doesn't ask for by the other forms."""
    order = dict.fromkeys(form_id for form_id in (own_form, of.start_form_id, *of.forms) if form_id in of.forms)
    found: dict[str, Described] = {}
    for form_id in order:
        for one in forms.describe(form(session, of.forms[str(form_id)]), values, people=known.display_name):
            if one.text:
                found.setdefault(one.key, one)
    return found


def _entered(session: Session, of: Definition, own_form: str | None, event: StoredEvent) -> set[str]:
    """Give the names of what the person could enter and handed in."""
    values = event.body.get("input")
    if own_form not in of.forms or not isinstance(values, dict):
        return set()
    shown = form(session, of.forms[str(own_form)])
    asked = {_top(one.key) for one in shown.walk() if one.key and one.get("readonly") is not True}
    return asked & set(values)


def _label(session: Session, of: Definition, name: str) -> str:
    """Give the label a form has for a variable that it does not show now: a field may be hidden by its condition."""
    labels = (form(session, key).labels.get(name) for key in of.forms.values())
    return next((label for label in labels if label), None) or _label_of_result(of, name) or name


def _label_of_result(of: Definition, name: str) -> str | None:
    """Tell a variable that a task of the machine sets: what it takes from a register, or else the task."""
    for element in of.process.elements.values():
        if element.result_variable == name or (element.called and element.called.result_variable == name):
            return element.label
        for one in element.outputs:
            if one.target == name and (element.job_type or "").startswith("register."):
                return _OF_ENTRY.get(one.source.rpartition(".")[2].lstrip("="))
    return None


def _undescribed(name: str, label: str, values: tuple[object, object], known: Organisation) -> ChangedValue:
    """Describe a variable that no form shows."""

    def say(value: object) -> Described | None:
        if value is None:
            return None
        if isinstance(value, bool):
            return Described(key=name, label=label, text=mark("是") if value else mark("否"), type="checkbox")
        text = known.display_name(value) if isinstance(value, str) else json_text.dump_text(value)
        return Described(key=name, label=label, text=text, type="textfield")

    before, after = values
    return ChangedValue(key=name, label=label, before=say(before), after=say(after))


def _nothing(key: str) -> Described:
    return Described(key=key, label=key, text="", type="textfield")


def _top(key: str) -> str:
    return key.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
