"""Keep with each called case who called first, and with each job when it came and last changed."""

import sqlalchemy as sa
from alembic import op


revision = "0011"
down_revision = "0010"

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


def downgrade() -> None:
    op.drop_column("jobs", "changed_at")
    op.drop_column("jobs", "created_at")
    op.drop_index("ix_process_instances_root_id", "process_instances")
    op.drop_column("process_instances", "root_id")
