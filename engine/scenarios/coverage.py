"""What scenarios have passed: the flows of the diagram and the rules of its tables."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engine.database import Database
from engine.execution.immutable import decision_model
from engine.execution.starting import newest_definition
from engine.interpreter import Process
from engine.model import HistoryEvent, ProcessDefinition, ProcessInstance


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Ids of sequence flows and of rules (``table / number``): those there are, and those that were passed."""

    flows: frozenset[str] = frozenset()
    passed_flows: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    passed_rules: frozenset[str] = frozenset()

    @classmethod
    def of(cls, database: Database, process_id: str) -> "Coverage":
        """Read from history what the cases of a process have passed."""
        with database.reading() as session:
            found = newest_definition(session, process_id, None)
            models = {key: decision_model(session, key) for key in set(found.decisions.values())}
            bodies = session.scalars(
                select(HistoryEvent.body)
                .join(ProcessInstance, ProcessInstance.id == HistoryEvent.instance_id)
                .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
                .where(ProcessDefinition.process_id == process_id)
            )
            told = [json.loads(body) for body in bodies]
        passages = [passage for body in told for passage in body.get("passages", ())]
        return cls(
            flows=frozenset(found.process.flows),
            passed_flows=_flows_of(passages) | _into_repeated(found.process, passages),
            rules=frozenset(f"{rule.table} / {rule.number}" for model in models.values() for rule in model.rules),
            passed_rules=frozenset(
                f"{table['id']} / {match['number']}"
                for body in told
                for decided in body.get("decisions", ())
                for decision in decided["decisions"]
                for table in decision["tables"]
                for match in table["matched"]
            ),
        )

    @classmethod
    def union(cls, several: Iterable["Coverage"]) -> "Coverage":
        """Put together what several scenarios have passed."""
        all_of_them = list(several)
        return cls(
            flows=frozenset[str]().union(*(one.flows for one in all_of_them)),
            passed_flows=frozenset[str]().union(*(one.passed_flows for one in all_of_them)),
            rules=frozenset[str]().union(*(one.rules for one in all_of_them)),
            passed_rules=frozenset[str]().union(*(one.passed_rules for one in all_of_them)),
        )

    @property
    def missing_flows(self) -> frozenset[str]:
        """Give the flows that nothing has passed."""
        return self.flows - self.passed_flows

    @property
    def missing_rules(self) -> frozenset[str]:
        """Give the rules that never matched."""
        return self.rules - self.passed_rules


def _flows_of(passages: Iterable[Sequence[str]]) -> frozenset[str]:
    return frozenset(flow for _what, _element, _token, flow in passages if flow)


def _into_repeated(process: Process, passages: Iterable[Sequence[str]]) -> frozenset[str]:
    """Give the only flows into repeated activities that were passed: their instances come by no flow of their own."""
    passed = {element for _what, element, _token, _flow in passages}
    leading = Counter(flow.target for flow in process.flows.values())
    repeated = {one.id for one in process.elements.values() if one.loop or one.standard_loop}
    return frozenset(
        flow.id for flow in process.flows.values() if flow.target in passed & repeated and leading[flow.target] == 1
    )
