"""Ways of tokens through elements, and what tables decided: history in a form that can be searched.

Written in the transaction of the history event that has the same facts; the event is the evidence.
"""

import datetime as dt

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Key, Name


class ElementInstance(Base):
    """One passage through one element; token 0 is the case itself."""

    __tablename__ = "element_instances"
    __table_args__ = (
        CheckConstraint("state IN ('ACTIVE', 'COMPLETED', 'TERMINATED')", name="state"),
        # Small rows that are always found by their key: to number them besides would be another page to write.
        {"sqlite_with_rowid": False},
    )
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"), primary_key=True)
    token: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    element_id: Mapped[str] = mapped_column(Name)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(Name)
    """The local name of the element's tag; ``process``, ``multiInstanceBody`` and ``eventSubProcess`` besides."""
    state: Mapped[str] = mapped_column(Name)
    started_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    causes: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """The tokens of the passages just before; empty for passages of before this was written down."""
    scope: Mapped[int] = mapped_column(default=0, server_default="0")
    """The token of the sub-process or the body of the repeated activity around it; 0 for the case itself."""
    undone: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether somebody has gone back to before it: what follows now does not come from it."""


class MessageCorrelation(Base):
    """That a message has reached an event of a case, or started the case."""

    __tablename__ = "message_correlations"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger)
    """The message itself is removed when its time is over."""
    name: Mapped[str] = mapped_column(Name)
    correlation_key: Mapped[str] = mapped_column(Name)
    subscription_id: Mapped[int | None] = mapped_column(BigInteger)
    """What waited for it, which is forgotten since; empty where that was not kept."""
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"), index=True)
    token: Mapped[int | None]
    """Empty for the start of a case."""
    element_id: Mapped[str] = mapped_column(Name)
    correlated_at: Mapped[dt.datetime]


class DecisionInstance(Base):
    """One decision that was evaluated: for a business rule task, or asked by somebody without a case."""

    __tablename__ = "decision_instances"
    __table_args__ = (
        UniqueConstraint("evaluation", "number"),
        Index("ix_decision_instances_instance", "instance_id", "id"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    evaluation: Mapped[int | None] = mapped_column(BigInteger)
    """The id of the decision that was asked for; empty for that one itself."""
    number: Mapped[int]
    """1, 2, … in the order in which one evaluation came to its decisions."""
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    """Empty where nobody's case asked."""
    token: Mapped[int | None]
    definition_id: Mapped[int] = mapped_column(ForeignKey("decision_definitions.id"))
    """The version that was asked for; a required decision stands in the same file."""
    decision_id: Mapped[str] = mapped_column(Name)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(Name)
    """The published interface's name: DECISION_TABLE or LITERAL_EXPRESSION."""
    evaluated_at: Mapped[dt.datetime]
    evaluated_by: Mapped[str] = mapped_column(Name)
    body: Mapped[str]
    """The decision's value, inputs and matched rules, as JSON."""
    failure: Mapped[str | None]
    """Why there is no value, in words."""
