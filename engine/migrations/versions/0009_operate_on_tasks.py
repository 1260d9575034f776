"""Let tasks be delegated and signed by more people, cases be read by more, and people be stood in for."""

import sqlalchemy as sa
from alembic import op


revision = "0009"
down_revision = "0008"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
NAME = sa.String(length=255)


def upgrade() -> None:
    _widen_tasks()
    op.create_table(
        "case_readers",
        sa.Column("instance_id", KEY, nullable=False),
        sa.Column("username", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", NAME, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('copy', 'mention', 'took_part')", name=op.f("ck_case_readers_kind")),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instances.id"], name=op.f("fk_case_readers_instance_id")),
        sa.PrimaryKeyConstraint("instance_id", "username", "kind", name=op.f("pk_case_readers")),
    )
    op.create_index("ix_case_readers_inbox", "case_readers", ["username", "kind", "at"])
    op.create_table(
        "substitutions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("principal", NAME, nullable=False),
        sa.Column("substitute", NAME, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("process_ids", sa.JSON(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", NAME, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_by", NAME, nullable=True),
        sa.CheckConstraint("principal <> substitute", name=op.f("ck_substitutions_two_people")),
        sa.CheckConstraint("starts_at <= ends_at", name=op.f("ck_substitutions_period")),
        sa.ForeignKeyConstraint(["principal"], ["users.username"], name=op.f("fk_substitutions_principal")),
        sa.ForeignKeyConstraint(["substitute"], ["users.username"], name=op.f("fk_substitutions_substitute")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitutions")),
    )
    op.create_index("ix_substitutions_substitute", "substitutions", ["substitute", "ends_at"])
    op.create_index("ix_substitutions_principal", "substitutions", ["principal", "ends_at"])
    op.create_table(
        "handovers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("leaver", NAME, nullable=False),
        sa.Column("successor", NAME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", NAME, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["leaver"], ["users.username"], name=op.f("fk_handovers_leaver")),
        sa.ForeignKeyConstraint(["successor"], ["users.username"], name=op.f("fk_handovers_successor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index("ix_handovers_open", "handovers", ["finished_at", "id"])


def _widen_tasks() -> None:
    with op.batch_alter_table("user_tasks") as tasks:
        tasks.add_column(sa.Column("owner", NAME, nullable=True))
        tasks.add_column(sa.Column("delegation", sa.JSON(), nullable=True))
        tasks.add_column(sa.Column("parent_task_id", KEY, nullable=True))
        tasks.add_column(sa.Column("position", NAME, nullable=True))
        tasks.add_column(sa.Column("open_signs", sa.Integer(), server_default="0", nullable=False))
        tasks.add_column(sa.Column("signatures", sa.JSON(), nullable=True))
        tasks.add_column(sa.Column("urged_at", MOMENT, nullable=True))
        tasks.drop_constraint(op.f("ck_user_tasks_state"), type_="check")
        tasks.drop_constraint(op.f("uq_user_tasks_instance_id_token"), type_="unique")
        tasks.create_check_constraint(
            op.f("ck_user_tasks_state"), "state IN ('CREATING', 'CREATED', 'COMPLETED', 'CANCELED')"
        )
        tasks.create_check_constraint(op.f("ck_user_tasks_position"), "position IN ('before', 'after', 'parallel')")
        tasks.create_check_constraint(op.f("ck_user_tasks_sign"), "(parent_task_id IS NULL) = (position IS NULL)")
        tasks.create_foreign_key(op.f("fk_user_tasks_parent_task_id"), "user_tasks", ["parent_task_id"], ["id"])
    of_tokens = sa.text("parent_task_id IS NULL")
    op.create_index(
        "uq_user_tasks_token",
        "user_tasks",
        ["instance_id", "token"],
        unique=True,
        sqlite_where=of_tokens,
        postgresql_where=of_tokens,
    )
    op.create_index("ix_user_tasks_case", "user_tasks", ["instance_id", "token"])
    op.create_index("ix_user_tasks_owner", "user_tasks", ["owner", "state", "id"])
    op.create_index("ix_user_tasks_signs", "user_tasks", ["parent_task_id", "id"])


def downgrade() -> None:
    op.drop_table("handovers")
    op.drop_table("substitutions")
    op.drop_table("case_readers")
    for index in ("uq_user_tasks_token", "ix_user_tasks_case", "ix_user_tasks_owner", "ix_user_tasks_signs"):
        op.drop_index(index, table_name="user_tasks")
    op.execute(
        "DELETE FROM user_task_candidates WHERE task_id IN (SELECT id FROM user_tasks WHERE position IS NOT NULL)"
    )
    op.execute("DELETE FROM user_tasks WHERE position IS NOT NULL")
    with op.batch_alter_table("user_tasks") as tasks:
        tasks.drop_constraint(op.f("ck_user_tasks_sign"), type_="check")
        tasks.drop_constraint(op.f("ck_user_tasks_position"), type_="check")
        tasks.drop_constraint(op.f("fk_user_tasks_parent_task_id"), type_="foreignkey")
        tasks.drop_constraint(op.f("ck_user_tasks_state"), type_="check")
        tasks.create_check_constraint(op.f("ck_user_tasks_state"), "state IN ('CREATED', 'COMPLETED', 'CANCELED')")
        tasks.create_unique_constraint(op.f("uq_user_tasks_instance_id_token"), ["instance_id", "token"])
        for column in (
            "urged_at", "signatures", "open_signs", "position", "parent_task_id", "delegation", "owner",
        ):  # fmt: skip
            tasks.drop_column(column)
