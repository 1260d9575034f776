"""Let a running case go on under another version of its process."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.immutable import definition
from engine.execution.locked import lock_instance
from engine.execution.migrating import rebind
from engine.execution.people import hand_to_administrators
from engine.execution.statements import dialect_of
from engine.execution.words import required_words
from engine.execution.write import write_outcome
from engine.interpreter import Case
from engine.model import DefinitionElement, ProcessInstance


def migrate_instance(
    session: Session, instance_id: int, definition_id: int, mapping: Mapping[str, str], reason: str, actor: str
) -> None:
    """Move a case to another published version, all of it or nothing; tokens keep their numbers, tasks their people.

    ``mapping`` names the elements whose id changes, old to new; all others keep theirs. Raises NotFoundError,
    ForbiddenError for anybody but an administrator, UnmigratableError with a finding for each token that has
    no place in the new version, InvalidError, ConflictError where the case has ended.
    """
    locked = lock_instance(session, instance_id, suspended_too=True)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以迁移事项。"))
    reason = required_words(reason, "reason", mark("请填写迁移的原因。"))
    old, new = locked.definition, definition(session, definition_id)
    if new.id == old.id:
        raise InvalidError(mark("这个事项已经在第 {version} 版上运行。"), where="definition", version=new.version)
    case = Case.migrate(locked.wake(), new.specification, mapping)
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    session.execute(update(ProcessInstance).where(ProcessInstance.id == instance_id).values(definition_id=new.id))
    rebind(session, instance_id, old, new, outcome)
    _remember_elements(session, old.id, new.id)
    body = {
        "reason": reason,
        "from": {"hash": old.hash, "process": old.process_id, "version": old.version},
        "to": {"hash": new.hash, "process": new.process_id, "version": new.version},
        "mapping": dict(mapping),
    }
    event = NewEvent(kind="case.migrated", actor=actor, body=body)
    write_outcome(replace(locked, definition=new), outcome, event)


def _remember_elements(session: Session, old: int, new: int) -> None:
    """Let passages of before be found among the cases of the new version."""
    dialect = postgresql if dialect_of(session) == "postgresql" else sqlite
    passed = select(DefinitionElement.element_id, literal(new)).where(DefinitionElement.definition_id == old)
    added = dialect.insert(DefinitionElement).from_select(["element_id", "definition_id"], passed)
    # Another case may be migrated at the same time.
    session.execute(added.on_conflict_do_nothing())
