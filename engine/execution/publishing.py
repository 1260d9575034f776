"""Making versions: of forms, of decisions, of processes with the forms they are bound to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine.execution.content import sha256
from engine.interpreter import Process
from engine.model import DecisionDefinition, FormDefinition, ProcessDefinition


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
class Published:
    """All versions of one deployment."""

    processes: tuple[Version, ...] = ()
    forms: tuple[Version, ...] = ()
    decisions: tuple[Version, ...] = ()
    registers: tuple[str, ...] = field(default=())


def publish_forms(session: Session, deployment_id: int, forms: Mapping[str, Source]) -> tuple[Version, ...]:
    """Make a version of each form whose bytes are new; ``forms`` maps form ids to files."""
    return tuple(
        _publish_file(session, FormDefinition, "form_id", {"form_id": key, **_file_row(deployment_id, source)})
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
    return tuple(_publish_file(session, DecisionDefinition, "decision_id", row) for row in rows)


def publish_processes(
    session: Session,
    deployment_id: int,
    processes: Sequence[tuple[Process, Source]],
    forms: Sequence[Version],
    decisions: Mapping[str, str],
) -> tuple[Version, ...]:
    """Make a version of each process of which the diagram, a form or a table changed.

    ``decisions`` maps the ids of tables handed in with it to their hashes.
    """
    handed_in = {form.key: form.id for form in forms}
    return tuple(
        _publish_process(session, deployment_id, process, source, _bound_forms(session, process, handed_in), decisions)
        for process, source in processes
        if process.executable
    )


def newest_forms(session: Session, form_ids: frozenset[str]) -> dict[str, int]:
    """Give the id of the newest version of each form that was published."""
    rows = session.execute(
        select(FormDefinition.form_id, func.max(FormDefinition.id))
        .where(FormDefinition.form_id.in_(form_ids))
        .group_by(FormDefinition.form_id)
    )
    return dict(rows.all())


def _bound_forms(session: Session, process: Process, handed_in: Mapping[str, int]) -> dict[str, int]:
    elsewhere = process.form_ids - handed_in.keys()
    return {
        **{form_id: key for form_id, key in handed_in.items() if form_id in process.form_ids},
        **(newest_forms(session, elsewhere) if elsewhere else {}),
    }


def _publish_process(
    session: Session,
    deployment_id: int,
    process: Process,
    source: Source,
    forms: Mapping[str, int],
    decisions: Mapping[str, str],
) -> Version:
    rows = session.execute(
        select(FormDefinition.form_id, FormDefinition.sha256).where(FormDefinition.id.in_(forms.values()))
    )
    covered: dict[str, Any] = {
        "diagram": source.sha256,
        "forms": dict(rows.all()),
        "decisions": dict(decisions),
    }
    definition_hash = sha256(rfc8785.dumps(covered))
    newest = session.execute(
        select(ProcessDefinition.id, ProcessDefinition.version, ProcessDefinition.definition_hash)
        .where(ProcessDefinition.process_id == process.id)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    ).one_or_none()
    if newest is not None and newest.definition_hash == definition_hash:
        return Version(id=newest.id, key=process.id, version=newest.version, is_new=False)
    version = newest.version + 1 if newest is not None else 1
    made = session.scalars(
        insert(ProcessDefinition).returning(ProcessDefinition.id),
        [
            {
                "process_id": process.id,
                "name": process.name,
                "version": version,
                "version_tag": process.version_tag,
                "deployment_id": deployment_id,
                "resource_name": source.name,
                "sha256": source.sha256,
                "definition_hash": definition_hash,
                "forms": dict(forms),
                "properties": dict(process.properties),
                "start_form_id": process.start_form_id,
            }
        ],
    ).one()
    return Version(id=made, key=process.id, version=version, is_new=True)


def _publish_file(
    session: Session, model: type[FormDefinition] | type[DecisionDefinition], key_column: str, row: dict[str, Any]
) -> Version:
    key = row[key_column]
    newest = session.execute(
        select(model.id, model.version, model.sha256)
        .where(getattr(model, key_column) == key)
        .order_by(model.version.desc())
        .limit(1)
    ).one_or_none()
    if newest is not None and newest.sha256 == row["sha256"]:
        return Version(id=newest.id, key=key, version=newest.version, is_new=False)
    version = newest.version + 1 if newest is not None else 1
    made = session.scalars(insert(model).returning(model.id), [{**row, "version": version}]).one()
    return Version(id=made, key=key, version=version, is_new=True)


def _file_row(deployment_id: int, source: Source) -> dict[str, Any]:
    return {"deployment_id": deployment_id, "resource_name": source.name, "sha256": source.sha256}
