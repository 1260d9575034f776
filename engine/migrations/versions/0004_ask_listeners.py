"""Let jobs be listeners, and let user tasks wait for theirs."""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("listener", sa.String(length=255), nullable=True))
    op.add_column("user_tasks", sa.Column("pending", sa.JSON(), nullable=True))
    op.add_column("user_tasks", sa.Column("denied", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("user_tasks", "denied")
    op.drop_column("user_tasks", "pending")
    op.drop_column("jobs", "listener")
