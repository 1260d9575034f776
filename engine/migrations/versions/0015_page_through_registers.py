"""Let the list of a register be read by an index, newest first, however many entries there are."""

from alembic import op


revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_index("ix_register_entries_updated", "register_entries", ["register", "updated_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_register_entries_updated", table_name="register_entries")
