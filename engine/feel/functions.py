"""Built-in functions: how they are declared, found and called."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from engine.feel.messages import Text

Implementation = Callable[..., object]


class RejectedError(Exception):
    """A built-in function can't use its arguments; the call becomes null and a warning."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.english)
        self.reason = reason


@dataclass(frozen=True)
class Parameter:
    """One parameter: the kinds it takes, and whether it may be left out or repeated."""

    name: str
    kinds: frozenset[str]
    """Empty for any."""
    optional: bool = False
    repeated: bool = False


@dataclass(frozen=True)
class Signature:
    """One way to call a function; ``call`` gets the state, the place, then the arguments by position."""

    parameters: tuple[Parameter, ...]
    call: Implementation

    @property
    def required(self) -> int:
        """Count the parameters that can't be left out."""
        return sum(not parameter.optional for parameter in self.parameters)

    @property
    def repeats(self) -> bool:
        """Tell whether the last parameter takes any number of arguments."""
        return bool(self.parameters) and self.parameters[-1].repeated

    def __str__(self) -> str:
        return ", ".join(
            f"{parameter.name}{'?' if parameter.optional else ''}{'...' if parameter.repeated else ''}"
            for parameter in self.parameters
        )


@dataclass(frozen=True, eq=False)
class Builtin:
    """A function of the standard or of Camunda's FEEL, with all ways to call it."""

    name: str
    signatures: tuple[Signature, ...]
    summary: str
    group: str


BUILTINS: dict[str, Builtin] = {}
"""All of them by name; filled when ``engine.feel.builtins`` is imported."""

_PARAMETER = re.compile(r"(?P<name>[\w ]+?)(?P<optional>\?)?(?P<repeated>\.\.\.)?: (?P<kinds>[^,]+)")


def builtin(name: str, *signatures: str) -> Callable[[Implementation], Implementation]:
    """Register a function under a name with its signatures, such as ``string: string, length?: number``.

    The docstring's first line is its summary, its module's name the group in the reference.
    """

    def register(call: Implementation) -> Implementation:
        known = BUILTINS.get(name)
        ways = tuple(Signature(parameters(text), call) for text in signatures)
        summary = known.summary if known else (call.__doc__ or "").partition("\n")[0]
        group = call.__module__.rpartition(".")[2]
        BUILTINS[name] = Builtin(name, (known.signatures if known else ()) + ways, summary, group)
        return call

    return register


def parameters(text: str) -> tuple[Parameter, ...]:
    """Read the declaration of parameters."""
    found = []
    for match in _PARAMETER.finditer(text):
        kinds = frozenset(part.strip() for part in match["kinds"].split("|")) - {"any"}
        found.append(Parameter(match["name"].strip(), kinds, bool(match["optional"]), bool(match["repeated"])))
    return tuple(found)
