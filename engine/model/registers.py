"""Registers (台账) and their entries, each version with the case that wrote it."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Hash, Key, Name


class Register(Base):
    """A declared register: ``forms/registers/<name>.form`` as it was last published."""

    __tablename__ = "registers"
    name: Mapped[str] = mapped_column(Name, primary_key=True)
    title: Mapped[str] = mapped_column(Name)
    number_pattern: Mapped[str] = mapped_column(Name)
    """Such as ``QD-{year}-{sequence:04d}``."""
    statuses: Mapped[list[Any]]
    columns: Mapped[list[Any]]
    """Fields in order: key, label, type, column, search, filter."""
    title_field: Mapped[str] = mapped_column(Name)
    personal: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Where its entries hold personal data: paths, each a list of names."""
    readers: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Groups whose members may read it, ``*`` for all staff; auditors and administrators may always."""
    importers: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Groups whose members may import into it; nobody unless said."""
    sha256: Mapped[str] = mapped_column(Hash)


class RegisterCounter(Base):
    """The last number given in a year. One row is locked while a number is drawn, so none is given twice."""

    __tablename__ = "register_counters"
    register: Mapped[str] = mapped_column(ForeignKey("registers.name"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class RegisterEntry(Base):
    """One row of a register as it stands now."""

    __tablename__ = "register_entries"
    __table_args__ = (
        UniqueConstraint("register", "number"),
        Index("ix_register_entries_status", "register", "status", "id"),
        Index("ix_register_entries_updated", "register", "updated_at", "id"),
        Index("ix_register_entries_held_by", "held_by"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    register: Mapped[str] = mapped_column(ForeignKey("registers.name"))
    number: Mapped[str] = mapped_column(Name)
    status: Mapped[str] = mapped_column(Name)
    title: Mapped[str]
    fields: Mapped[dict[str, Any]]
    search_text: Mapped[str]
    """Number, title and searchable fields in lower case, for one ``LIKE``."""
    version: Mapped[int]
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    """The case that wrote this version."""
    held_by: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    """The running case that has the entry at work: no other can take it for the same."""
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    updated_by: Mapped[str] = mapped_column(Name)


class RegisterEntryVersion(Base):
    """One version of an entry, kept for ever."""

    __tablename__ = "register_entry_versions"
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(Name)
    fields: Mapped[dict[str, Any]]
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("register_imports.id"))
    """The import that wrote it, where no case did."""
    written_at: Mapped[dt.datetime]
    written_by: Mapped[str] = mapped_column(Name)


class RegisterImport(Base):
    """A sheet that somebody handed in for a register, and what became of it."""

    __tablename__ = "register_imports"
    __table_args__ = (
        CheckConstraint("state IN ('CHECKING', 'CHECKED', 'CONFIRMED', 'CANCELED')", name="state"),
        Index("ix_register_imports_register", "register", "id"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    register: Mapped[str] = mapped_column(ForeignKey("registers.name"))
    file_name: Mapped[str] = mapped_column(Name)
    sha256: Mapped[str] = mapped_column(Hash)
    """Of the file, which is kept as attachments are."""
    state: Mapped[str] = mapped_column(Name)
    uploaded_by: Mapped[str] = mapped_column(Name)
    uploaded_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    """When it was confirmed or given up."""
    checked_count: Mapped[int] = mapped_column(default=0)
    """Rows that were read and checked so far."""
    new_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    problem_count: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    """The first of them: cell, label, message, facts."""


class RegisterImportRow(Base):
    """A row that was found right and waits for the confirmation: a new entry, or a new version of one."""

    __tablename__ = "register_import_rows"
    import_id: Mapped[int] = mapped_column(ForeignKey("register_imports.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Its number in the sheet."""
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entries.id"))
    version: Mapped[int | None]
    """The version it changes: another one meanwhile is a refusal."""
    status: Mapped[str] = mapped_column(Name)
    fields: Mapped[dict[str, Any]]
