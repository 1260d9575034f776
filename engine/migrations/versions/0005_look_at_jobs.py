"""Let one index say which job is next."""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # SQLite adds such a column to a table that has rows only where it is computed at each look; the index keeps it.
    persisted = op.get_bind().dialect.name != "sqlite"
    look_at = sa.Computed("CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END", persisted=persisted)
    op.add_column("jobs", sa.Column("look_at", sa.DateTime(timezone=True), look_at, nullable=False))
    op.drop_index("ix_jobs_due", table_name="jobs")
    op.create_index("ix_jobs_look_at", "jobs", ["state", "kind", "look_at"])
    op.create_index("ix_jobs_type_look_at", "jobs", ["state", "type", "look_at"])


def downgrade() -> None:
    op.drop_index("ix_jobs_type_look_at", table_name="jobs")
    op.drop_index("ix_jobs_look_at", table_name="jobs")
    op.drop_column("jobs", "look_at")
    op.create_index("ix_jobs_due", "jobs", ["state", "due_at"])
