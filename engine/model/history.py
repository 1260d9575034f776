"""What happened. Append-only: the program has no statement that updates or deletes these rows."""

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy import false as sa_false
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Hash, Key, Name
from engine.model.packing import Body, HashBytes


class HistoryEvent(Base):
    """One change of one case, chained to the event before it."""

    __tablename__ = "history_events"
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    """1, 2, 3, … within the case, without a gap."""
    at: Mapped[dt.datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(Name, index=True)
    """A username, or ``system``."""
    on_behalf_of: Mapped[str | None] = mapped_column(Name)
    kind: Mapped[str] = mapped_column(Name)
    element_id: Mapped[str | None] = mapped_column(Name)
    token: Mapped[int | None]
    body: Mapped[str] = mapped_column(Body)
    """The full input and everything it caused, as canonical JSON; the hash covers this very text."""
    definition_hash: Mapped[str] = mapped_column(HashBytes)
    previous_hash: Mapped[str] = mapped_column(HashBytes)
    hash: Mapped[str] = mapped_column(HashBytes)


class Checkpoint(Base):
    """A seal over the newest event of every case: a Merkle root with a signature."""

    __tablename__ = "checkpoints"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sealed_at: Mapped[dt.datetime]
    merkle_root: Mapped[str] = mapped_column(Hash)
    heads: Mapped[bytes]
    """zstd-compressed lines ``instance sequence hash`` in the order of the tree's leaves."""
    previous_root: Mapped[str] = mapped_column(Hash)
    public_key: Mapped[str]
    signature: Mapped[str]


class AccessEvent(Base):
    """A look at a case or an entry of a register: who opened or downloaded what, or was refused."""

    __tablename__ = "access_events"
    __table_args__ = (Index("ix_access_events_entry_id", "entry_id"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[dt.datetime]
    username: Mapped[str] = mapped_column(Name, index=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"), index=True)
    """The case that was looked at, or that wrote the entry; empty for an entry that no case wrote."""
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entries.id"))
    kind: Mapped[str] = mapped_column(Name)
    """What was looked at: see ``commands/record_access.py``."""
    subject: Mapped[str] = mapped_column(Name)
    personal: Mapped[bool] = mapped_column(default=False, server_default=sa_false())
    """Personal data were shown as they are."""
