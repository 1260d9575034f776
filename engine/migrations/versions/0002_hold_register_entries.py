"""Let running cases hold register entries."""

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("register_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_index("ix_register_entries_held_by", ["held_by"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_register_entries_held_by"), "process_instances", ["held_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("register_entries", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_register_entries_held_by"), type_="foreignkey")
        batch_op.drop_index("ix_register_entries_held_by")
        batch_op.drop_column("held_by")
