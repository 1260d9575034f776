"""Say who reads and who imports into a register; keep imports and the rows that wait for a confirmation."""

import sqlalchemy as sa
from alembic import op


revision = "0014"
down_revision = "0013"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("registers", sa.Column("readers", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("registers", sa.Column("importers", sa.JSON(), server_default="[]", nullable=False))
    # Before, all staff read every register; that stays until a register is published that says otherwise.
    op.execute("""UPDATE registers SET readers = '["*"]'""")
    op.create_table(
        "register_imports",
        sa.Column("id", KEY, nullable=False),
        sa.Column("register", sa.String(length=255), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=255), nullable=False),
        sa.Column("uploaded_by", sa.String(length=255), nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        *(
            sa.Column(f"{name}_count", sa.Integer(), nullable=False)
            for name in ("checked", "new", "changed", "unchanged", "problem")
        ),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('CHECKING', 'CHECKED', 'CONFIRMED', 'CANCELED')", name=op.f("ck_register_imports_state")
        ),
        sa.ForeignKeyConstraint(["register"], ["registers.name"], name=op.f("fk_register_imports_register")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_imports")),
    )
    op.create_index("ix_register_imports_register", "register_imports", ["register", "id"])
    op.create_table(
        "register_import_rows",
        sa.Column("import_id", KEY, nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=255), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["register_imports.id"], name=op.f("fk_register_import_rows_import_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entries.id"], name=op.f("fk_register_import_rows_entry_id")),
        sa.PrimaryKeyConstraint("import_id", "row", name=op.f("pk_register_import_rows")),
    )
    with op.batch_alter_table("register_entry_versions") as batch:
        batch.add_column(sa.Column("import_id", KEY, nullable=True))
        batch.create_foreign_key(
            batch.f("fk_register_entry_versions_import_id"), "register_imports", ["import_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("register_entry_versions") as batch:
        batch.drop_constraint(batch.f("fk_register_entry_versions_import_id"), type_="foreignkey")
        batch.drop_column("import_id")
    op.drop_table("register_import_rows")
    op.drop_table("register_imports")
    op.drop_column("registers", "importers")
    op.drop_column("registers", "readers")
