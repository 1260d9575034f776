"""Keep what a job carries as NULL where it carries nothing: as the JSON of nothing it looked like something."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    # PostgreSQL has no comparison of this type of JSON.
    op.execute(sa.text("UPDATE jobs SET payload = NULL WHERE CAST(payload AS TEXT) = 'null'"))


def downgrade() -> None:
    """Do nothing: both were read alike."""
