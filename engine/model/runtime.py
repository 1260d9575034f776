"""Running and ended cases, their tasks and jobs. Changed only under the lock of their case."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine import clock
from engine.model.base import Base, Hash, Key, Name, partial_index
from engine.model.packing import HashBytes


class ProcessInstance(Base):
    """A case. Its id is the number people see."""

    __tablename__ = "process_instances"
    __table_args__ = (
        CheckConstraint("state IN ('ACTIVE', 'COMPLETED', 'WITHDRAWN', 'TERMINATED', 'REJECTED')", name="state"),
        Index("ix_process_instances_started_by", "started_by", "id"),
        Index("ix_process_instances_definition", "definition_id", "state", "id"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definitions.id"))
    title: Mapped[str]
    state: Mapped[str] = mapped_column(Name)
    outcome: Mapped[str | None]
    """The name of the end event that was reached, or the reason of a withdrawal."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"), index=True)
    """The case whose call activity started this one."""
    parent_token: Mapped[int | None]
    root_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    """The case at the beginning of the calls that led here; empty for one that nobody called."""
    started_by: Mapped[str] = mapped_column(Name)
    started_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    revision: Mapped[int]
    body: Mapped[bytes]
    """The interpreter's state: tokens and variables, never the diagram."""
    event_count: Mapped[int]
    chain_head: Mapped[str] = mapped_column(HashBytes)
    """The hash of the newest history event."""
    incident_count: Mapped[int] = mapped_column(default=0)
    suspended_at: Mapped[dt.datetime | None]
    """Since when an administrator lets it rest: it is ACTIVE, and nothing of it goes on."""


class UserTask(Base):
    """Work for a person."""

    __tablename__ = "user_tasks"
    __table_args__ = (
        CheckConstraint("state IN ('CREATING', 'CREATED', 'COMPLETED', 'CANCELED')", name="state"),
        CheckConstraint("position IN ('before', 'after', 'parallel')", name="position"),
        CheckConstraint("(parent_task_id IS NULL) = (position IS NULL)", name="sign"),
        partial_index("uq_user_tasks_token", "instance_id", "token", unique=True, where="parent_task_id IS NULL"),
        Index("ix_user_tasks_case", "instance_id", "token"),
        Index("ix_user_tasks_inbox", "assignee", "state", "id"),
        partial_index("ix_user_tasks_done", "completed_by", "completed_at", where="completed_by IS NOT NULL"),
        # Few tasks are delegated or signed by more people: the others cost these indexes nothing.
        partial_index("ix_user_tasks_owner", "owner", "state", "id", where="owner IS NOT NULL"),
        partial_index("ix_user_tasks_signs", "parent_task_id", "id", where="parent_task_id IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"))
    token: Mapped[int]
    """The interpreter's number of this passage through the element, unique within the case."""
    element_id: Mapped[str] = mapped_column(Name)
    name: Mapped[str] = mapped_column(Name)
    state: Mapped[str] = mapped_column(Name)
    assignee: Mapped[str | None] = mapped_column(Name)
    created_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    follow_up_at: Mapped[dt.datetime | None]
    priority: Mapped[int] = mapped_column(default=50)
    form_definition_id: Mapped[int | None] = mapped_column(ForeignKey("form_definitions.id"))
    form_id: Mapped[str | None] = mapped_column(Name)
    facts: Mapped[dict[str, Any]]
    """Which rule found the people, and what it read of the organisation: the answer to 为什么是我?"""
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the assignee has typed and not yet handed in."""
    pending: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What its listeners are deciding on: the ``state`` meanwhile (``COMPLETING``), who asked, and for what."""
    denied: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What a listener refused last, and why; forgotten when something else is asked."""
    owner: Mapped[str | None] = mapped_column(Name)
    """Who has delegated it and gets it back; empty while it is not delegated."""
    delegation: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """While it is delegated: the ``reason``, and the ``draft`` that its owner gets back with it."""
    parent_task_id: Mapped[int | None] = mapped_column(ForeignKey("user_tasks.id"))
    """The task that this one was added to for a further signature; both have the same token."""
    position: Mapped[str | None] = mapped_column(Name)
    """Of such a task: whether it is signed ``before``, ``after`` or in ``parallel`` to its parent."""
    open_signs: Mapped[int] = mapped_column(default=0, server_default="0")
    """Signatures that were asked for and are missing; who completes the task must have seen this number."""
    signatures: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """What signers and delegates have said: ``person``, ``agreed``, ``opinion``, ``at`` and ``way`` of each."""
    urged_at: Mapped[dt.datetime | None]
    returned: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Why it is there again: which ``act`` brought it back, by whom, from which task and for what reason."""
    completed_at: Mapped[dt.datetime | None]
    completed_by: Mapped[str | None] = mapped_column(Name)


class UserTaskCandidate(Base):
    """A person or group that may claim a task."""

    __tablename__ = "user_task_candidates"
    __table_args__ = (
        CheckConstraint("kind IN ('user', 'group')", name="kind"),
        Index("ix_user_task_candidates_principal", "kind", "principal", "task_id"),
    )
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Name, primary_key=True)
    principal: Mapped[str] = mapped_column(Name, primary_key=True)


JOB_KINDS = ("timer", "service", "event", "call", "return", "cancel", "start")


