"""FEEL texts within a model: they share the budget and the warnings of the model's evaluation."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from engine.dmn import messages
from engine.dmn.running import Run, Scope
from engine.feel.adoption import adopt
from engine.feel.compile_tests import INPUT
from engine.feel.errors import FeelError, FeelLimitError
from engine.feel.expression import Program, Source
from engine.feel.parser import parse
from engine.feel.state import Frame
from engine.feel.syntax import Node
from engine.feel.tests_parser import parse_unary_tests
from engine.feel.types import Type

NOTHING: Final[Mapping[str, object]] = {}


class Expression:
    """A FEEL expression; one that can't be read gives null and a warning."""

    read: Callable[[str, Iterable[str]], Node] = staticmethod(parse)

    def __init__(self, text: str, names: Iterable[str], types: Mapping[str, Type]) -> None:
        self._source = Source(text, names, types, self.read)

    @property
    def text(self) -> str:
        """Give the text."""
        return self._source.text

    @property
    def error(self) -> FeelError | None:
        """Give what is wrong with the text."""
        plain = self._source.plain
        return plain if isinstance(plain, FeelError) else None

    @property
    def program(self) -> Program | None:
        """Give the reading of the text as it stands, for checks; None where there is none."""
        plain = self._source.plain
        return None if isinstance(plain, FeelError) else plain

    @property
    def names(self) -> frozenset[str]:
        """Give the variables it may read; none where the text can't be read."""
        program = self.program
        return frozenset() if program is None else program.names

    def run(self, run: Run, scope: Scope) -> object:
        """Give the value in a scope."""
        program = self._program(run, scope)
        return None if program is None else program.run(Frame(scope, run))

    def _program(self, run: Run, scope: Scope) -> Program | None:
        try:
            return self._source.program(scope)
        except FeelLimitError:
            raise
        except FeelError as error:
            run.note(messages.BROKEN, detail=error)
            return None


class Tests(Expression):
    """Unary tests, as a table's cell or a list of allowed values has them."""

    read = staticmethod(parse_unary_tests)

    def passes(self, value: object, run: Run, scope: Scope = NOTHING) -> bool:
        """Tell whether a value passes; where that is uncertain it doesn't."""
        program = self._program(run, scope)
        if program is None:
            return False
        return program.run(Frame({INPUT: adopt(value, run)}, run, Frame(scope, run))) is True
