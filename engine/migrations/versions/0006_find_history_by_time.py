"""Find history events by time."""

from alembic import op


revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("ix_history_events_at", "history_events", ["at"])


def downgrade() -> None:
    op.drop_index("ix_history_events_at", "history_events")
