"""Compile ``in`` and the unary tests of decision tables (DMN 1.5 sections 7.3.3 and 10.3.2.10)."""

from engine.feel import messages
from engine.feel.calls import name_of
from engine.feel.compile_operators import ORDERS, equality, ordered
from engine.feel.compiler import Compiler, compiles
from engine.feel.equality import within
from engine.feel.state import Evaluator, Frame
from engine.feel.syntax import In, Name, Node, Test, Tests, walk
from engine.feel.values import Range

INPUT = "?"


@compiles(In)
def in_(node: In, compiler: Compiler) -> Evaluator:
    """Tell whether a value passes one of several tests."""
    value = compiler.compile(node.value)
    with compiler.inside((INPUT,)):
        tests = [compile_test(test, compiler) for test in node.tests]

    def check(frame: Frame) -> bool | None:
        return any_passes(tests, Frame({INPUT: value(frame)}, frame.state, frame))

    return check


@compiles(Tests)
def unary_tests(node: Tests, compiler: Compiler) -> Evaluator:
    """Tell whether the value under test passes; no test at all is always passed."""
    with compiler.inside((INPUT,)):
        tests = [compile_test(test, compiler) for test in node.tests]
    negated = node.negated

    def check(frame: Frame) -> bool | None:
        if not tests:
            return True
        found = any_passes(tests, frame)
        return found if found is None or not negated else not found

    return check


def any_passes(tests: list[Evaluator], frame: Frame) -> bool | None:
    """Tell whether one of the tests is passed; null when none is and one is uncertain."""
    unknown = False
    for test in tests:
        found = test(frame)
        if found is True:
            return True
        unknown = unknown or found is None
    return None if unknown else False


def compile_test(node: Node, compiler: Compiler) -> Evaluator:
    """Compile one test; the frame it gets holds the value under test."""
    if isinstance(node, Test):
        return comparison_test(node, compiler)
    value = compiler.compile(node)
    asks = mentions_input(node)
    place = node.place

    def check(frame: Frame) -> bool | None:
        tested, found = frame.values[INPUT], value(frame)
        if isinstance(found, bool) and (asks or not isinstance(tested, bool)):
            return found
        if asks and found is None:
            return None
        passed = within(tested, found, frame.state)
        if passed is None:
            frame.state.warn(messages.BAD_OPERANDS, place, operator="in", left=name_of(tested), right=name_of(found))
        return passed

    return check


def comparison_test(node: Test, compiler: Compiler) -> Evaluator:
    """Compare the value under test with an endpoint."""
    endpoint, operator, place = compiler.compile(node.endpoint), node.operator, node.place
    if operator in ORDERS:
        holds = ORDERS[operator]
        return lambda frame: ordered(frame, operator, holds, (frame.values[INPUT], endpoint(frame)), place)
    wanted = operator == "="
    return lambda frame: equality(frame, frame.values[INPUT], endpoint(frame), wanted=wanted, place=place)


@compiles(Test)
def test_value(node: Test, compiler: Compiler) -> Evaluator:
    """Make a range of a test that stands where a value belongs: ``(>= 10)``."""
    endpoint, operator = compiler.compile(node.endpoint), node.operator

    def make(frame: Frame) -> Range:
        value = endpoint(frame)
        if operator in {"<", "<="}:
            return Range(None, value, start_included=False, end_included=operator == "<=", test=operator)
        if operator in {">", ">="}:
            return Range(value, None, start_included=operator == ">=", end_included=False, test=operator)
        return Range(value, value, test=operator)

    return make


def mentions_input(node: Node) -> bool:
    """Tell whether an expression asks for the value under test by ``?``."""
    return any(isinstance(part, Name) and part.name == INPUT for part in walk(node))
