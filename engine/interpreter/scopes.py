"""Variables as Camunda scopes them: the process, sub-processes and single elements each hold their own.

SpiffWorkflow copies data from task to task and merges it at joins; two parallel branches then don't see
each other's variables until they meet, and every task carries a copy. Here the library's task data stay
empty and variables live in scopes, each named by the number of the token that opened it.
"""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ROOT = 0
"""The number of the scope of the whole case."""

Values = dict[str, object]


class ScopeTable(dict[int, Values]):
    """The variables of each scope. Whoever is given those of one may change them, so it counts as touched.

    ``items`` and ``peek`` are for those who only look.
    """

    def __init__(self, values: Mapping[int, Values]) -> None:
        super().__init__(values)
        self.touched: set[int] = set()
        self.elements: dict[int, dict[str, set[int]]] = {}
        """Where only elements of lists were changed: scope → name → places."""
        self.named: dict[int, set[str]] = {}
        """Where only some variables were set: scope → names."""
        self.disordered = True
        """Whether a scope stands behind one with a greater number."""
        self.rest()

    def __getitem__(self, scope: int) -> Values:
        """Give the variables of a scope."""
        self.touched.add(scope)
        return super().__getitem__(scope)

    def __setitem__(self, scope: int, values: Values) -> None:
        """Set the variables of a scope."""
        self.touched.add(scope)
        self.disordered = self.disordered or scope < next(reversed(self), 0)
        super().__setitem__(scope, values)

    def rest(self) -> None:
        """Begin anew to note what is touched, in the order of the numbers, as a state has them."""
        self.touched.clear()
        self.elements.clear()
        self.named.clear()
        if self.disordered:
            in_order = sorted(self.items())
            self.clear()
            self.update(in_order)
            self.disordered = False

    def peek(self, scope: int) -> Values:
        """Give the variables of a scope to somebody who only looks."""
        return dict.__getitem__(self, scope)

    def set_variables(self, scope: int, values: Mapping[str, object]) -> None:
        """Set some variables; the others of the scope do not count as touched."""
        super().__getitem__(scope).update(values)
        self.named.setdefault(scope, set()).update(values)

    def set_element(self, scope: int, name: str, place: int, value: object) -> None:
        """Set one element of a list; the rest of the scope does not count as touched."""
        values = super().__getitem__(scope)[name]
        assert isinstance(values, list)  # noqa: S101 - made so by who asks
        values[place] = value
        self.elements.setdefault(scope, {}).setdefault(name, set()).add(place)

    def get(self, scope: int, default: Any = None) -> Any:  # noqa: ANN401 - of any type
        """Give the variables of a scope, or else what is asked for."""
        self.touched.add(scope)
        return super().get(scope, default)

    def pop(self, scope: int, default: Any = None) -> Any:  # noqa: ANN401 - of any type
        """Forget a scope."""
        self.touched.add(scope)
        return super().pop(scope, default)


@dataclass
class Scopes:
    """All variables of one case."""

    values: ScopeTable = field(default_factory=lambda: ScopeTable({ROOT: {}}))
    parents: dict[int, int] = field(default_factory=dict)
    parts: ScopeTable = field(default_factory=lambda: ScopeTable({}))
    """What people's parts of a multi-instance began with, by their tokens: done, and theirs to take back."""
    bodies: dict[int, set[int]] = field(default_factory=dict)
    """The tokens of those parts by that of the body."""
    end: str | None = None
    """The end event reached last of those that say how the case ended."""

    @property
    def root(self) -> Values:
        """Give the variables of the whole case."""
        return self.values[ROOT]

    @property
    def seen_root(self) -> Mapping[str, object]:
        """Give the variables of the whole case to somebody who only looks."""
        return self.values.peek(ROOT)

    def open(self, scope: int, parent: int, values: Mapping[str, object] | None = None) -> None:
        """Open a scope inside another, with its local variables."""
        self.values[scope] = dict(values or {})
        self.parents[scope] = parent

    def close(self, scope: int) -> None:
        """Forget a scope and its local variables."""
        self.values.pop(scope, None)
        self.parents.pop(scope, None)

    def keep_part(self, token: int, part: Values) -> None:
        """Keep what a part began with until its ``body`` is over."""
        self.parts[token] = part
        self.bodies.setdefault(int(str(part["body"])), set()).add(token)

    def forget_part(self, token: int) -> None:
        """Forget a part that is done anew."""
        body = int(str(self.parts.pop(token)["body"]))
        self.bodies[body].discard(token)
        if not self.bodies[body]:
            del self.bodies[body]

    def forget_parts(self, body: int) -> None:
        """Forget the parts of a body that is over."""
        for token in self.bodies.pop(body, ()):
            self.parts.pop(token)

    def enclosing(self, scope: int) -> int:
        """Give the scope itself if it is open, else the root."""
        return scope if scope in self.values else ROOT

    def visible(self, scope: int) -> ChainMap[str, object]:
        """Give all variables that an expression in this scope sees, inner ones first; to somebody who only looks."""
        chain = [self.values.peek(scope)]
        while scope != ROOT:
            scope = self.parents[scope]
            chain.append(self.values.peek(scope))
        return ChainMap(*chain)

    def propagate(self, scope: int, values: Mapping[str, object]) -> None:
        """Set each variable in the nearest scope that has it, or else in the root.

        The rule of Zeebe for variables that come with a completed job or task.
        """
        if scope == ROOT:
            self.values.set_variables(ROOT, values)
            return
        for name, value in values.items():
            target = scope
            while target != ROOT and name not in self.values.peek(target):
                target = self.parents[target]
            self.values.set_variables(target, {name: value})
