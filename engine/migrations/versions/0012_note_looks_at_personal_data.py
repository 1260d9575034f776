"""Mark which looks showed personal data, note looks at entries, and say where entries hold personal data."""

import sqlalchemy as sa
from alembic import op


revision = "0012"
down_revision = "0011"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("access_events") as batch:
        batch.alter_column("instance_id", existing_type=KEY, nullable=True)
        batch.add_column(sa.Column("entry_id", KEY, nullable=True))
        batch.add_column(sa.Column("personal", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.create_foreign_key(batch.f("fk_access_events_entry_id"), "register_entries", ["entry_id"], ["id"])
        batch.create_index("ix_access_events_entry_id", ["entry_id"])
    op.add_column("registers", sa.Column("personal", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("registers", "personal")
    op.execute("DELETE FROM access_events WHERE instance_id IS NULL")
    with op.batch_alter_table("access_events") as batch:
        batch.drop_index("ix_access_events_entry_id")
        batch.drop_constraint(batch.f("fk_access_events_entry_id"), type_="foreignkey")
        batch.drop_column("personal")
        batch.drop_column("entry_id")
        batch.alter_column("instance_id", existing_type=KEY, nullable=False)