class Job(Base):
    """Work for a machine. Leased by one worker at a time; a lost worker's lease runs out.

    ``timer`` and ``event`` let a waiting event happen, ``service`` calls a connector or waits for an external
    worker, ``call`` starts the case of a call activity and ``return`` brings its result back, ``cancel`` ends
    a called case with its caller, ``start`` starts a case by timer, message or signal.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(map(repr, JOB_KINDS))})", name="kind"),
        CheckConstraint("state IN ('CREATED', 'COMPLETED', 'CANCELED', 'FAILED')", name="state"),
        Index("ix_jobs_look_at", "state", "kind", "look_at"),
        Index("ix_jobs_type_look_at", "state", "type", "look_at"),
        Index("ix_jobs_instance", "instance_id", "token"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    """Empty for ``start``: there is no case yet."""
    token: Mapped[int]
    element_id: Mapped[str] = mapped_column(Name)
    name: Mapped[str] = mapped_column(Name)
    kind: Mapped[str] = mapped_column(Name)
    type: Mapped[str] = mapped_column(Name)
    """The ``zeebe:taskDefinition`` type, the id of the process to call or start, or else the kind."""
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What an event, return or start brings: its variables; of a service job what its errands outside have brought."""
    listener: Mapped[str | None] = mapped_column(Name)
    """For ``service``: the moment of its element that a listener is asked at, such as ``start`` or ``completing``.

    ``overdue`` for the ``timer`` of a user task's next step after its time is over.
    """
    state: Mapped[str] = mapped_column(Name)
    due_at: Mapped[dt.datetime]
    retries: Mapped[int]
    leased_by: Mapped[str | None] = mapped_column(Name)
    leased_until: Mapped[dt.datetime | None]
    look_at: Mapped[dt.datetime] = mapped_column(
        Computed("CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END", persisted=True)
    )
    """When a worker should look at it while it is CREATED: at its time, or when a lost worker's lease has run out.

    The database computes it, so that one index answers "what is next" however many jobs wait.
    """
    error: Mapped[str | None]
    created_at: Mapped[dt.datetime | None] = mapped_column(default=clock.now)
    """Empty where it came before this was kept; so is the next."""
    changed_at: Mapped[dt.datetime | None] = mapped_column(default=clock.now, onupdate=clock.now)
    """When anything of it changed last: of one that is over, when it ended."""


class EventSubscription(Base):
    """A token that waits for a message or signal, or a process that one starts."""

    __tablename__ = "event_subscriptions"
    __table_args__ = (
        CheckConstraint("kind IN ('message', 'signal')", name="kind"),
        CheckConstraint("(instance_id IS NULL) = (definition_id IS NOT NULL)", name="owner"),
        UniqueConstraint("instance_id", "token"),
        Index("ix_event_subscriptions_name", "kind", "name", "correlation_key"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(Name)
    name: Mapped[str] = mapped_column(Name)
    correlation_key: Mapped[str | None] = mapped_column(Name)
    process_id: Mapped[str] = mapped_column(Name)
    """A message is delivered to each process at most once."""
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    token: Mapped[int | None]
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definitions.id"))
    """For a start event: the version that is started."""
    element_id: Mapped[str] = mapped_column(Name)
    pending: Mapped[bool] = mapped_column(default=False)
    """A message is on its way; the next one waits until it has arrived."""


class Message(Base):
    """A published message, kept until its time is over; which case it reached stays in history."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("name", "correlation_key", "message_id"),
        Index("ix_messages_key", "name", "correlation_key", "id"),
        Index("ix_messages_expires_at", "expires_at"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Name)
    correlation_key: Mapped[str] = mapped_column(Name)
    message_id: Mapped[str | None] = mapped_column(Name)
    """The publisher's own id: the same one again is the same message."""
    variables: Mapped[dict[str, Any]]
    published_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    published_by: Mapped[str] = mapped_column(Name)


class MessageDelivery(Base):
    """That a message was delivered to a process: at most once, the database keeps it."""

    __tablename__ = "message_deliveries"
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    process_id: Mapped[str] = mapped_column(Name, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))


class Incident(Base):
    """A case that can't go on by itself, with the cause in words."""

    __tablename__ = "incidents"
    __table_args__ = (Index("ix_incidents_open", "resolved_at", "id"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"), index=True)
    token: Mapped[int]
    element_id: Mapped[str] = mapped_column(Name)
    name: Mapped[str] = mapped_column(Name)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    code: Mapped[str] = mapped_column(Name)
    message: Mapped[str]
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    resolved_at: Mapped[dt.datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(Name)


class Attachment(Base):
    """A file somebody uploaded. Its content is kept once, by its hash."""

    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_instance", "instance_id"),)
    id: Mapped[str] = mapped_column(Name, primary_key=True)
    """Random, since it stands in addresses; people see the file's name."""
    sha256: Mapped[str] = mapped_column(Hash, index=True)
    file_name: Mapped[str] = mapped_column(Name)
    content_type: Mapped[str] = mapped_column(Name)
    size: Mapped[int]
    """Bytes."""
    uploaded_by: Mapped[str] = mapped_column(Name)
    uploaded_at: Mapped[dt.datetime]
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    """The case it belongs to; empty while the form is not handed in."""
