"""Compiled expressions: parse once, run often, from any thread."""

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Mapping

from engine.feel import builtins as _builtins
from engine.feel import compile_forms, compile_operators, compile_tests, compile_values, messages
from engine.feel.adoption import adopt
from engine.feel.candidates import Candidates
from engine.feel.compile_tests import INPUT
from engine.feel.compiler import Compiler
from engine.feel.errors import FeelError, FeelLimitError, FeelSyntaxError, FeelWarning
from engine.feel.lexer import tokens
from engine.feel.limits import MAX_DEPTH
from engine.feel.parser import parse
from engine.feel.state import Evaluator, Frame, State
from engine.feel.syntax import Node
from engine.feel.tests_parser import parse_unary_tests
from engine.feel.types import Type

Clock = Callable[[], dt.datetime]
NO_NAMES: frozenset[str] = frozenset()
MAX_READINGS = 64
"""Of one text; contexts that keep changing their keys must not fill the memory."""
NO_TYPES: Mapping[str, Type] = {}
LOADED = (compile_forms, compile_operators, compile_tests, compile_values, _builtins)
"""Importing these registers what they compile and define."""


class Program:
    """One reading of a text: its tree, its closure, the variables it reads."""

    def __init__(self, tree: Node, types: Mapping[str, Type]) -> None:
        compiler = Compiler(types)
        self.tree = tree
        self.run: Evaluator = compiler.compile(tree)
        self.names = frozenset(compiler.names - {INPUT})
        self.item_names = frozenset(compiler.item_names)


class Source:
    """A text with all its readings: names such as ``a-b`` make the reading depend on the context's keys."""

    def __init__(
        self, text: str, known: Iterable[str], types: Mapping[str, Type], read: Callable[[str, Iterable[str]], Node]
    ) -> None:
        self.text = strip_equals(text)
        self._read = read
        self._known = tuple(known)
        self._types = types
        self._programs: dict[frozenset[str], Program | FeelError] = {}
        self._candidates: Candidates | None = None
        try:
            self._candidates = Candidates(self.text, tokens(self.text))
        except FeelError as error:
            self._programs[NO_NAMES] = error.fresh()
        self.plain = self._reading(frozenset())

    def program(self, context: Mapping[str, object]) -> Program:
        """Give the reading for a context; raise FeelSyntaxError or FeelLimitError when it has none."""
        found = self.plain
        if self._candidates:
            names = self._candidates.known_in(context, getattr(found, "names", NO_NAMES))
            if names:
                found = self._reading(names)
        if isinstance(found, FeelError):
            raise found.fresh()
        return found

    def _reading(self, names: frozenset[str]) -> "Program | FeelError":
        found = self._programs.get(names)
        if found is None:
            try:
                found = Program(self._read(self.text, (*self._known, *names)), self._types)
            except FeelError as error:
                found = error.fresh()
            except RecursionError:
                found = FeelLimitError(messages.TOO_DEEP, limit=MAX_DEPTH)
            if len(self._programs) > MAX_READINGS:
                self._programs = {}
            self._programs[names] = found
        return found


