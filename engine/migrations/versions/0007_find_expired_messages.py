"""Let messages whose time is over be found."""

from alembic import op


revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("ix_messages_expires_at", "messages", ["expires_at"])


def downgrade() -> None:
    op.drop_index("ix_messages_expires_at", table_name="messages")
