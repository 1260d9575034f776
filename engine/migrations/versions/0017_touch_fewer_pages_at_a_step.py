"""Let a step write fewer pages: no index of tasks that are not done, no numbers of rows beside the keys of passages."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

KEY = ["completed_by", "completed_at"]
DONE = sa.text("completed_by IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_user_tasks_done", table_name="user_tasks")
    op.create_index("ix_user_tasks_done", "user_tasks", KEY, sqlite_where=DONE, postgresql_where=DONE)
    _number_rows(numbered=False)


def downgrade() -> None:
    _number_rows(numbered=True)
    op.drop_index("ix_user_tasks_done", table_name="user_tasks")
    op.create_index("ix_user_tasks_done", "user_tasks", KEY)


def _number_rows(*, numbered: bool) -> None:
    """Keep the passages in the order of their key alone in SQLite, or number their rows besides."""
    if op.get_bind().dialect.name == "sqlite":
        kind = {"sqlite_with_rowid": numbered}
        with op.batch_alter_table("element_instances", recreate="always", table_kwargs=kind):
            pass
