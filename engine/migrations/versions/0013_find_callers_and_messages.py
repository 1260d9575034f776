"""Keep who called a case first, when a job came and changed, and which message reached which event."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine import json_text


revision = "0013"
down_revision = "0012"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FIRST_CALLERS = """
    WITH RECURSIVE called(id, root_id) AS (
        SELECT id, parent_id FROM process_instances
        WHERE parent_id IN (SELECT id FROM process_instances WHERE parent_id IS NULL)
        UNION ALL
        SELECT process_instances.id, called.root_id FROM process_instances
        JOIN called ON called.id = process_instances.parent_id
    )
    UPDATE process_instances SET root_id = (SELECT root_id FROM called WHERE called.id = process_instances.id)
    WHERE parent_id IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("process_instances", sa.Column("root_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_process_instances_root_id", "process_instances", ["root_id"])
    op.execute(FIRST_CALLERS)
    # When the jobs of before came is not known.
    op.add_column("jobs", sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("jobs", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))

    correlations = op.create_table(
        "message_correlations",
        sa.Column("id", KEY, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("correlation_key", sa.String(length=255), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=True),
        sa.Column("instance_id", KEY, nullable=False),
        sa.Column("token", sa.Integer(), nullable=True),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("correlated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_message_correlations_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_correlations")),
    )
    op.create_index("ix_message_correlations_instance_id", "message_correlations", ["instance_id"])
    _fill(op.get_bind(), correlations)


def downgrade() -> None:
    op.drop_table("message_correlations")
    op.drop_column("jobs", "changed_at")
    op.drop_column("jobs", "created_at")
    op.drop_index("ix_process_instances_root_id", "process_instances")
    op.drop_column("process_instances", "root_id")


def _fill(connection: sa.Connection, correlations: sa.Table) -> None:
    """Read from history which messages have arrived."""
    names = ("instance_id", "sequence", "kind", "element_id", "token", "body")
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in names]
    events = sa.table("history_events", *columns, sa.column("at", sa.DateTime(timezone=True)))
    wanted = (
        sa.select(events)
        .where(events.c.kind.in_(("event.received", "case.started")), events.c.body.like('%"told_by"%'))
        .order_by(events.c.instance_id, events.c.sequence)
    )
    rows = [row for event in connection.execute(wanted) if (row := _correlation(event)) is not None]
    if rows:
        connection.execute(correlations.insert(), rows)


def _correlation(event: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a row
    try:
        body = json_text.loads(event.body)
    except ValueError:
        # One that somebody made unreadable tells nothing.
        return None
    told_by = body.get("told_by") or {}
    if "message" not in told_by:
        return None
    at: dt.datetime = event.at
    return {
        "message_id": int(told_by["message"]),
        "name": told_by["name"],
        "correlation_key": told_by["key"],
        "instance_id": event.instance_id,
        "token": event.token,
        "element_id": event.element_id or body["start"],
        "correlated_at": at,
    }
