"""From what a browser sends for a form to what ``engine.forms`` takes, and the macros' own helpers.

Inputs are named by the path of their value (``contacts[0].phone``). Besides, the page sends:

- ``contacts[]``: once for each row, in order, ``<place on the page>:<place in the stored list>``;
- ``start@time``: the time of day of a datetime;
- ``channel@search``: what is searched for in a picker, and ``channel@searched`` what was found already;
- ``_refused``: the form came back with problems; they are to be shown as long as they are there;
- ``_refresh``, ``_pick=channel``, ``_add=contacts``, ``_remove=contacts[1]``, ``_drop=files:<document id>``:
  buttons that change what is shown and submit nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import FieldProblem, mark
from engine.forms import Component, Form
from engine.forms.data import name_of
from engine.forms.files import Limits, limits, refuse
from engine.forms.parsing import MAX_LIST
from engine.forms.parts import Control, Frame, Part, Repeat, RowOfParts, Section
from engine.forms.resolving import ROW
from engine.forms.schema import Path

Reference = Mapping[str, object]
Store = Callable[[FileStorage], Reference | FieldProblem]
"""Keeps an uploaded file and gives its document reference, or says why it isn't taken."""
Known = Callable[[str], Reference | None]
"""Gives the reference of a document that this person has uploaded or may see in this case, or None."""

SEARCH, SEARCHED = "@search", "@searched"

NOT_SUBMITTED = mark("还没有提交：“{text}”只是查找的文字，还没有选。请在查找结果里选，或清空查找的文字，再提交。")
NOT_SAVED = mark("还没有保存：“{text}”只是查找的文字，还没有选。请在查找结果里选，或清空查找的文字，再保存。")
GONE = FieldProblem(mark("有附件已失效，请重新上传。"))
ACTIONS = ("_refresh", "_pick", "_add", "_remove", "_drop", "_resume")
"""Their presence means: only show the form again. ``_resume`` comes from the sign-in page, after a session ended."""


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What a browser sent."""

    values: dict[str, object]
    """For ``engine.forms.check`` and ``view``."""
    problems: dict[str, FieldProblem] = field(default_factory=dict)
    """What was already wrong while reading: uploads that were refused."""
    searches: Mapping[str, str] = field(default_factory=dict)
    """What is searched for in pickers, by their names."""
    unanswered: Mapping[str, FieldProblem] = field(default_factory=dict)
    """Where the form was handed in with a search that nobody has answered yet: why it comes back, by picker."""
    final: bool = True
    """False if a button was used that only changes what is shown, or something is still to be searched for."""


def read(
    form: Form,
    data: MultiDict[str, str],
    files: MultiDict[str, FileStorage],
    *,
    store: Store,
    known: Known,
) -> Submission:
    """Read a posted form; every acceptable file in it is stored, so that nothing is lost if something else is wrong."""
    reading = _Reading(data, files, store, known)
    values: dict[str, object] = {}
    for component in form.components:
        reading.into(values, component, ())
    searches, asks = _searches(data), any(action in data for action in ACTIONS)
    back = NOT_SAVED if "_save" in data else NOT_SUBMITTED
    return Submission(
        values=values,
        problems=reading.problems,
        searches=searches,
        unanswered={} if asks else {name: FieldProblem(back, {"text": text}) for name, text in searches.items()},
        final=not (searches or asks),
    )


def texts(form: Form, values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Give what somebody has written into the texts of a form, with their labels: what it would be a pity to lose."""
    written = [
        (one.label, values.get(one.local[0]))
        for one in form.walk()
        if one.type in {"textfield", "textarea"} and len(one.local) == 1 and one.get("readonly") is not True
    ]
    return [(label, text) for label, text in written if isinstance(text, str) and text.strip()]


def _searches(data: MultiDict[str, str]) -> dict[str, str]:
    """Give what is searched for: where the button was pressed, or Enter in a text that was not answered yet."""
    typed = {key.removesuffix(SEARCH): text for key, text in data.items() if key.endswith(SEARCH)}
    return {
        name: text
        for name, text in typed.items()
        # Whoever has emptied it searches for nothing any more.
        if data.get("_pick") == name or (text.strip() and text != data.get(f"{name}{SEARCHED}", ""))
    }


