"""A model that can be evaluated, and what an evaluation gives."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.dmn.documents import Document, open_document
from engine.dmn.graph import Address, Evaluated, Evaluation
from engine.dmn.reading import read
from engine.dmn.running import Match, Notice, Run, TableTrace
from engine.dmn.syntax import Decision, InputData, Node, Service, tables_in
from engine.errors import Finding, NotFoundError, mark
from engine.feel.expression import run as guarded
from engine.feel.naming import normalize
from engine.feel.state import Frame

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an evaluation gave, and why."""

    value: object
    """A FEEL value, see ``engine.feel``."""
    decisions: tuple[Evaluated, ...]
    """All decisions evaluated, in order; the one asked for last."""
    warnings: tuple[Notice, ...]
    """Why parts became null, at most 20."""

    def as_json(self) -> dict[str, object]:
        """Give what is kept as evidence: the decisions in order with what their tables saw, and the warnings.

        Values are as ``feel.to_json`` gives them; a function, which JSON has no form for, is null.
        """
        return {
            "decisions": [decision.as_json() for decision in self.decisions],
            "warnings": [
                {"element": one.element, "rule": one.rule, "message": str(one), "english": one.warning.english}
                for one in self.warnings
            ],
        }

    @property
    def tables(self) -> tuple[TableTrace, ...]:
        """Give what the tables saw of the decision asked for."""
        return self.decisions[-1].tables if self.decisions else ()

    @property
    def matched(self) -> tuple[Match, ...]:
        """Give the rules that matched in the tables of the decision asked for."""
        return tuple(match for table in self.tables for match in table.matched)


@dataclass(frozen=True, kw_only=True)
class RuleText:
    """A rule as traces name it, and what its author wrote beside it."""

    table: str | None
    number: int
    text: str


class Model:
    """A DMN file, ready to be evaluated often and from several threads at once."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def name(self) -> str:
        """Give the name of the file's model."""
        return self._document.definitions.name

    @property
    def namespace(self) -> str:
        """Give the namespace that other files import it by."""
        return self._document.definitions.namespace

    @property
    def decisions(self) -> dict[str, str]:
        """Give id -> name of the decisions, in the order of the file."""
        return self._names(Decision)

    @property
    def services(self) -> dict[str, str]:
        """Give id -> name of the decision services."""
        return self._names(Service)

    @property
    def rules(self) -> list[RuleText]:
        """Give every rule of the file, with what is written beside it."""
        nodes = self._document.definitions.nodes.values()
        return [
            RuleText(
                table=table.id, number=rule.number, text="\n".join(filter(None, (rule.description, *rule.annotations)))
            )
            for node in nodes
            for table in tables_in(node)
            for rule in table.rules
        ]

    @property
    def inputs(self) -> dict[str, str]:
        """Give id -> name of the input data."""
        return self._names(InputData)

    @property
    def findings(self) -> list[Finding]:
        """Give what can't be run: unsupported constructs, syntax errors, broken references, unknown types."""
        return list(self._document.report.findings)

    def evaluate(self, decision: str, inputs: Mapping[str, object], *, clock: Clock | None = None) -> Result:
        """Evaluate a decision or decision service, by its id or its name.

        ``inputs`` has the input data by name, those of an imported file in a context under the import's name;
        what the file doesn't declare is seen by all its expressions. ``clock`` gives an aware moment
        and defaults to the program's. An error while it runs gives null and a warning. Raises NotFoundError, and
        FeelLimitError where the evaluation goes beyond its bounds.
        """
        node = self._find(decision)
        run = Run(clock)
        evaluation = Evaluation(run, self._document, inputs)
        address: Address = ((), node.id)

        def evaluate(_: Frame) -> object:
            if isinstance(node, Service):
                evaluation.take_inputs(address)
                return evaluation.serve(address)
            return evaluation.decide(address)

        value = guarded(evaluate, Frame({}, run))
        return Result(value=value, decisions=tuple(evaluation.evaluated), warnings=tuple(run.notices))

    def _find(self, key: str) -> Node:
        nodes = self._document.definitions.nodes
        found = nodes.get(key)
        if not isinstance(found, Decision | Service):
            wanted = normalize(key)
            callable_nodes = (node for node in nodes.values() if isinstance(node, Decision | Service))
            found = next((node for node in callable_nodes if node.name == wanted), None)
        if found is None:
            message = mark("没有名为 {decision} 的决策。这个文件里有：{known}。")
            known = "、".join({**self.decisions, **self.services}.values())
            raise NotFoundError(message, where=key, decision=key, known=known)
        return found

    def _names(self, kind: type[Node]) -> dict[str, str]:
        nodes = self._document.definitions.nodes.values()
        return {node.id: node.name or node.id for node in nodes if isinstance(node, kind)}


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What a file says of itself, read without compiling anything."""

    namespace: str
    decisions: dict[str, str]
    """By id, in the order of the file."""


def declared(xml: bytes, resource: str | None = None) -> Declared:
    """Read what a file declares. Raises UnpublishableError, with the line, for what is no DMN."""
    found = read(xml, resource)
    nodes = found.nodes.values()
    return Declared(
        namespace=found.namespace,
        decisions={node.id: node.name or node.id for node in nodes if isinstance(node, Decision)},
    )


def load(xml: bytes, imports: Mapping[str, bytes] | None = None, *, resource: str | None = None) -> Model:
    """Read a DMN file, versions 1.2 to 1.5; keep the model, since reading costs far more than evaluating.

    ``imports`` has the files it imports, directly or through others, by namespace. Raises UnpublishableError, with
    the line, for what is no DMN; what can't be run is named in ``findings`` and gives null.
    """
    return Model(open_document(xml, imports or {}, resource))
