"""Keep where passages came from, so that people can go back; keep why a task is there again; let cases be rejected."""

import sqlalchemy as sa
from alembic import op


revision = "0011"
down_revision = "0010"
STATES = ("ACTIVE", "COMPLETED", "WITHDRAWN", "TERMINATED")


def upgrade() -> None:
    with op.batch_alter_table("element_instances") as batch:
        batch.add_column(sa.Column("causes", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("scope", sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("undone", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("user_tasks", sa.Column("returned", sa.JSON(), nullable=True))
    _allow((*STATES, "REJECTED"))


def downgrade() -> None:
    op.execute("UPDATE process_instances SET state = 'TERMINATED' WHERE state = 'REJECTED'")
    _allow(STATES)
    op.drop_column("user_tasks", "returned")
    with op.batch_alter_table("element_instances") as batch:
        for name in ("undone", "scope", "causes"):
            batch.drop_column(name)


def _allow(states: tuple[str, ...]) -> None:
    with op.batch_alter_table("process_instances") as batch:
        batch.drop_constraint(op.f("ck_process_instances_state"), type_="check")
        batch.create_check_constraint(op.f("ck_process_instances_state"), f"state IN ({', '.join(map(repr, states))})")