class _Reading:
    """One reading of one request."""

    def __init__(
        self,
        data: MultiDict[str, str],
        files: MultiDict[str, FileStorage],
        store: Store,
        known: Known,
    ) -> None:
        self._data = data
        self._files = files
        self._store = store
        self._known = known
        self.problems: dict[str, FieldProblem] = {}

    def into(self, holder: dict[str, object], component: Component, prefix: Path, *, shown: Path | None = None) -> None:
        """Read a component, and all in it, into the context around it.

        ``shown`` is the path under which the page named the inputs; rows after a removed one have another.
        """
        path = (*prefix, *component.local)
        source = (*(prefix if shown is None else shown), *component.local)
        if component.kind.keyed:
            _put(holder, component.local, self._value(component, name_of(source), name_of(path)))
        elif component.kind.repeats:
            _put(holder, component.local, self._rows(component, path, source))
        else:
            inner = _inner(holder, component.local)
            for child in component.components:
                self.into(inner, child, path, shown=source)

    def _rows(self, component: Component, path: Path, source: Path) -> list[object]:
        name = name_of(source)
        removed = self._data.getlist("_remove")
        rows: list[object] = []
        for sent in self._data.getlist(name + "[]")[:MAX_LIST]:
            place, _, origin = sent.partition(":")
            if place.isdecimal() and f"{name}[{int(place)}]" not in removed:
                row: dict[str, object] = {ROW: int(origin) if origin.isdecimal() else None}
                for child in component.components:
                    self.into(row, child, (*path, len(rows)), shown=(*source, int(place)))
                rows.append(row)
        if name in self._data.getlist("_add"):
            rows.append(None)
        return rows

    def _value(self, component: Component, source: str, name: str) -> object:
        if component.type == "filepicker":
            return self._documents(component, source, name)
        if component.kind.several:
            return self._data.getlist(source)
        if component.get("subtype") == "datetime" and f"{source}@time" in self._data:
            both = f"{self._data.get(source, '')}T{self._data.get(f'{source}@time', '')}"
            return "" if both == "T" else both
        return self._data.get(source)

    def _documents(self, component: Component, source: str, name: str) -> list[Reference]:
        documents: list[Reference] = []
        dropped = self._data.getlist("_drop")
        for identifier in dict.fromkeys(filter(None, self._data.getlist(source))):
            if f"{source}:{identifier}" not in dropped:
                reference = self._known(identifier)
                if reference is None:
                    self.problems[name] = GONE
                else:
                    documents.append(reference)
        allowed = limits(component, {})
        uploads = [one for one in self._files.getlist(source) if one.filename]
        new = [stored for one in uploads if (stored := self._kept(one, allowed, name))]
        # A picker for one file replaces what it had.
        return new[-1:] if new and allowed.count == 1 else documents + new

    def _kept(self, upload: FileStorage, allowed: Limits, name: str) -> Reference | None:
        refused = refuse(allowed, name=upload.filename or "", kind=upload.mimetype, size=_size(upload))
        stored = refused or self._store(upload)
        if isinstance(stored, FieldProblem):
            self.problems[name] = stored
            return None
        return stored


def _size(upload: FileStorage) -> int:
    """Measure an upload, which lies in memory or in a temporary file already."""
    position = upload.stream.tell()
    upload.stream.seek(0, 2)
    size = upload.stream.tell()
    upload.stream.seek(position)
    return size


def _inner(holder: dict[str, object], names: tuple[str, ...]) -> dict[str, object]:
    for name in names:
        inner = holder.setdefault(name, {})
        holder = inner if isinstance(inner, dict) else {}
    return holder


def _put(holder: dict[str, object], names: tuple[str, ...], value: object) -> None:
    inner = _inner(holder, names[:-1])
    inner[names[-1]] = value


def broken(rows: tuple[RowOfParts, ...]) -> list[Control | Repeat]:
    """List what has a problem, in the order of the page."""
    return [part for part in _parts(rows) if isinstance(part, Control | Repeat) and part.problem]


def framed(rows: tuple[RowOfParts, ...]) -> list[str]:
    """List the hosts of the pages from elsewhere that a form shows."""
    return [part.origin for part in _parts(rows) if isinstance(part, Frame) and part.address]


def _parts(rows: tuple[RowOfParts, ...]) -> Iterator[Part]:
    for row in rows:
        for part in row.parts:
            yield part
            if isinstance(part, Section):
                yield from _parts(part.rows)
            if isinstance(part, Repeat):
                for item in part.items:
                    yield from _parts(item.rows)
