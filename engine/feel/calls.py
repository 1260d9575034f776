"""Call functions: match arguments to parameters, check their kinds, convert single values and lists."""

from collections.abc import Callable, Sequence

from engine.errors import EngineError
from engine.feel import messages
from engine.feel.adoption import adopt
from engine.feel.errors import FeelLimitError
from engine.feel.functions import Builtin, Parameter, RejectedError, Signature
from engine.feel.kinds import KINDS, kind, kind_name
from engine.feel.messages import Text
from engine.feel.state import Place, State
from engine.feel.values import Function, HostFunction

CALL_STEPS = 4
MISSING = object()
Arguments = Sequence[object]


def invoke(state: State, place: Place, function: object, arguments: Arguments, names: tuple[str, ...] = ()) -> object:
    """Call any function value; a value that is none gives null and a warning."""
    state.spend(CALL_STEPS)
    if isinstance(function, Builtin):
        return call_builtin(state, place, function, arguments, names)
    if isinstance(function, Function):
        return call_defined(state, place, function, arguments, names)
    if isinstance(function, HostFunction):
        return call_host(state, place, function, arguments, names)
    state.warn(messages.UNKNOWN_FUNCTION, place, name=kind_name(function))
    return None


def arrange(arguments: Arguments, names: tuple[str, ...], parameters: tuple[str, ...]) -> list[object] | None:
    """Put arguments into the order of the parameters; what is left out is MISSING; None when they don't fit."""
    if not names:
        if len(arguments) > len(parameters):
            return None
        return [*arguments, *[MISSING] * (len(parameters) - len(arguments))]
    if len(set(names)) != len(names) or not set(names) <= set(parameters):
        return None
    given = dict(zip(names, arguments, strict=True))
    return [given.get(name, MISSING) for name in parameters]


def call_builtin(
    state: State, place: Place, function: Builtin, arguments: Arguments, names: tuple[str, ...] = ()
) -> object:
    """Call a built-in function by the first of its signatures that fits."""
    problem: tuple[Parameter, object] | None = None
    for signature in function.signatures:
        bound = bind(signature, arguments, names)
        if bound is None:
            continue
        checked = check(signature, bound)
        if not isinstance(checked, list):
            problem = problem or checked
            continue
        return run(state, place, function, signature, checked)
    if problem is None:
        ways = " / ".join(str(signature) for signature in function.signatures)
        state.warn(messages.BAD_ARGUMENTS, place, function=function.name, parameters=ways)
    else:
        bad, value = problem
        state.warn(messages.BAD_ARGUMENT, place, function=function.name, parameter=bad.name, type=name_of(value))
    return None


def prepare(function: Builtin, count: int, names: tuple[str, ...]) -> Callable[[State, Place, list[object]], object]:
    """Give a quick way to call a function with so many arguments by position.

    Quick where the first signature of that length takes all arguments as they are, else as ``call_builtin`` does.
    """
    first = next((way for way in function.signatures if _takes(way, count)), None)
    if names or first is None or first.repeats:
        return lambda state, place, values: call_builtin(state, place, function, values, names)
    kinds = [parameter.kinds for parameter in first.parameters[:count]]

    def call(state: State, place: Place, values: list[object]) -> object:
        for taken, value in zip(kinds, values, strict=True):
            if taken and KINDS[type(value)] not in taken:
                return call_builtin(state, place, function, values)
        return run(state, place, function, first, values)

    return call


def _takes(signature: Signature, count: int) -> bool:
    required = sum(not parameter.optional for parameter in signature.parameters)
    return signature.repeats or required <= count <= len(signature.parameters)


def run(state: State, place: Place, function: Builtin, signature: Signature, arguments: list[object]) -> object:
    """Run a built-in function; what it rejects becomes null and a warning."""
    try:
        return signature.call(state, *arguments)
    except RejectedError as error:
        state.warn(messages.BAD_VALUE, place, function=function.name, reason=error.reason)
    except UnicodeError:
        state.warn(messages.BAD_VALUE, place, function=function.name, reason=messages.NO_TEXT)
    except ArithmeticError:
        state.warn(messages.BAD_ARITHMETIC, place, operator=function.name)
    return None


def bind(signature: Signature, arguments: Arguments, names: tuple[str, ...]) -> list[object] | None:
    """Match arguments to a signature; repeated ones become one list at the end."""
    if signature.repeats and not names:
        fixed = len(signature.parameters) - 1
        if len(arguments) <= fixed:
            return None
        return [*arguments[:fixed], list(arguments[fixed:])]
    found = arrange(arguments, names, tuple(parameter.name for parameter in signature.parameters))
    if found is None:
        return None
    pairs = zip(found, signature.parameters, strict=True)
    if any(value is MISSING and not parameter.optional for value, parameter in pairs):
        return None
    while found and found[-1] is MISSING:
        found.pop()
    if signature.repeats:
        found[-1] = [found[-1]] if type(found[-1]) is not list else found[-1]
    return found


def check(signature: Signature, arguments: list[object]) -> list[object] | tuple[Parameter, object]:
    """Convert arguments to what their parameters take; give the first pair that can't be."""
    checked = []
    for parameter, value in zip(signature.parameters, arguments, strict=False):
        if parameter.repeated or value is MISSING:
            checked.append(None if value is MISSING else value)
            continue
        found = convert(parameter.kinds, value)
        if found is MISSING:
            return parameter, value
        checked.append(found)
    return checked


def convert(kinds: frozenset[str], value: object) -> object:
    """Convert a value to one of the kinds, MISSING when it can't be.

    A single value becomes a list of one, and the other way round (DMN 1.5 section 10.3.2.9.4).
    """
    if not kinds or KINDS[type(value)] in kinds:
        return value
    if type(value) is list and len(value) == 1 and KINDS[type(value[0])] in kinds:
        return value[0]
    return [value] if "list" in kinds and value is not None else MISSING


def call_defined(
    state: State, place: Place, function: Function, arguments: Arguments, names: tuple[str, ...] = ()
) -> object:
    """Call a function defined in FEEL; arguments left out are null when given by name."""
    ordered = arrange(arguments, names, function.parameters)
    if ordered is None or (not names and len(arguments) != len(function.parameters)):
        state.warn(messages.BAD_ARGUMENTS, place, function="function", parameters=", ".join(function.parameters))
        return None
    return function.call(state, *(None if value is MISSING else value for value in ordered))


def call_host(
    state: State, place: Place, function: HostFunction, arguments: Arguments, names: tuple[str, ...] = ()
) -> object:
    """Call a function of the program; what it refuses becomes null and a warning."""
    ordered = arrange(arguments, names, function.parameters)
    required = len(function.parameters) - function.optional
    if ordered is None or any(value is MISSING for value in ordered[:required]):
        state.warn(messages.BAD_ARGUMENTS, place, function="host", parameters=", ".join(function.parameters))
        return None
    while ordered and ordered[-1] is MISSING:
        ordered.pop()
    try:
        result = function.call(*(None if value is MISSING else value for value in ordered))
    except FeelLimitError:
        raise
    except EngineError as error:
        state.warn(messages.HOST_FAILED, place, function=" ".join(function.parameters), reason=str(error))
        return None
    return adopt(result, state)


def name_of(value: object) -> Text:
    """Give the name of a value's kind in both languages."""
    return Text(kind_name(value), kind(value))
