"""One file with those it imports: its types, and the logic of its elements as closures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.dmn import boxed, choosing, tables
from engine.dmn.building import Builder
from engine.dmn.defining import Types
from engine.dmn.reading import read
from engine.dmn.reporting import Report, Spot
from engine.dmn.running import Evaluate
from engine.dmn.seen import Seen
from engine.dmn.syntax import Decision, Definitions, Import, InputData, Knowledge, Node, Ref
from engine.errors import UnpublishableError, mark
from engine.feel.types import ANY, ContextType, Type

LOADED = (boxed, choosing, tables)
"""Importing these registers what they compile."""
MAX_IMPORTS = 20
"""Levels of files that import files."""


@dataclass
class Document:
    """A file that has been read; nothing in it changes afterwards."""

    definitions: Definitions
    report: Report
    types: Types
    imports: dict[str, "Document"] = field(default_factory=dict)
    """By the name it is imported under."""
    logic: dict[str, Evaluate] = field(default_factory=dict)
    """What decisions and business knowledge models compute, by id."""
    seen: Seen = field(default_factory=Seen)
    """Its texts and tables, for checks."""

    def find(self, ref: Ref) -> tuple[str | None, Node] | None:
        """Give the element a reference means and the name of the import it comes from; None for a broken one."""
        if ref.namespace is None and ref.id in self.definitions.nodes:
            return None, self.definitions.nodes[ref.id]
        for name, other in self.imports.items():
            if ref.namespace in {None, other.definitions.namespace} and ref.id in other.definitions.nodes:
                return name, other.definitions.nodes[ref.id]
        return None


def open_document(
    content: bytes, imports: Mapping[str, bytes], resource: str | None = None, opened: tuple[str, ...] = ()
) -> Document:
    """Read a file and those it imports, and compile what they hold."""
    definitions = read(content, resource)
    report = Report(resource=resource)
    document = Document(definitions, report, Types(report))
    for one in definitions.imports:
        other = _imported(one, imports, report, (*opened, definitions.namespace))
        if other is not None:
            document.imports[one.name] = other
            document.types.adopt(one.name, other.types)
    document.types.define(definitions.items)
    for node in definitions.nodes.values():
        _compile(node, document)
    return document


def _imported(one: Import, imports: Mapping[str, bytes], report: Report, opened: tuple[str, ...]) -> Document | None:
    spot = Spot(id=one.id, name=one.name or one.namespace, line=one.line)
    if "/DMN/" not in one.kind:
        message = mark("导入“{name}”（第 {line} 行）的种类 {kind} 不支持。只能导入 DMN 文件，请删除这个导入。")
        report.error("unsupported_import", message, spot, kind=one.kind)
    elif one.namespace not in imports:
        message = mark("导入“{name}”（第 {line} 行）的文件没有一起提交。请同时提交命名空间为 {namespace} 的 DMN 文件。")
        report.error("import_missing", message, spot, namespace=one.namespace)
    elif one.namespace in opened or len(opened) > MAX_IMPORTS:
        message = mark("导入“{name}”（第 {line} 行）形成了循环。请删除其中一个导入。")
        report.error("import_cycle", message, spot)
    else:
        return _open_import(one, imports, report, opened)
    return None


def _open_import(one: Import, imports: Mapping[str, bytes], report: Report, opened: tuple[str, ...]) -> Document | None:
    try:
        other = open_document(imports[one.namespace], imports, one.name or one.namespace, opened)
    except UnpublishableError as error:
        report.findings += error.findings
        return None
    report.findings += other.report.findings
    return other


def _compile(node: Node, document: Document) -> None:
    spot = Spot(id=node.id, name=node.name or node.id, line=node.line)
    plain = Builder(types=document.types, report=document.report, spot=spot, seen=document.seen)
    # A type that nobody knows is reported once, here.
    plain.type(node.variable.type_ref, node.variable)
    if isinstance(node, Decision):
        builder = plain.with_names(_scope_of((*node.required, *node.knowledge), document, spot))
        document.logic[node.id] = builder.compile_for(node.expression, node.variable)
    elif isinstance(node, Knowledge):
        own = [(node.name, ANY), *_scope_of(node.knowledge, document, spot)]
        builder = plain.with_names(own)
        document.logic[node.id] = builder.compile_for(node.function, node.variable)


def _scope_of(refs: tuple[Ref, ...], document: Document, spot: Spot) -> list[tuple[str, Type]]:
    """Give the names that requirements bring into scope; broken ones are reported."""
    names: list[tuple[str, Type]] = []
    imported: dict[str, dict[str, Type]] = {}
    for ref in refs:
        found = document.find(ref)
        if found is None:
            message = mark("“{name}”（第 {line} 行）依赖的元素 {ref} 不存在。请重新连线，或删除这条连线。")
            at = Spot(id=spot.id, name=spot.name, line=ref.line)
            document.report.error("requirement_broken", message, at, ref=ref.id)
            continue
        prefix, node = found
        home = document if prefix is None else document.imports[prefix]
        pair = (node.variable.name, _type_of(node, home))
        if prefix:
            imported.setdefault(prefix, {}).update([pair])
        else:
            names.append(pair)
    return [*names, *((prefix, ContextType(entries)) for prefix, entries in imported.items())]


def _type_of(node: Node, home: Document) -> Type:
    """Give the type of an element's value; of functions no more is said than that they are values."""
    if not isinstance(node, Decision | InputData):
        return ANY
    return home.types.known_as(node.variable.type_ref) or ANY
