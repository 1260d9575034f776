"""Turn boxed expressions into closures: each kind registers how it is compiled."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from engine.dmn import messages
from engine.dmn.defining import Types
from engine.dmn.expressions import Expression, Tests
from engine.dmn.reporting import Report, Spot, at_rule
from engine.dmn.running import Evaluate, Run, Scope
from engine.dmn.seen import Seen, SeenExpression
from engine.dmn.syntax import Boxed, Element, FunctionOf, Variable
from engine.dmn.types import component_names, fit
from engine.errors import mark
from engine.feel.types import ANY, Type

COMPILERS: dict[type[Boxed], Callable[..., Evaluate]] = {}
BLANK = frozenset({"", "-"})
"""Texts of a cell that is always passed."""


def compiles(kind: type[Boxed]) -> Callable[[Callable[..., Evaluate]], Callable[..., Evaluate]]:
    """Register the compiler of one kind of boxed expression."""

    def register(function: Callable[..., Evaluate]) -> Callable[..., Evaluate]:
        COMPILERS[kind] = function
        return function

    return register


@dataclass(frozen=True, kw_only=True)
class Builder:
    """What is known around the expression being compiled."""

    types: Types
    report: Report
    spot: Spot
    names: frozenset[str] = frozenset()
    """The names in scope, and of the components of their types."""
    seen: Seen = field(default_factory=Seen)
    variables: tuple[tuple[str, Type], ...] = ()
    """The variables in scope whose type is known, for checks."""

    def compile(self, node: Boxed | None) -> Evaluate:
        """Compile an expression; nothing at all gives null."""
        if node is None:
            return lambda _run, _scope: None
        inner = replace(self, spot=replace(self.spot, line=node.line or self.spot.line))
        compiled = COMPILERS[type(node)](node, inner)
        # What a function names is the type of its results.
        return compiled if isinstance(node, FunctionOf) else self.fitted(compiled, node.type_ref, node)

    def fitted(self, evaluate: Evaluate, type_ref: str | None, element: Element, name: str = "") -> Evaluate:
        """Make the values of a closure fit the type of that name."""
        type_ = self.type(type_ref, element)
        if type_ is ANY:
            return evaluate
        label = name or self.spot.name or ""
        return lambda run, scope: fit(type_, evaluate(run, scope), run, label, type_ref or "")

    def compile_for(self, node: Boxed | None, variable: Variable) -> Evaluate:
        """Compile the expression that gives a variable its value."""
        if isinstance(node, FunctionOf):
            return self.compile(replace(node, type_ref=node.type_ref or variable.type_ref))
        return self.fitted(self.compile(node), variable.type_ref, variable, variable.name)

    def type(self, name: str | None, element: Element) -> Type:
        """Give the type of that name."""
        return self.types.find(name, replace(self.spot, line=element.line or self.spot.line))

    def inside(self, variables: Iterable[Variable]) -> "Builder":
        """Give a builder for a scope with more variables."""
        typed = [(variable.name, self.type(variable.type_ref, variable)) for variable in variables]
        return self.with_names(typed)

    def with_names(self, typed: Iterable[tuple[str, Type]]) -> "Builder":
        """Give a builder for a scope with more names, each with its type."""
        typed = tuple(typed)
        names = {name for name, _ in typed}
        components = {component for _, type_ in typed for component in component_names(type_)}
        hidden = tuple(pair for pair in self.variables if pair[0] not in names)
        return replace(self, names=self.names | names | components, variables=(*hidden, *typed))

    def expression(self, text: str, element: Element, rule: int | None = None) -> Expression:
        """Compile a FEEL expression; what is wrong with it is reported."""
        return self._checked(Expression(text, self.names, self.types.known), element, rule)

    def tests(self, text: str, element: Element, rule: int | None = None) -> Tests:
        """Compile unary tests; what is wrong with them is reported."""
        found = Tests(text, self.names, self.types.known)
        self._checked(found, element, rule)
        return found

    def _checked(self, expression: Expression, element: Element, rule: int | None) -> Expression:
        spot = at_rule(self.spot, element, rule)
        self.seen.expressions.append(SeenExpression(expression, self, spot))
        if expression.error is not None:
            text = (
                mark("“{name}”的第 {rule} 条规则（第 {line} 行）有语法错误：{detail}")
                if rule
                else mark("“{name}”的表达式（第 {line} 行）有语法错误：{detail}")
            )
            self.report.error("expression_malformed", text, spot, detail=expression.error)
        return expression

    def unsupported(self, what: str) -> Evaluate:
        """Report a construct that can't be run, and give null for it."""
        self.report.error(
            "unsupported_construct",
            mark("“{name}”（编号 {id}，第 {line} 行）用了不能执行的 {what}。请改写成 FEEL 表达式。"),
            self.spot,
            what=what,
        )

        def refuse(run: Run, _: Scope) -> None:
            run.note(messages.UNSUPPORTED, what=what)

        return refuse
