"""People, departments and groups: whom approver rules find and who may sign in."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Hash, Key, Name


class Department(Base):
    """A department of the company."""

    __tablename__ = "departments"
    name: Mapped[str] = mapped_column(Name, primary_key=True)
    head: Mapped[str | None] = mapped_column(Name)
    """The username of the person who leads it."""
    parent: Mapped[str | None] = mapped_column(ForeignKey("departments.name"))


class Group(Base):
    """A post, team or role. ``grants`` opens a room of the product to its members."""

    __tablename__ = "groups"
    __table_args__ = (CheckConstraint("grants IN ('owner', 'auditor', 'admin', 'supervisor')", name="grants"),)
    name: Mapped[str] = mapped_column(Name, primary_key=True)
    grants: Mapped[str | None] = mapped_column(Name)


class User(Base):
    """A person who can sign in. Usernames never change: history names people by them."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    username: Mapped[str] = mapped_column(Name, unique=True)
    display_name: Mapped[str] = mapped_column(Name)
    email: Mapped[str | None] = mapped_column(Name)
    password_hash: Mapped[str | None]
    department: Mapped[str | None] = mapped_column(ForeignKey("departments.name"))
    superior: Mapped[str | None] = mapped_column(ForeignKey("users.username"))
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(Name, default="zh_Hans_CN")
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Raised to end every session of this person at once."""


class Membership(Base):
    """A person's place in a group."""

    __tablename__ = "memberships"
    username: Mapped[str] = mapped_column(ForeignKey("users.username"), primary_key=True)
    group: Mapped[str] = mapped_column("group_name", ForeignKey("groups.name"), primary_key=True, index=True)


class OrganisationRevision(Base):
    """One row that counts the changes of the organisation, so that a cached copy knows when it is old."""

    __tablename__ = "organisation_revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]


class Rotation(Base):
    """A fair rotation by its key. The row is locked while a turn is taken, so that none is given twice."""

    __tablename__ = "rotations"
    key: Mapped[str] = mapped_column(Name, primary_key=True)
    last: Mapped[str | None] = mapped_column(Name)
    """The username of the person who had the last turn."""
    turns: Mapped[int]
    """How many were taken so far."""


class ApiToken(Base):
    """A bearer token of the REST interface; only its hash is kept."""

    __tablename__ = "api_tokens"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("users.username"))
    label: Mapped[str] = mapped_column(Name)
    token_hash: Mapped[str] = mapped_column(Hash, unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class Notification(Base):
    """A message to one person inside the product."""

    __tablename__ = "notifications"
    __table_args__ = (Index("ix_notifications_unread", "username", "read_at", "id"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("users.username"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    title: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
