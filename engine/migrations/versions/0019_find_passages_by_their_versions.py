"""Find passages through an element by the versions that have it: no index of all passages has to be kept."""

from contextlib import suppress

import sqlalchemy as sa
from alembic import op

from engine import xml_text
from engine.errors import UnpublishableError

revision = "0019"
down_revision = "0018"

NAME = sa.String(length=255)
TABLE = sa.table("definition_elements", sa.column("element_id", NAME), sa.column("definition_id", sa.BigInteger()))
VERSIONS = sa.text("SELECT d.id, c.body FROM process_definitions d JOIN contents c ON c.sha256 = d.sha256")
PASSED = sa.text(
    "SELECT DISTINCT i.definition_id, e.element_id FROM element_instances e"
    " JOIN process_instances i ON i.id = e.instance_id"
)


def upgrade() -> None:
    op.create_table(
        "definition_elements",
        sa.Column("element_id", NAME, nullable=False),
        sa.Column("definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definitions.id"], name=op.f("fk_definition_elements_definition_id")
        ),
        sa.PrimaryKeyConstraint("element_id", "definition_id", name=op.f("pk_definition_elements")),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    # Those of the diagrams, and what cases have passed before they were migrated to another version.
    found = {(row.definition_id, row.element_id) for row in connection.execute(PASSED)}
    for number, body in connection.execute(VERSIONS):
        # What can't be read can't go on either: of its cases what they have passed is known.
        with suppress(UnpublishableError):
            elements = (element.get("id") for element in xml_text.parse(bytes(body)).iter())
            found |= {(number, element) for element in elements if element}
    if found:
        op.bulk_insert(TABLE, [{"definition_id": number, "element_id": element} for number, element in sorted(found)])
    op.drop_index("ix_element_instances_element", table_name="element_instances")


def downgrade() -> None:
    op.create_index("ix_element_instances_element", "element_instances", ["element_id", "state"])
    op.drop_table("definition_elements")