class Compiled:
    """A compiled expression; safe to keep and to use from several threads at once."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def text(self) -> str:
        """Give the text without a leading ``=``."""
        return self._source.text

    @property
    def names(self) -> frozenset[str]:
        """Give the variables it may read from the context."""
        return self._source.program({}).names

    @property
    def item_names(self) -> frozenset[str]:
        """Give those of ``names`` that stand in a filter and may be entries of its items instead."""
        return self._source.program({}).item_names

    @property
    def tree(self) -> Node:
        """Give the syntax tree."""
        return self._source.program({}).tree

    def evaluate(self, context: Mapping[str, object], clock: Clock | None = None) -> object:
        """Give the value; raise FeelError only for a syntax error or a limit that was reached."""
        return self.evaluate_with_warnings(context, clock)[0]

    def evaluate_with_warnings(
        self, context: Mapping[str, object], clock: Clock | None = None
    ) -> tuple[object, list[FeelWarning]]:
        """Give the value, and why parts of it became null."""
        state = State(clock)
        value = run(self._source.program(context).run, Frame(context, state))
        return value, state.warnings


class CompiledTests:
    """Compiled unary tests; safe to keep and to use from several threads at once."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def text(self) -> str:
        """Give the text."""
        return self._source.text

    @property
    def names(self) -> frozenset[str]:
        """Give the variables it may read from the context, the value under test left out."""
        return self._source.program({}).names

    @property
    def tree(self) -> Node:
        """Give the syntax tree."""
        return self._source.program({}).tree

    def test(self, value: object, context: Mapping[str, object], clock: Clock | None = None) -> bool | None:
        """Tell whether a value passes; None where that is uncertain."""
        return self.test_with_warnings(value, context, clock)[0]

    def test_with_warnings(
        self, value: object, context: Mapping[str, object], clock: Clock | None = None
    ) -> tuple[bool | None, list[FeelWarning]]:
        """Tell whether a value passes, and why parts of the tests became null."""
        state = State(clock)
        frame = Frame(context, state)
        program = self._source.program(context)
        found = run(program.run, Frame({INPUT: adopt(value, state)}, state, frame))
        return found if isinstance(found, bool) else None, state.warnings


def run(program: Evaluator, frame: Frame) -> object:
    """Run a closure; what escapes it becomes a FeelError."""
    try:
        return program(frame)
    except RecursionError:
        raise FeelLimitError(messages.TOO_DEEP, limit=MAX_DEPTH) from None
    except ArithmeticError:
        raise FeelError(messages.NOT_FINITE) from None
    except MemoryError:
        raise FeelLimitError(messages.TOO_LARGE, limit=0) from None


def strip_equals(text: str) -> str:
    """Take away the ``=`` that modelers put before an expression."""
    if not isinstance(text, str):
        raise FeelError(messages.NOT_TEXT)
    stripped = text.lstrip()
    return stripped[1:] if stripped.startswith("=") else text


@functools.lru_cache(maxsize=1024)
def _source(text: str, known: frozenset[str]) -> Source:
    return Source(text, known, NO_TYPES, parse)


@functools.lru_cache(maxsize=1024)
def _tests_source(text: str, known: frozenset[str]) -> Source:
    return Source(text, known, NO_TYPES, parse_unary_tests)


def lazily(text: str) -> Compiled:
    """Give a compiled expression without demanding that it can be read without its context."""
    if not isinstance(text, str):
        raise FeelError(messages.NOT_TEXT)
    return Compiled(_source(text, frozenset()))


def compile_expression(text: str, known: Iterable[str] = (), types: Mapping[str, Type] | None = None) -> Compiled:
    """Compile an expression, or take it from the cache.

    ``known`` are names in scope that need knowing to be recognised, such as ``net-amount`` or ``come and go``;
    the keys of the context given later are known then. ``types`` are the item definitions that
    ``instance of`` may name. Raise FeelSyntaxError or FeelLimitError.
    """
    if not isinstance(text, str):
        raise FeelError(messages.NOT_TEXT)
    source = Source(text, known, types, parse) if types else _source(text, frozenset(known))
    if isinstance(source.plain, FeelError):
        raise source.plain.fresh()
    return Compiled(source)


def compile_unary_tests(text: str, known: Iterable[str] = (), types: Mapping[str, Type] | None = None) -> CompiledTests:
    """Compile the unary tests of a decision table's cell; ``known`` and ``types`` as in ``compile``."""
    if not isinstance(text, str):
        raise FeelError(messages.NOT_TEXT)
    source = Source(text, known, types, parse_unary_tests) if types else _tests_source(text, frozenset(known))
    if isinstance(source.plain, FeelError):
        raise source.plain.fresh()
    return CompiledTests(source)


def lazily_tests(text: str) -> CompiledTests:
    """Give compiled unary tests without demanding that they can be read without their context."""
    if not isinstance(text, str):
        raise FeelError(messages.NOT_TEXT)
    return CompiledTests(_tests_source(text, frozenset()))


__all__ = ["Compiled", "CompiledTests", "FeelSyntaxError", "compile_expression", "compile_unary_tests", "strip_equals"]
