"""Registers (台账) and their entries, each version with the case that wrote it."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
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
    written_at: Mapped[dt.datetime]
    written_by: Mapped[str] = mapped_column(Name)
