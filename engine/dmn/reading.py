"""Read a DMN file: XML of a stranger -> what it holds."""

from collections.abc import Callable

from engine.dmn.reading_boxed import expression_in, read_function, read_variable
from engine.dmn.syntax import (
    Decision,
    Definitions,
    Import,
    InputData,
    ItemDefinition,
    Knowledge,
    Node,
    Ref,
    Service,
    Variable,
)
from engine.dmn.xml_parts import children, common, first, is_dmn, name_of, optional_text, type_ref
from engine.errors import Finding, UnpublishableError, mark
from engine.xml_text import Element, line_of, local_name, parse


def read(content: bytes, resource: str | None = None) -> Definitions:
    """Read a file. Raises UnpublishableError, with the line, for anything that isn't DMN."""
    root = parse(content, resource)
    if local_name(root) != "definitions" or not is_dmn(root):
        message = mark("这不是 DMN 决策表文件：最外层应为 DMN 的 definitions。请用建模器另存为 .dmn。")
        raise UnpublishableError(
            [Finding(severity="error", code="not_dmn", message=message, resource=resource, line=line_of(root))]
        )
    namespace = root.get("namespace", "")
    nodes = [NODES[local_name(child)](child, namespace) for child in children(root, *NODES)]
    return Definitions(
        name=name_of(root),
        namespace=namespace,
        imports=tuple(_import(child) for child in children(root, "import")),
        items=tuple(_item(child) for child in children(root, "itemDefinition")),
        nodes={node.id: node for node in nodes},
        **common(root),
    )


def _import(element: Element) -> Import:
    return Import(
        name=name_of(element),
        namespace=element.get("namespace", ""),
        kind=element.get("importType", ""),
        **common(element),
    )


def _item(element: Element) -> ItemDefinition:
    function = first(element, "functionItem")
    return ItemDefinition(
        name=name_of(element),
        type_ref=type_ref(element),
        allowed=optional_text(first(element, "allowedValues")),
        constraint=optional_text(first(element, "typeConstraint")),
        components=tuple(_item(child) for child in children(element, "itemComponent")),
        is_collection=element.get("isCollection") in {"true", "1"},
        parameters=None if function is None else tuple(map(type_ref, children(function, "parameters"))),
        **common(element),
    )


def _node(element: Element) -> dict[str, object]:
    name = name_of(element)
    variable = first(element, "variable")
    found = None if variable is None else read_variable(variable)
    if found is None or not found.name:
        found = Variable(name=name, type_ref=None if found is None else found.type_ref, **common(element))
    # Modelers write ids; a file by hand may lack one, and its name is unique.
    return {"id": element.get("id") or name, "line": line_of(element), "name": name, "variable": found}


def _input_data(element: Element, _: str) -> Node:
    return InputData(**_node(element))  # type: ignore[arg-type]  # the arguments that all nodes have


def _decision(element: Element, namespace: str) -> Node:
    return Decision(
        **_node(element),  # type: ignore[arg-type]  # as above
        expression=expression_in(element),
        required=_inner_refs(element, "informationRequirement", ("requiredInput", "requiredDecision"), namespace),
        knowledge=_inner_refs(element, "knowledgeRequirement", ("requiredKnowledge",), namespace),
    )


def _knowledge(element: Element, namespace: str) -> Node:
    logic = first(element, "encapsulatedLogic")
    return Knowledge(
        **_node(element),  # type: ignore[arg-type]  # as above
        function=None if logic is None else read_function(logic),
        knowledge=_inner_refs(element, "knowledgeRequirement", ("requiredKnowledge",), namespace),
    )


def _service(element: Element, namespace: str) -> Node:
    return Service(
        **_node(element),  # type: ignore[arg-type]  # as above
        outputs=_refs(element, ("outputDecision",), namespace),
        encapsulated=_refs(element, ("encapsulatedDecision",), namespace),
        input_decisions=_refs(element, ("inputDecision",), namespace),
        input_data=_refs(element, ("inputData",), namespace),
    )


def _inner_refs(element: Element, outer: str, names: tuple[str, ...], namespace: str) -> tuple[Ref, ...]:
    return tuple(ref for child in children(element, outer) for ref in _refs(child, names, namespace))


def _refs(element: Element, names: tuple[str, ...], namespace: str) -> tuple[Ref, ...]:
    """Read references ``#id`` and ``namespace#id``; one with the file's own namespace is local."""
    found = []
    for child in children(element, *names):
        space, _, key = child.get("href", "").rpartition("#")
        found.append(Ref(namespace=None if space in {"", namespace} else space, id=key, line=line_of(child)))
    return tuple(found)


NODES: dict[str, Callable[[Element, str], Node]] = {
    "inputData": _input_data,
    "decision": _decision,
    "businessKnowledgeModel": _knowledge,
    "decisionService": _service,
}
