"""What was published. Rows are written once and never changed; drafts are the exception and say so."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Hash, Key, Name
from engine.model.packing import HashBytes


class Content(Base):
    """The bytes of a file, stored once however often they are handed in."""

    __tablename__ = "contents"
    sha256: Mapped[str] = mapped_column(Hash, primary_key=True)
    body: Mapped[bytes]


class Deployment(Base):
    """Files handed in together; ``content_hash`` covers all names and bytes."""

    __tablename__ = "deployments"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    content_hash: Mapped[str] = mapped_column(Hash, unique=True)
    deployed_at: Mapped[dt.datetime]
    deployed_by: Mapped[str] = mapped_column(Name)
    note: Mapped[str] = mapped_column(default="")


class DeployedResource(Base):
    """One file of a deployment."""

    __tablename__ = "deployed_resources"
    __table_args__ = (UniqueConstraint("deployment_id", "name"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    name: Mapped[str] = mapped_column(Name)
    sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"))


class ProcessDefinition(Base):
    """One version of one process, with the exact forms and tables it was published with."""

    __tablename__ = "process_definitions"
    __table_args__ = (UniqueConstraint("process_id", "version"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    process_id: Mapped[str] = mapped_column(Name)
    """The id of the ``bpmn:process`` element."""
    name: Mapped[str] = mapped_column(Name)
    version: Mapped[int]
    version_tag: Mapped[str | None] = mapped_column(Name)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"), index=True)
    resource_name: Mapped[str] = mapped_column(Name)
    sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"))
    definition_hash: Mapped[str] = mapped_column(HashBytes)
    """Covers the diagram and every form and table bound to it: what a history event points to."""
    forms: Mapped[dict[str, Any]]
    """Form id → id of the FormDefinition this version is bound to for ever."""
    decisions: Mapped[dict[str, Any]]
    """Decision id → id of the DecisionDefinition this version is bound to for ever."""
    properties: Mapped[dict[str, Any]]
    """The process's ``zeebe:properties``: candidateStarterGroups, caseTitle, …"""
    start_form_id: Mapped[str | None] = mapped_column(Name)


class DefinitionElement(Base):
    """An element that cases of a version have passed or may pass, those of the versions they were migrated from too.

    Whoever looks for passages through an element finds by it which cases to look at: an index of all passages would
    cost every step as much as three of its rows.
    """

    __tablename__ = "definition_elements"
    __table_args__ = ({"sqlite_with_rowid": False},)
    element_id: Mapped[str] = mapped_column(Name, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definitions.id"), primary_key=True)


class FormDefinition(Base):
    """One version of one form."""

    __tablename__ = "form_definitions"
    __table_args__ = (UniqueConstraint("form_id", "version"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    form_id: Mapped[str] = mapped_column(Name)
    version: Mapped[int]
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"), index=True)
    resource_name: Mapped[str] = mapped_column(Name)
    sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"))


class DecisionDefinition(Base):
    """One version of one decision."""

    __tablename__ = "decision_definitions"
    __table_args__ = (UniqueConstraint("decision_id", "version"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    decision_id: Mapped[str] = mapped_column(Name)
    name: Mapped[str] = mapped_column(Name)
    version: Mapped[int]
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"), index=True)
    resource_name: Mapped[str] = mapped_column(Name)
    sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"))


class Draft(Base):
    """A file that a process owner is changing. Mutable; ``revision`` refuses a save over a newer one."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("process_id", "name"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    process_id: Mapped[str] = mapped_column(Name)
    name: Mapped[str] = mapped_column(Name)
    """The name of the file, such as ``new_channel_filing.bpmn``."""
    body: Mapped[bytes]
    revision: Mapped[int]
    saved_at: Mapped[dt.datetime]
    saved_by: Mapped[str] = mapped_column(Name)
