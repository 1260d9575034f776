"""Remember whose turn it was in a rotation."""

import sqlalchemy as sa
from alembic import op


revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "rotations",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("last", sa.String(length=255), nullable=True),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rotations")),
    )


def downgrade() -> None:
    op.drop_table("rotations")
