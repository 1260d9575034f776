"""Run by Alembic with the connection that ``engine.migrations`` hands over."""

from typing import Literal

from alembic import context
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext

from engine.migrations.job_queue import is_ours
from engine.model import Base
from engine.model.base import UtcDateTime


def _number(_context: MigrationContext, _revision: object, directives: list[MigrationScript]) -> None:
    """Give the files the numbers 0001, 0002, …: their order is then visible in a folder."""
    script = context.script
    head = script.get_current_head()
    directives[0].rev_id = f"{int(head or 0) + 1:04d}"


def _render(kind: str, item: object, _autogen: object) -> str | Literal[False]:
    # A migration must not change when a class of the model does.
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    process_revision_directives=_number,
    render_item=_render,
    include_name=is_ours,
)
context.run_migrations()
