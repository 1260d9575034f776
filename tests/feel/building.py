"""Random syntax trees that the parser could have made, for property tests."""

from decimal import Decimal

from hypothesis import strategies as st

from engine.feel.syntax import (
    Arithmetic,
    AtLiteral,
    Between,
    Call,
    Comparison,
    ContextLiteral,
    Definition,
    Filter,
    For,
    If,
    In,
    InstanceOf,
    Interval,
    Iteration,
    ListLiteral,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    Test,
    TypeName,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = st.sampled_from(["a", "b", "金额", "due date", "net-amount", "come and go", "x'", "if", "_1", "item"])
NUMBERS = st.decimals(min_value=0, max_value=10**20, allow_nan=False, places=4).map(lambda n: Decimal(format(n, "f")))
TYPES = st.recursive(
    st.sampled_from(["number", "string", "Any", "date and time", "years and months duration"]).map(TypeName),
    lambda inner: st.one_of(
        inner.map(lambda part: TypeName("list", (part,))),
        st.tuples(NAMES, inner).map(lambda pair: TypeName("context", (pair[1],), (pair[0],))),
        st.tuples(inner, inner).map(lambda pair: TypeName("function", (pair[0],), (), pair[1])),
    ),
    max_leaves=4,
)
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Literal, st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)),
    st.sampled_from(["2026-11-24", "P1D", "10:00:00@Asia/Shanghai", "nonsense"]).map(AtLiteral),
    NAMES.map(Name),
    st.just(Name("?")),
)
COMPARISONS = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])


def several(inner: st.SearchStrategy[Node], least: int = 1) -> st.SearchStrategy[tuple[Node, ...]]:
    return st.lists(inner, min_size=least, max_size=3).map(tuple)


def chains(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def of(operators: list[str]) -> st.SearchStrategy[Node]:
        step = st.tuples(st.sampled_from(operators), inner)
        return st.builds(Arithmetic, inner, st.lists(step, min_size=1, max_size=3).map(tuple))

    return st.one_of(of(["+", "-"]), of(["*", "/"]), of(["**"]))


def iterations(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[tuple[Iteration, ...]]:
    return st.lists(st.builds(Iteration, NAMES, inner, st.none() | inner), min_size=1, max_size=2).map(tuple)


def definitions(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def make(parameters: list[tuple[str, TypeName | None]], body: Node) -> Node:
        return Definition(tuple(name for name, _ in parameters), tuple(type_ for _, type_ in parameters), body)

    return st.builds(make, st.lists(st.tuples(NAMES, st.none() | TYPES), max_size=2), inner)


def calls(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    named = st.lists(st.tuples(NAMES, inner), min_size=1, max_size=2).flatmap(
        lambda pairs: inner.map(lambda f: Call(f, tuple(p[1] for p in pairs), tuple(p[0] for p in pairs)))
    )
    return st.one_of(st.builds(Call, inner, several(inner, 0)), named)


def larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    test = st.one_of(inner, st.builds(Test, COMPARISONS, inner))
    entries = st.lists(st.tuples(st.one_of(NAMES, TEXTS), inner), max_size=2).map(tuple)
    return st.one_of(
        st.builds(ListLiteral, several(inner, 0)),
        st.builds(ContextLiteral, entries),
        st.builds(Interval, inner, inner, st.booleans(), st.booleans()),
        st.builds(Test, COMPARISONS, inner),
        st.builds(Negation, inner),
        chains(inner),
        st.builds(Logic, st.sampled_from(["and", "or"]), several(inner, 2)),
        st.builds(Comparison, COMPARISONS, inner, inner),
        st.builds(Between, inner, inner, inner),
        st.builds(In, inner, several(test)),
        st.builds(InstanceOf, inner, TYPES),
        st.builds(If, inner, inner, inner),
        st.builds(For, iterations(inner), inner),
        st.builds(Quantified, st.sampled_from(["some", "every"]), iterations(inner), inner),
        definitions(inner),
        calls(inner),
        st.builds(Path, inner, NAMES),
        st.builds(Filter, inner, inner),
    )


TREES = st.recursive(LEAVES, larger, max_leaves=12)
