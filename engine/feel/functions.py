"""Built-in functions: how they are declared, found and described."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from engine.feel.messages import Text

Implementation = Callable[..., object]
Registered = TypeVar("Registered", bound=Implementation)
ANY = frozenset({"any"})


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

    def __str__(self) -> str:
        return f"{self.name}{'?' if self.optional else ''}{'...' if self.repeated else ''}"


@dataclass(frozen=True)
class Signature:
    """One way to call a function; ``call`` gets the state, then the arguments by position."""

    parameters: tuple[Parameter, ...]
    call: Implementation

    @property
    def repeats(self) -> bool:
        """Tell whether the last parameter takes any number of arguments."""
        return bool(self.parameters) and self.parameters[-1].repeated

    def __str__(self) -> str:
        return ", ".join(map(str, self.parameters))


@dataclass(eq=False)
class Builtin:
    """A function of the standard, of Camunda's FEEL or of our own, with all ways to call it."""

    name: str
    summary: str
    """What it gives, for process owners, in Chinese."""
    subject: str
    """The module it stands in."""
    source: str
    """Whose it is: of ``DMN`` 1.5, of ``Camunda``, or of ``渠成``."""
    signatures: list[Signature] = field(default_factory=list)


BUILTINS: dict[str, Builtin] = {}
"""All of them by name; filled when ``engine.feel.builtins`` is imported."""

_PARAMETER = re.compile(r"(?P<name>[\w ]+?)(?P<optional>\?)?(?P<repeated>\.\.\.)?: (?P<kinds>[^,]+)")


def builtin(
    name: str, *signatures: str, summary: str = "", standard: bool = True, own: bool = False
) -> Callable[[Registered], Registered]:
    """Register a function with its signatures, such as ``string: string, length?: number``.

    Registered again under the same name, it gets more signatures, tried in the order of registration.
    """

    def register(call: Registered) -> Registered:
        subject = call.__module__.rpartition(".")[2]
        source = "渠成" if own else "DMN" if standard else "Camunda"
        known = BUILTINS.setdefault(name, Builtin(name, summary, subject, source))
        known.signatures.extend(Signature(parameters(text), call) for text in signatures)
        return call

    return register


def parameters(text: str) -> tuple[Parameter, ...]:
    """Read the declaration of parameters."""
    found = []
    for match in _PARAMETER.finditer(text):
        kinds = frozenset(part.strip() for part in match["kinds"].split("|"))
        taken = frozenset[str]() if kinds == ANY else kinds
        found.append(Parameter(match["name"].strip(), taken, bool(match["optional"]), bool(match["repeated"])))
    return tuple(found)
