"""Compile literal expressions, contexts, invocations, lists, relations and functions (DMN 1.5 sections 7.3, 10.2)."""

from engine.dmn import messages
from engine.dmn.building import Builder, compiles
from engine.dmn.running import LEVELS, Evaluate, Run, Scope
from engine.dmn.syntax import FEEL_KIND, Context, FunctionOf, Invocation, ListOf, Literal, Relation, Unsupported
from engine.dmn.types import MISFIT, convert, resolved
from engine.feel.calls import invoke
from engine.feel.functions import Builtin
from engine.feel.state import State
from engine.feel.types import ANY, FunctionType, Type
from engine.feel.values import Function, HostFunction

NOWHERE = (0, 0)


@compiles(Literal)
def literal(node: Literal, builder: Builder) -> Evaluate:
    """Evaluate a text; an empty one is null."""
    return builder.expression(node.text, node).run if node.text else builder.compile(None)


@compiles(Unsupported)
def unsupported(node: Unsupported, builder: Builder) -> Evaluate:
    """Refuse by name."""
    return builder.unsupported(node.what)


@compiles(Context)
def context(node: Context, builder: Builder) -> Evaluate:
    """Make a context of the entries, or give the value of the entry without a name."""
    entries: list[tuple[str | None, Evaluate]] = []
    for variable, expression in node.entries:
        if variable is None:
            entries.append((None, builder.compile(expression)))
            continue
        entries.append((variable.name, builder.compile_for(expression, variable)))
        builder = builder.inside([variable])

    def make(run: Run, scope: Scope) -> object:
        inner, made = dict(scope), dict[str, object]()
        run.spend(len(inner) + 1)
        for name, evaluate in entries:
            value = evaluate(run, inner)
            if name is None:
                return value
            inner[name] = made[name] = value
        return made

    return make


@compiles(ListOf)
def list_of(node: ListOf, builder: Builder) -> Evaluate:
    """Make a list."""
    items = [builder.compile(item) for item in node.items]
    return lambda run, scope: [item(run, scope) for item in items]


@compiles(Relation)
def relation(node: Relation, builder: Builder) -> Evaluate:
    """Make a list of contexts; each row has the columns' names."""
    names = [column.name for column in node.columns]
    rows = [
        [builder.compile_for(cell, column) for cell, column in zip(row, node.columns, strict=False)]
        for row in node.rows
    ]

    def make(run: Run, scope: Scope) -> list[object]:
        return [dict(zip(names, [cell(run, scope) for cell in row], strict=False)) for row in rows]

    return make


@compiles(Invocation)
def invocation(node: Invocation, builder: Builder) -> Evaluate:
    """Call a function with arguments by name; one without named parameters takes them in order."""
    function = builder.compile(node.function)
    names = tuple(variable.name for variable, _ in node.bindings)
    arguments = [builder.compile_for(expression, variable) for variable, expression in node.bindings]

    def call(run: Run, scope: Scope) -> object:
        called = function(run, scope)
        if not isinstance(called, Function | Builtin | HostFunction):
            run.note(messages.NO_FUNCTION)
            return None
        return invoke(run, NOWHERE, called, [argument(run, scope) for argument in arguments], names)

    return call


class Parameters:
    """The parameters of a function, which fit arguments into their types."""

    def __init__(self, node: FunctionOf, builder: Builder) -> None:
        self.names = tuple(parameter.name for parameter in node.parameters)
        self._refs = tuple(parameter.type_ref for parameter in node.parameters)
        self._types = tuple(builder.type(parameter.type_ref, parameter) for parameter in node.parameters)

    @property
    def types(self) -> tuple[Type | None, ...]:
        """Give the type of each, None for any."""
        return tuple(None if type_ is ANY else type_ for type_ in self._types)

    def bind(self, run: Run, arguments: tuple[object, ...]) -> dict[str, object] | None:
        """Give the arguments by name; None and a warning where one doesn't fit."""
        values = {}
        for name, type_, ref, argument in zip(self.names, self._types, self._refs, arguments, strict=True):
            value = argument if type_ is ANY else convert(type_, argument, run)
            if value is MISFIT:
                run.note(messages.WRONG_TYPE, name=name, type=ref)
                return None
            values[name] = value
        return values


@compiles(FunctionOf)
def function_of(node: FunctionOf, builder: Builder) -> Evaluate:
    """Make a function that remembers the scope around it."""
    if node.kind != FEEL_KIND:
        return builder.unsupported(node.kind)
    parameters, body = Parameters(node, builder), builder.inside(node.parameters).compile(node.body)
    if not isinstance(resolved(builder.type(node.type_ref, node)), FunctionType):
        body = builder.fitted(body, node.type_ref, node)

    def define(_: Run, scope: Scope) -> Function:
        def call(state: State, *arguments: object) -> object:
            run = as_run(state)
            values = parameters.bind(run, arguments)
            if values is None:
                return None
            run.spend(len(scope) + 1)
            run.enter(LEVELS)
            result = body(run, {**scope, **values})
            run.depth -= LEVELS
            return result

        return Function(parameters.names, call, parameters.types)

    return define


def as_run(state: State) -> Run:
    """Give the evaluation that a caller's state is; a function that left its model gets a new one."""
    return state if isinstance(state, Run) else Run(state.clock)
