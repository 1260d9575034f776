"""Making versions: of forms, of decisions, of processes with the forms they are bound to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine.execution.content import sha256
from engine.interpreter import Process
from engine.model import DecisionDefinition, DefinitionElement, FormDefinition, ProcessDefinition


@dataclass(frozen=True, kw_only=True)
class Source:
    """A stored file and what it declares."""

    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version that was made, or found unchanged."""

    id: int
    key: str
    """The process, form or decision id."""
    version: int
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The exact forms and decisions of a version: id → id of the row."""

    forms: Mapping[str, int]
    decisions: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Published:
    """All versions of one deployment."""

    processes: tuple[Version, ...] = ()
    forms: tuple[Version, ...] = ()
    decisions: tuple[Version, ...] = ()
    registers: tuple[str, ...] = field(default=())


def publish_forms(session: Session, deployment_id: int, forms: Mapping[str, Source]) -> tuple[Version, ...]:
    """Make a version of each form whose bytes are new; ``forms`` maps form ids to files."""
    return tuple(
        _publish(session, FormDefinition, ("form_id", "sha256"), {"form_id": key, **_file_row(deployment_id, source)})
        for key, source in forms.items()
    )


def publish_decisions(
    session: Session, deployment_id: int, decisions: Mapping[str, tuple[str, Source]]
) -> tuple[Version, ...]:
    """Make a version of each decision whose file is new; ``decisions`` maps ids to name and file."""
    rows = [
        {"decision_id": key, "name": name, **_file_row(deployment_id, source)}
        for key, (name, source) in decisions.items()
    ]
    return tuple(_publish(session, DecisionDefinition, ("decision_id", "sha256"), row) for row in rows)


def publish_processes(
    session: Session,
    deployment_id: int,
    processes: Sequence[tuple[Process, Source]],
    forms: Sequence[Version],
    decisions: Sequence[Version],
) -> tuple[Version, ...]:
    """Make a version of each process of which the diagram, a form or a table changed.

    A form or decision it refers to is the one handed in with it, or else the newest that was published; it stays
    bound to that one for ever. Where an expression says which decision is taken, all that are handed in are bound.
    """
    versions = []
    for process, source in processes:
        if process.executable:
            together = frozenset(one.key for one in decisions) if process.computes_decisions else frozenset[str]()
            wanted = process.decision_ids | together
            bound = Bound(
                forms=_bound(process.form_ids, forms, lambda ids: newest_forms(session, ids)),
                decisions=_bound(wanted, decisions, lambda ids: newest_decisions(session, ids)),
            )
            versions.append(_publish_process(session, deployment_id, process, source, bound))
    return tuple(versions)


def newest_forms(session: Session, form_ids: frozenset[str]) -> dict[str, int]:
    """Give the id of the newest version of each form that was published."""
    rows = session.execute(
        select(FormDefinition.form_id, func.max(FormDefinition.id))
        .where(FormDefinition.form_id.in_(form_ids))
        .group_by(FormDefinition.form_id)
    )
    return dict(rows.all())


def newest_decisions(session: Session, decision_ids: frozenset[str]) -> dict[str, int]:
    """Give the id of the newest version of each decision that was published."""
    rows = session.execute(
        select(DecisionDefinition.decision_id, func.max(DecisionDefinition.id))
        .where(DecisionDefinition.decision_id.in_(decision_ids))
        .group_by(DecisionDefinition.decision_id)
    )
    return dict(rows.all())


def _bound(
    wanted: frozenset[str], handed_in: Sequence[Version], newest: Callable[[frozenset[str]], dict[str, int]]
) -> dict[str, int]:
    given = {version.key: version.id for version in handed_in if version.key in wanted}
    elsewhere = wanted - given.keys()
    return {**given, **(newest(elsewhere) if elsewhere else {})}


def _publish_process(session: Session, deployment_id: int, process: Process, source: Source, bound: Bound) -> Version:
    row = {
        "process_id": process.id,
        "name": process.name,
        "version_tag": process.version_tag,
        **_file_row(deployment_id, source),
        "definition_hash": _definition_hash(session, source, bound),
        "forms": dict(bound.forms),
        "decisions": dict(bound.decisions),
        "properties": dict(process.properties),
        "start_form_id": process.start_form_id,
    }
    version = _publish(session, ProcessDefinition, ("process_id", "definition_hash"), row)
    if version.is_new:
        elements = [process.id, *process.elements]
        session.execute(
            insert(DefinitionElement), [{"definition_id": version.id, "element_id": element} for element in elements]
        )
    return version


def _definition_hash(session: Session, source: Source, bound: Bound) -> str:
    """Give the hash of all that a version of a process consists of: its diagram, its forms and its tables."""
    forms = select(FormDefinition.form_id, FormDefinition.sha256).where(FormDefinition.id.in_(bound.forms.values()))
    decisions = select(DecisionDefinition.decision_id, DecisionDefinition.sha256).where(
        DecisionDefinition.id.in_(bound.decisions.values())
    )
    covered: dict[str, Any] = {
        "diagram": source.sha256,
        "forms": dict(session.execute(forms).all()),
        "decisions": dict(session.execute(decisions).all()),
    }
    return sha256(rfc8785.dumps(covered))


def _publish(
    session: Session,
    model: type[ProcessDefinition] | type[FormDefinition] | type[DecisionDefinition],
    columns: tuple[str, str],
    row: dict[str, Any],
) -> Version:
    """Make the next version of what a row names, unless the newest has the same content.

    ``columns`` are the one that names it and the one that holds the hash of its content.
    """
    named, content = columns
    newest = session.execute(
        select(model.id, model.version, getattr(model, content).label("content"))
        .where(getattr(model, named) == row[named])
        .order_by(model.version.desc())
        .limit(1)
    ).one_or_none()
    if newest is not None and newest.content == row[content]:
        return Version(id=newest.id, key=row[named], version=newest.version, is_new=False)
    version = newest.version + 1 if newest is not None else 1
    made = session.scalars(insert(model).returning(model.id), [{**row, "version": version}]).one()
    return Version(id=made, key=row[named], version=version, is_new=True)


def _file_row(deployment_id: int, source: Source) -> dict[str, Any]:
    return {"deployment_id": deployment_id, "resource_name": source.name, "sha256": source.sha256}
