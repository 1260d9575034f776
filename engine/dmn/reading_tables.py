"""Read decision tables from XML (DMN 1.5 section 8.3)."""

from engine.dmn.syntax import Input, Output, Rule, Table
from engine.dmn.xml_parts import children, common, first, inner_text, name_of, optional_text, text_of, type_ref
from engine.xml_text import Element

UNIQUE = "UNIQUE"
HIT_POLICIES = (UNIQUE, "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")


def read_table(element: Element) -> Table:
    """Read a table; cells that are missing are empty."""
    inputs = tuple(_input(column) for column in children(element, "input"))
    outputs = tuple(_output(column) for column in children(element, "output"))
    return Table(
        hit_policy=element.get("hitPolicy", UNIQUE).replace("_", " "),
        aggregation=element.get("aggregation"),
        inputs=inputs,
        outputs=outputs,
        rules=tuple(
            _rule(rule, number, len(inputs), len(outputs))
            for number, rule in enumerate(children(element, "rule"), start=1)
        ),
        annotations=tuple(column.get("name", "") for column in children(element, "annotation")),
        type_ref=type_ref(element),
        **common(element),
    )


def _input(element: Element) -> Input:
    expression = first(element, "inputExpression")
    text = text_of(expression)
    return Input(
        label=element.get("label") or text,
        text=text,
        type_ref=None if expression is None else type_ref(expression),
        values=optional_text(first(element, "inputValues")),
        **common(element),
    )


def _output(element: Element) -> Output:
    name = name_of(element) or None
    return Output(
        name=name,
        label=element.get("label") or name or "",
        type_ref=type_ref(element),
        values=optional_text(first(element, "outputValues")),
        default=optional_text(first(element, "defaultOutputEntry")),
        **common(element),
    )


def _rule(element: Element, number: int, inputs: int, outputs: int) -> Rule:
    description = first(element, "description")
    return Rule(
        number=number,
        inputs=_cells(element, "inputEntry", inputs),
        outputs=_cells(element, "outputEntry", outputs),
        annotations=tuple(text_of(entry) for entry in children(element, "annotationEntry")),
        description=None if description is None else inner_text(description),
        **common(element),
    )


def _cells(element: Element, kind: str, count: int) -> tuple[str, ...]:
    texts = [text_of(entry) for entry in children(element, kind)]
    return (*texts[:count], *[""] * (count - len(texts)))
