"""Evaluate a requirement graph: each decision once, after those it requires (DMN 1.5 sections 6.2 and 10.4)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.dmn import messages
from engine.dmn.boxed import as_run
from engine.dmn.documents import Document
from engine.dmn.reporting import Spot
from engine.dmn.running import LEVELS, MAX_TABLES, Run, TableTrace, json_value
from engine.dmn.syntax import Decision, InputData, Knowledge, Node, Ref, Service, Variable
from engine.dmn.types import completed, fit
from engine.feel.adoption import adopt
from engine.feel.naming import normalize
from engine.feel.state import State
from engine.feel.types import ANY, Type
from engine.feel.values import Function

Path = tuple[str, ...]
"""The names of the imports from the file evaluated to the one an element stands in."""
Address = tuple[Path, str]
"""Where an element is: one file may be imported twice, with inputs of its own each time."""
ABSENT = object()


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """A decision with its value and what its tables saw."""

    id: str
    name: str
    value: object
    tables: tuple[TableTrace, ...]

    def as_json(self) -> dict[str, object]:
        """Give it as it is kept with a case."""
        tables = [table.as_json() for table in self.tables]
        return {"id": self.id, "name": self.name, "value": json_value(self.value), "tables": tables}


class Evaluation:
    """The values of one evaluation, found when they are asked for."""

    def __init__(
        self, run: Run, root: Document, inputs: Mapping[str, object], evaluated: list[Evaluated] | None = None
    ) -> None:
        self.run = run
        self.root = root
        self.inputs = inputs
        self.evaluated: list[Evaluated] = [] if evaluated is None else evaluated
        self.values: dict[Address, object] = {}
        declared = {name for node in root.definitions.nodes.values() for name in (node.name, node.variable.name)}
        # A table drawn without inputs reads the variables of the process by their names.
        self._undeclared = {name: value for name, value in inputs.items() if normalize(str(name)) not in declared}

    def decide(self, address: Address) -> object:
        """Give the value of a decision; first of those it requires, without nesting."""
        pending, opened = [address], set[Address]()
        while pending:
            at = pending[-1]
            needed = [] if at in self.values else [one for one in self._decisions_of(at) if one not in self.values]
            if needed and at not in opened:
                opened.add(at)
                pending.extend(reversed(needed))
                continue
            if at not in self.values:
                self.values[at] = self._evaluate(at)
            pending.pop()
        return self.values[address]

    def serve(self, address: Address) -> object:
        """Give the result of a decision service: one output as it is, several as a context."""
        service = self._node(address)
        outputs = list(self._found(address, service.outputs)) if isinstance(service, Service) else []
        values = {node.variable.name: self.decide(at) for at, node, _ in outputs}
        return next(iter(values.values()), None) if len(outputs) == 1 else values

    def take_inputs(self, address: Address) -> None:
        """Take the values of a service's input decisions from the inputs, so that they aren't evaluated."""
        service = self._node(address)
        for at, node, _ in self._found(address, service.input_decisions) if isinstance(service, Service) else ():
            self.values[at] = self._given(at, node)

    def _document(self, path: Path) -> Document:
        document = self.root
        for name in path:
            document = document.imports[name]
        return document

    def _node(self, address: Address) -> Node:
        return self._document(address[0]).definitions.nodes[address[1]]

    def _found(self, address: Address, refs: Iterable[Ref]) -> Iterator[tuple[Address, Node, str | None]]:
        """Give the elements of references, each with the name of its import."""
        path = address[0]
        document = self._document(path)
        for ref in refs:
            found = document.find(ref)
            if found is not None:
                prefix, node = found
                yield (path if prefix is None else (*path, prefix), node.id), node, prefix

    def _decisions_of(self, address: Address) -> Iterator[Address]:
        node = self._node(address)
        refs = node.required if isinstance(node, Decision) else ()
        yield from (at for at, other, _ in self._found(address, refs) if isinstance(other, Decision))

    def _evaluate(self, address: Address) -> object:
        node = self._node(address)
        run = self.run
        outside, run.tables = run.tables, []
        with run.inside(Spot(id=node.id, name=node.name, line=node.line)):
            if isinstance(node, Decision) and node.expression is None:
                run.note(messages.NO_LOGIC, name=node.name)
            scope = self._scope(address, node)
            value = self._document(address[0]).logic[node.id](run, scope)
        found, run.tables = run.tables, outside
        if len(self.evaluated) < MAX_TABLES:
            self.evaluated.append(Evaluated(id=node.id, name=node.name, value=value, tables=tuple(found)))
        return value

    def _scope(self, address: Address, node: Node) -> dict[str, object]:
        """Give what the logic of an element sees: what it requires, and what nobody declares."""
        scope = dict(self._undeclared)
        self.run.spend(len(scope) + 1)
        required = node.required if isinstance(node, Decision) else ()
        knowledge = node.knowledge if isinstance(node, Decision | Knowledge) else ()
        if isinstance(node, Knowledge):
            scope[node.variable.name] = self._function(address, node)
        imported: dict[str, dict[str, object]] = {}
        for at, other, prefix in self._found(address, (*required, *knowledge)):
            target = imported.setdefault(prefix, {}) if prefix else scope
            target[other.variable.name] = self._value(at, other)
        scope.update(imported)
        return scope

    def _value(self, address: Address, node: Node) -> object:
        if address in self.values:
            return self.values[address]
        if isinstance(node, Decision):
            # All others it requires have been evaluated, so this one waits for itself.
            self.run.note(messages.CYCLE, name=node.name)
            return None
        value = self._given(address, node) if isinstance(node, InputData) else self._function(address, node)
        self.values[address] = value
        return value

    def _given(self, address: Address, node: Node) -> object:
        """Give an input in its type; null where it wasn't given."""
        value = _lookup(self.inputs, address[0], node)
        if value is ABSENT:
            self.run.note(messages.NO_INPUT, name=node.name)
            return None
        ready = completed(self._type(address, node.variable), adopt(value, self.run))
        return self._fitted(self.run, address, node, ready)

    def _fitted(self, run: Run, address: Address, node: Node, value: object) -> object:
        return fit(self._type(address, node.variable), value, run, node.name, node.variable.type_ref or "")

    def _function(self, address: Address, node: Node) -> Function | None:
        if isinstance(node, Service):
            return self._service(address, node)
        if not isinstance(node, Knowledge) or node.function is None:
            return None
        return self._knowledge(address, node)

    def _knowledge(self, address: Address, node: Knowledge) -> Function:
        """Make the function of a business knowledge model; its scope is found at its first call."""
        logic, spot = self._document(address[0]).logic[node.id], Spot(id=node.id, name=node.name, line=node.line)
        made: list[object] = []

        def call(state: State, *arguments: object) -> object:
            run = as_run(state)
            with run.inside(spot):
                if not made:
                    made.append(logic(run, self._scope(address, node)))
                function = made[0]
                return function.call(run, *arguments) if isinstance(function, Function) else None

        parameters = () if node.function is None else node.function.parameters
        types = tuple(self._type(address, parameter) for parameter in parameters)
        return Function(tuple(parameter.name for parameter in parameters), call, types)

    def _service(self, address: Address, node: Service) -> Function:
        """Make the function of a decision service: its input data first, then its input decisions."""
        parameters = list(self._found(address, (*node.input_data, *node.input_decisions)))

        def call(state: State, *arguments: object) -> object:
            run = as_run(state)
            inner = Evaluation(run, self.root, self._undeclared, self.evaluated)
            for (at, other, _), argument in zip(parameters, arguments, strict=True):
                inner.values[at] = self._fitted(run, at, other, argument)
            run.enter(LEVELS)
            value = inner.serve(address)
            run.depth -= LEVELS
            return value

        types = tuple(self._type(at, other.variable) for at, other, _ in parameters)
        return Function(tuple(other.variable.name for _, other, _ in parameters), call, types)

    def _type(self, address: Address, variable: Variable) -> Type:
        return self._document(address[0]).types.known_as(variable.type_ref) or ANY


def _lookup(inputs: Mapping[str, object], path: Path, node: Node) -> object:
    """Find an input by its name, within the contexts of the imports it comes through or else at the top."""
    inner: object = inputs
    for name in path:
        if name:
            inner = inner.get(name) if isinstance(inner, Mapping) else None
    for place in (inner, inputs):
        found = _named(place, node) if isinstance(place, Mapping) else ABSENT
        if found is not ABSENT:
            return found
    return ABSENT


def _named(values: Mapping[str, object], node: Node) -> object:
    for name in (node.name, node.variable.name):
        if name in values:
            return values[name]
    return next((value for key, value in values.items() if normalize(str(key)) == node.name), ABSENT)
