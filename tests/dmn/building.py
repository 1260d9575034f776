"""DMN files as text, made of a few words."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"
VERSIONS = {
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": MODEL,
}


def attributes(**values: str | None) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items() if value is not None)


def definitions(*parts: str, namespace: str = "urn:test", version: str = "1.5") -> bytes:
    head = f'<definitions xmlns="{VERSIONS[version]}" id="definitions" name="test" namespace="{namespace}">'
    return "\n".join([head, *parts, "</definitions>"]).encode()


def ident(name: str) -> str:
    return "_" + "".join(character if character.isalnum() else "_" for character in name)


def variable(name: str, type_ref: str | None = None) -> str:
    return f"<variable{attributes(name=name, typeRef=type_ref)}/>"


def input_data(name: str, type_ref: str | None = None) -> str:
    return f"<inputData{attributes(id=ident(name), name=name)}>{variable(name, type_ref)}</inputData>"


def decision(
    name: str,
    logic: str,
    *,
    inputs: Iterable[str] = (),
    decisions: Iterable[str] = (),
    knowledge: Iterable[str] = (),
    type_ref: str | None = None,
) -> str:
    """Write a decision; a name with ``#`` is a reference as it stands."""
    parts = [variable(name, type_ref)]
    parts += [f"<informationRequirement><requiredInput{href(one)}/></informationRequirement>" for one in inputs]
    parts += [f"<informationRequirement><requiredDecision{href(one)}/></informationRequirement>" for one in decisions]
    parts += [f"<knowledgeRequirement><requiredKnowledge{href(one)}/></knowledgeRequirement>" for one in knowledge]
    return f"<decision{attributes(id=ident(name), name=name)}>{''.join(parts)}{logic}</decision>"


def href(name: str) -> str:
    return attributes(href=name if "#" in name else f"#{ident(name)}")


def knowledge(name: str, parameters: Sequence[str], body: str, *, type_ref: str | None = None, needs: str = "") -> str:
    """Write a business knowledge model; a parameter may be ``name:type``."""
    logic = f"<encapsulatedLogic{attributes(typeRef=type_ref)}>{formal(parameters)}{body}</encapsulatedLogic>"
    required = f"<knowledgeRequirement><requiredKnowledge{href(needs)}/></knowledgeRequirement>" if needs else ""
    head = f"<businessKnowledgeModel{attributes(id=ident(name), name=name)}>"
    return f"{head}{variable(name)}{logic}{required}</businessKnowledgeModel>"


def formal(parameters: Sequence[str]) -> str:
    pairs = [parameter.partition(":") for parameter in parameters]
    return "".join(f"<formalParameter{attributes(name=name, typeRef=type_ or None)}/>" for name, _, type_ in pairs)


def text(expression: str, type_ref: str | None = None) -> str:
    return f"<literalExpression{attributes(typeRef=type_ref)}><text>{escape(expression)}</text></literalExpression>"


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    aggregation: str | None = None,
) -> str:
    """Write a table.

    An input is ``expression|type|allowed values``, an output ``name|type|allowed values|default``; all but the
    first may be left out. A rule has its cells in order; one more than the columns is an annotation.
    """
    rows = [rule(number, cells, len(inputs), len(outputs)) for number, cells in enumerate(rules, start=1)]
    head = f"<decisionTable{attributes(id='table', hitPolicy=policy, aggregation=aggregation)}>"
    columns = [column(one) for one in inputs] + [output(one) for one in outputs]
    return "\n".join([head, *columns, '<annotation name="依据"/>', *rows, "</decisionTable>"])


def column(declaration: str) -> str:
    expression, type_ref, allowed, *_ = [*declaration.split("|"), "", "", ""]
    values = f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else ""
    head = f"<inputExpression{attributes(typeRef=type_ref or None)}><text>{escape(expression)}</text></inputExpression>"
    return f"<input>{head}{values}</input>"


def output(declaration: str) -> str:
    name, type_ref, allowed, default, *_ = [*declaration.split("|"), "", "", "", ""]
    values = f"<outputValues><text>{escape(allowed)}</text></outputValues>" if allowed else ""
    entry = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    return f"<output{attributes(name=name or None, typeRef=type_ref or None)}>{values}{entry}</output>"


def rule(number: int, cells: Sequence[str], inputs: int, outputs: int) -> str:
    kinds = ["inputEntry"] * inputs + ["outputEntry"] * outputs + ["annotationEntry"]
    entries = [f"<{kind}><text>{escape(cell)}</text></{kind}>" for kind, cell in zip(kinds, cells, strict=False)]
    return f'<rule id="rule_{number}">{"".join(entries)}</rule>'


def item(name: str, type_ref: str = "", allowed: str = "", *components: str, collection: bool = False) -> str:
    return _item("itemDefinition", name, type_ref, allowed, components, collection=collection)


def component(name: str, type_ref: str = "", allowed: str = "", *components: str, collection: bool = False) -> str:
    return _item("itemComponent", name, type_ref, allowed, components, collection=collection)


def _item(tag: str, name: str, type_ref: str, allowed: str, components: Sequence[str], *, collection: bool) -> str:
    parts = [f"<typeRef>{type_ref}</typeRef>"] if type_ref else []
    parts += [f"<allowedValues><text>{escape(allowed)}</text></allowedValues>"] if allowed else []
    collected = attributes(name=name, isCollection="true" if collection else None)
    return f"<{tag}{collected}>{''.join([*parts, *components])}</{tag}>"
