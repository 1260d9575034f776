"""Compile ``if``, loops, functions, calls and ``instance of``."""

from collections.abc import Iterator

from engine.feel import messages
from engine.feel.calls import CALL_STEPS, MISSING, invoke, name_of, prepare
from engine.feel.compiler import ABSENT, Compiler, compiles, up
from engine.feel.functions import BUILTINS
from engine.feel.iteration import items_between, items_of
from engine.feel.state import Evaluator, Frame, State
from engine.feel.syntax import Call, Definition, For, If, InstanceOf, Iteration, Name, Quantified, TypeName, walk
from engine.feel.types import NAMED, ContextType, FunctionType, ListType, RangeType, Type
from engine.feel.values import Function

PARTIAL = "partial"
CALL_FRAMES = 5
"""Python's own levels of calls between two bodies of FEEL functions, and a reserve."""
NODE_FRAMES = 1
"""And for each level of syntax within a body."""


@compiles(If)
def conditional(node: If, compiler: Compiler) -> Evaluator:
    """Choose by a condition; what is not true counts as false (section 10.3.2.9)."""
    condition, yes, no = compiler.compile_all((node.condition, node.yes, node.no))
    place = node.place

    def choose(frame: Frame) -> object:
        value = condition(frame)
        if value is True:
            return yes(frame)
        if value is not False and value is not None:
            frame.state.warn(messages.BAD_CONDITION, place, type=name_of(value))
        return no(frame)

    return choose


class Loop:
    """The variables of a loop, going through all their combinations, the last one fastest."""

    def __init__(self, iterations: tuple[Iteration, ...], compiler: Compiler) -> None:
        self.sources = []
        for iteration in iterations:
            source = compiler.compile(iteration.source)
            end = compiler.compile(iteration.end) if iteration.end is not None else None
            self.sources.append((iteration.name, source, end, iteration.place))
            compiler.inside((iteration.name,)).__enter__()

    def leave(self, compiler: Compiler) -> None:
        """Close the scopes of the variables."""
        for _ in self.sources:
            compiler.scope = compiler.scope.parent or compiler.scope

    def frames(self, frame: Frame, depth: int = 0) -> Iterator[Frame | None]:
        """Give a frame for each combination; None when something can't be iterated over."""
        name, source, end, place = self.sources[depth]
        first = source(frame)
        items = items_of(first) if end is None else items_between(first, end(frame))
        if items is None:
            frame.state.warn(messages.BAD_ITERATION, place, type=name_of(first))
            yield None
            return
        for item in items:
            frame.state.spend(len(self.sources))
            inner = Frame({name: item}, frame.state, frame)
            if depth + 1 == len(self.sources):
                yield inner
            else:
                yield from self.frames(inner, depth + 1)


@compiles(For)
def for_(node: For, compiler: Compiler) -> Evaluator:
    """Make a list of what the body gives; ``partial`` is the list so far."""
    loop = Loop(node.iterations, compiler)
    uses_partial = any(isinstance(part, Name) and part.name == PARTIAL for part in walk(node.body))
    if uses_partial:
        with compiler.inside((PARTIAL,)):
            body, cost = compiler.measured(node.body)
    else:
        body, cost = compiler.measured(node.body)
    loop.leave(compiler)

    def iterate(frame: Frame) -> object:
        results: list[object] = []
        for inner in loop.frames(frame):
            if inner is None:
                return None
            frame.state.spend(cost)
            at = Frame(Partial(results, frame.state), frame.state, inner) if uses_partial else inner
            results.append(body(at))
        return results

    return iterate


class Partial(dict[str, object]):
    """The variable ``partial``, copied only when it is read, so that a result can't hold itself."""

    def __init__(self, results: list[object], state: State) -> None:
        super().__init__()
        self._results = results
        self._state = state

    def __missing__(self, _: str) -> list[object]:
        self._state.spend(len(self._results) + 1)
        return list(self._results)


