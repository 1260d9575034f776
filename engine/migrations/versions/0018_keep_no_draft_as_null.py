"""Keep a draft that is gone as NULL: as the JSON of nothing it looked like one."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    # PostgreSQL has no comparison of this type of JSON.
    op.execute(sa.text("UPDATE user_tasks SET draft = NULL WHERE CAST(draft AS TEXT) = 'null'"))


def downgrade() -> None:
    """Do nothing: both were read alike."""
