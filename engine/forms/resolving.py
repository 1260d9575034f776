"""From a form, what is stored and what was entered to the state of every component.

Conditions, options and limits depend on values, and values on readonly rules and expression fields. So values are
worked out repeatedly until they stay as they are. Hiding follows form-js: a condition is evaluated on the data
without those fields that all data together would hide.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from engine.clock import Clock
from engine.errors import FieldProblem
from engine.forms import picking, rules, texts
from engine.forms.data import ABSENT, get, name_of, put
from engine.forms.instances import Instance, Row, Scope, collect
from engine.forms.options import Option, options
from engine.forms.parsing import MAX_LIST, TOO_MANY, parse
from engine.forms.picking import Finder
from engine.forms.schema import Component, Form, Path

ROW = "#"
"""In a submitted row: its position in the stored list, None for a new row; without it, its place counts."""

ALWAYS_SENT = frozenset({"textfield", "textarea", "number", "datetime"})
"""Types of one input that a page sends whenever it shows them."""

MAX_PASSES = 6
"""Expression fields that build on each other in the wrong order need one pass each; more is a circle."""


def resolve(  # noqa: PLR0913 - the form, its sources of values, and how it is looked at
    form: Form,
    stored: Mapping[str, object],
    submitted: Mapping[str, object] | None = None,
    *,
    readonly: bool = False,
    clock: Clock | None = None,
    finder: Finder | None = None,
    showing: bool = False,
) -> tuple[Instance, ...]:
    """Work out every component that is visible.

    Without ``submitted``, fields have their stored value, else their default; with it, a field that isn't
    in it is empty. ``showing`` it again, one that the page did not show before comes with its stored value or default.
    """
    return _Resolution(form, stored, submitted, clock, finder, readonly=readonly, showing=showing).instances()


class _Reading(NamedTuple):
    """What one field says."""

    value: object
    """The typed value, or ABSENT."""
    problem: FieldProblem | None
    raw: object
    options: tuple[Option, ...]


class _Resolution:
    """One resolution; ``data`` are the values of all fields, hidden ones too."""

    def __init__(  # noqa: PLR0913 - the form, its sources of values, and what it may ask of the world
        self,
        form: Form,
        stored: Mapping[str, object],
        submitted: Mapping[str, object] | None,
        clock: Clock | None,
        finder: Finder | None,
        *,
        readonly: bool = False,
        computing: bool = True,
        showing: bool = False,
    ) -> None:
        self._form = form
        self._stored = stored
        self._submitted = submitted
        self._readonly = readonly
        self._computing = computing
        self._showing = showing
        self._clock = clock
        self._finder = finder
        self._data: dict[str, object] = {}
        self._readings: dict[tuple[Component, Path], _Reading] = {}

    def instances(self) -> tuple[Instance, ...]:
        for _ in range(MAX_PASSES if self._form.settles else 1):
            before = self._data
            self._data = self.values(_outermost(self._filtered()))
            if self._data == before:
                break
        return tuple(self._build(self._form.components, _outermost(self._filtered())))

    def _filtered(self) -> dict[str, object]:
        """Give the data without hidden fields; what they were at first shows again."""
        if not self._form.hides:
            return {**self._stored, **self._data}
        visible: dict[str, object] = {}
        for instance in self._build(self._form.components, _outermost({**self._base, **self._data}), check=False):
            collect(instance, visible)
        return {**self._base, **visible}

    @cached_property
    def _base(self) -> dict[str, object]:
        """Give all values as they were before anybody entered anything."""
        first = _Resolution(self._form, self._stored, None, self._clock, self._finder, computing=False)
        return {**self._stored, **first.values(_outermost(self._stored))}

    # -- values

    def values(self, scope: Scope) -> dict[str, object]:
        found: dict[str, object] = {}
        self._fill(self._form.components, scope, found)
        return found

    def _fill(self, components: tuple[Component, ...], scope: Scope, found: dict[str, object]) -> None:
        for component in components:
            path = (*scope.path, *component.local)
            if component.kind.keyed:
                value = self._read_once(component, path, scope).value
                if value is not ABSENT:
                    put(found, path, value)
            elif component.kind.repeats:
                origins = self._origins(component, scope)
                put(found, path, [{} for _ in origins])
                for index, origin in enumerate(origins):
                    self._fill(component.components, scope.inside(component, index, origin), found)
            else:
                self._fill(component.components, scope.below(component), found)

    def _read(self, component: Component, scope: Scope) -> _Reading:
        options = self._options(component, scope)
        if component.type == "expression" and self._computing:
            value = texts.jsonable(texts.setting(component.get("expression"), scope.context, self._clock))
            return _Reading(value, None, value, options)
        if self._fixed(component, scope):
            value = self._initial(component, scope, options)
            return _Reading(value, None, None if value is ABSENT else value, options)
        raw = self._raw(component, scope, options)
        return _Reading(*parse(component, raw, options), raw, options)

    def _read_once(self, component: Component, path: Path, scope: Scope) -> _Reading:
        """Read a field, or give what it said before, where nothing it depends on can have changed since."""
        if self._form.settles or picking.is_picker(component):
            return self._read(component, scope)
        if (component, path) not in self._readings:
            self._readings[component, path] = self._read(component, scope)
        return self._readings[component, path]

    def _raw(self, component: Component, scope: Scope, options: tuple[Option, ...]) -> object:
        entered = self._entered(scope, component.local)
        if entered is None and (self._is_new(scope) or self._was_hidden(component)):
            initial = self._initial(component, scope, options)
            return None if initial is ABSENT else initial
        return entered

    def _entered(self, scope: Scope, local: tuple[str, ...]) -> object:
        if self._submitted is None:
            return None
        found = get(self._submitted, (*scope.path, *local))
        return None if found is ABSENT else found

    def _was_hidden(self, component: Component) -> bool:
        """Say of a field without an entry that the page did not show it: browsers send these even when empty."""
        return self._showing and self._form.hides and component.type in ALWAYS_SENT

    def _is_new(self, scope: Scope) -> bool:
        """Say whether nobody could have entered anything yet: the first display, or a row just added."""
        return self._submitted is None or (bool(scope.path) and get(self._submitted, self._row(scope)) is None)

    @staticmethod
    def _row(scope: Scope) -> Path:
        last = max((at for at, step in enumerate(scope.path) if isinstance(step, int)), default=-1)
        return scope.path[: last + 1]

    def _initial(self, component: Component, scope: Scope, options: tuple[Option, ...]) -> object:
        """Give the stored value, else the default, else ABSENT."""
        stored = self._kept(component, scope)
        default = component.get("defaultValue")
        if stored is not ABSENT or default is None:
            return stored
        computed = texts.jsonable(texts.setting(default, scope.context, self._clock))
        return parse(component, computed, options)[0]

    def _kept(self, component: Component, scope: Scope) -> object:
        return ABSENT if scope.origin is None else get(self._stored, (*scope.origin, *component.local))

    def _fixed(self, component: Component, scope: Scope) -> bool:
        return component.get("disabled") is True or self._is_readonly(component, scope)

    def _is_readonly(self, component: Component, scope: Scope) -> bool:
        written = component.get("readonly")
        return self._readonly or written is True or texts.holds(written, scope.context, self._clock)

    def _options(self, component: Component, scope: Scope) -> tuple[Option, ...]:
        if not component.kind.chooses:
            return ()
        if picking.is_picker(component):
            picker = picking.picker_of(component, scope.context, self._clock)
            name = name_of((*scope.path, *component.local))
            entered, kept = self._entered(scope, component.local), self._kept(component, scope)
            return picking.offered(name, picker, self._finder, entered, kept)
        return options(component, scope.context, self._stored, self._clock)

    def _origins(self, component: Component, scope: Scope) -> list[int | None]:
        """Give for each row its position among the stored ones."""
        stored = self._kept(component, scope)
        kept: list[int | None] = list(range(len(stored))) if isinstance(stored, list) else []
        if self._is_new(scope) or component.get("allowAddRemove") is False or self._readonly:
            return kept if isinstance(stored, list) else [None] * _repetitions(component)
        rows = self._entered(scope, component.local)
        return [_origin(row, place) for place, row in enumerate(rows if isinstance(rows, list) else ())][:MAX_LIST]

    # -- instances

    def _build(self, components: tuple[Component, ...], scope: Scope, *, check: bool = True) -> Iterator[Instance]:
        for component in components:
            if texts.holds(component.get("conditional.hide"), scope.context, self._clock):
                continue
            path = (*scope.path, *component.local)
            if component.kind.keyed:
                yield self._field(component, path, scope, check=check)
            elif component.kind.repeats:
                rows = tuple(self._rows(component, scope, check=check))
                problem = self._too_long(component, scope)
                yield Instance(component=component, path=path, context=scope.context, rows=rows, problem=problem)
            else:
                children = tuple(self._build(component.components, scope.below(component), check=check))
                yield Instance(component=component, path=path, context=scope.context, children=children)

    def _rows(self, component: Component, scope: Scope, *, check: bool) -> Iterator[Row]:
        for index, origin in enumerate(self._origins(component, scope)):
            inside = scope.inside(component, index, origin)
            yield Row(origin, tuple(self._build(component.components, inside, check=check)))

    def _too_long(self, component: Component, scope: Scope) -> FieldProblem | None:
        rows = self._entered(scope, component.local)
        return TOO_MANY if isinstance(rows, list) and len(rows) > MAX_LIST else None

    def _field(self, component: Component, path: Path, scope: Scope, *, check: bool) -> Instance:
        if not check:
            value = get(self._data, path)
            given = value is not ABSENT
            return Instance(component=component, path=path, context=scope.context, value=value, given=given)
        value, problem, raw, options = self._read_once(component, path, scope)
        readonly = self._is_readonly(component, scope)
        if not (problem or readonly or component.get("disabled") is True):
            problem = rules.problem(component, value, scope.context, self._clock)
        return Instance(
            component=component,
            path=path,
            context=scope.context,
            readonly=readonly,
            raw=raw,
            value=None if value is ABSENT else value,
            given=value is not ABSENT,
            options=options,
            problem=problem,
        )


def _outermost(data: Mapping[str, object]) -> Scope:
    return Scope(data=data, this=data)


def _repetitions(component: Component) -> int:
    written = component.get("defaultRepetitions")
    return min(written, MAX_LIST) if isinstance(written, int) and written >= 0 else 1


def _origin(row: object, place: int) -> int | None:
    if row is None:
        return None
    origin = row.get(ROW, place) if isinstance(row, Mapping) else place
    return origin if isinstance(origin, int) and not isinstance(origin, bool) and origin >= 0 else None