@compiles(Quantified)
def quantified(node: Quantified, compiler: Compiler) -> Evaluator:
    """Tell whether some or every combination satisfies the condition; null where that is uncertain."""
    loop = Loop(node.iterations, compiler)
    condition, cost = compiler.measured(node.condition)
    loop.leave(compiler)
    decides = node.quantifier == "some"
    place = node.place

    def decide(frame: Frame) -> bool | None:
        unknown = False
        for inner in loop.frames(frame):
            if inner is None:
                return None
            frame.state.spend(cost)
            value = condition(inner)
            if value is decides:
                return decides
            if value is not (not decides):
                unknown = True
                if value is not None:
                    frame.state.warn(messages.BAD_CONDITION, place, type=name_of(value))
        return None if unknown else not decides

    return decide


@compiles(Definition)
def definition(node: Definition, compiler: Compiler) -> Evaluator:
    """Make a function that remembers the variables around it."""
    with compiler.inside(node.parameters):
        body, cost, depth = compiler.measured_with_depth(node.body)
    types = tuple(None if name is None else resolve(name, compiler) for name in node.types)
    parameters, levels, place = node.parameters, CALL_FRAMES + depth * NODE_FRAMES, node.place

    def define(frame: Frame) -> Function:
        def call(state: State, *arguments: object) -> object:
            state.spend(cost)
            values = [conform(value, type_) for value, type_ in zip(arguments, types, strict=True)]
            if MISSING in values:
                return None
            state.enter(levels)
            result = body(Frame(dict(zip(parameters, values, strict=True)), state, frame))
            state.depth -= levels
            return result

        return Function(parameters, call, types)

    def refuse(_: Frame) -> Function:
        def call(state: State, *_arguments: object) -> None:
            state.warn(messages.EXTERNAL, place)

        return Function(parameters, call, types)

    return refuse if node.external else define


def conform(value: object, type_: Type | None) -> object:
    """Convert an argument to the type of its parameter, MISSING when it can't be (section 10.3.2.9.4)."""
    if type_ is None or value is None or type_.contains(value):
        return value
    if type(value) is list and len(value) == 1 and type_.contains(value[0]):
        return value[0]
    return [value] if type_.contains([value]) else MISSING


@compiles(Call)
def call(node: Call, compiler: Compiler) -> Evaluator:
    """Call a function."""
    arguments, names, place = compiler.compile_all(node.arguments), node.names, node.place
    if isinstance(node.function, Name):
        function_name = node.function.name
        found = compiler.find(function_name)
        if found.where == "root" and not found.opened and function_name in BUILTINS:
            return _builtin_call(function_name, found.hops, arguments, node)
    function = compiler.compile(node.function)

    def run(frame: Frame) -> object:
        value = function(frame)
        if value is None:
            return None
        return invoke(frame.state, place, value, [argument(frame) for argument in arguments], names)

    return run


def _builtin_call(name: str, hops: int, arguments: list[Evaluator], node: Call) -> Evaluator:
    """Call a built-in function, unless the context given has one of that name."""
    climb, names, place = up(hops), node.names, node.place
    call_prepared = prepare(BUILTINS[name], len(arguments), names)

    def run(frame: Frame) -> object:
        values = [argument(frame) for argument in arguments]
        own = (climb(frame) if hops else frame).values.get(name, ABSENT)
        if own is not ABSENT:
            return invoke(frame.state, place, own, values, names)
        frame.state.spend(CALL_STEPS)
        return call_prepared(frame.state, place, values)

    return run


@compiles(InstanceOf)
def instance_of(node: InstanceOf, compiler: Compiler) -> Evaluator:
    """Tell whether a value is of a type; null and a warning for a type nobody knows."""
    value, type_, place = compiler.compile(node.value), resolve(node.type, compiler), node.place
    name = node.type.name

    def check(frame: Frame) -> bool | None:
        if type_ is None:
            frame.state.warn(messages.UNKNOWN_TYPE, place, name=name)
            return None
        found = value(frame)
        frame.state.spend(type_.effort(found))
        return type_.contains(found)

    return check


def resolve(name: TypeName, compiler: Compiler) -> Type | None:
    """Give the type of a name, or None."""
    parts = [resolve(part, compiler) for part in name.parts]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if name.name == "list" and len(known) == 1:
        return ListType(known[0])
    if name.name == "range" and len(known) == 1:
        return RangeType(known[0])
    if name.name == "context" and name.keys:
        return ContextType(dict(zip(name.keys, known, strict=True)))
    if name.name == "function":
        return FunctionType(tuple(known) if name.parts or name.result else None)
    return compiler.types.get(name.name) or NAMED.get(name.name)
