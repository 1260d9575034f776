"""Who reads a case beside those who work on it, who stands in for whom, and who takes over from a leaver."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Key, Name


class CaseReader(Base):
    """That a person may read a case, and why: a copy was sent, a comment names them, or they had a task of it."""

    __tablename__ = "case_readers"
    __table_args__ = (
        CheckConstraint("kind IN ('copy', 'mention', 'took_part')", name="kind"),
        Index("ix_case_readers_inbox", "username", "kind", "at"),
    )
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"), primary_key=True)
    username: Mapped[str] = mapped_column(Name, primary_key=True)
    kind: Mapped[str] = mapped_column(Name, primary_key=True)
    at: Mapped[dt.datetime]
    by: Mapped[str] = mapped_column(Name)
    """Who made them a reader; ``system`` where the diagram did."""
    note: Mapped[str]
    read_at: Mapped[dt.datetime | None]
    """When a copy was read; a copy that is sent again is unread again."""


class Substitution(Base):
    """That somebody stands in for another for a time. Never changed but for its end."""

    __tablename__ = "substitutions"
    __table_args__ = (
        CheckConstraint("principal <> substitute", name="two_people"),
        CheckConstraint("starts_at <= ends_at", name="period"),
        Index("ix_substitutions_substitute", "substitute", "ends_at"),
        Index("ix_substitutions_principal", "principal", "ends_at"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    principal: Mapped[str] = mapped_column(ForeignKey("users.username"))
    substitute: Mapped[str] = mapped_column(ForeignKey("users.username"))
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    """The first moment at which it no longer holds; ended early, that moment or its start."""
    process_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """The processes it covers; empty for all."""
    reason: Mapped[str]
    made_by: Mapped[str] = mapped_column(Name)
    made_at: Mapped[dt.datetime]
    ended_by: Mapped[str | None] = mapped_column(Name)
    """Who ended it before its time."""


class Handover(Base):
    """That all open tasks of somebody who leaves go to another person, case by case."""

    __tablename__ = "handovers"
    __table_args__ = (Index("ix_handovers_open", "finished_at", "id"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    leaver: Mapped[str] = mapped_column(ForeignKey("users.username"))
    successor: Mapped[str] = mapped_column(ForeignKey("users.username"))
    reason: Mapped[str]
    made_by: Mapped[str] = mapped_column(Name)
    made_at: Mapped[dt.datetime]
    total: Mapped[int]
    """Open tasks there were when it began."""
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[list[Any]]
    """Tasks that could not be handed over: number, name and why."""
    finished_at: Mapped[dt.datetime | None]
