"""Save a file that a process owner is changing."""

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import ConflictError, InvalidError, mark
from engine.execution.checking import KINDS, LIMIT
from engine.model import Draft


def save_draft(
    session: Session, process_id: str, name: str, content: bytes, actor: str, *, revision: int | None = None
) -> int:
    """Save a draft and give its revision. Always possible, however broken the diagram is.

    ``revision`` is the one the change was made from: 0 for a file without a draft, None to overwrite whatever
    is there. Raises ConflictError where somebody saved a newer one, InvalidError for a name that can't be
    published.
    """
    if not name.endswith(KINDS) or "/" in name or "\\" in name or name.startswith("."):
        raise InvalidError(mark("文件名 {name} 不能用。它应以 .bpmn、.dmn 或 .form 结尾，不含路径。"), name=name)
    if len(content) > LIMIT:
        raise InvalidError(mark("文件 {name} 超过 {limit} MB 的上限。"), name=name, limit=LIMIT // 1024 // 1024)
    now = clock.now()
    found = session.execute(
        select(Draft.id, Draft.revision, Draft.saved_by)
        .where(Draft.process_id == process_id, Draft.name == name)
        .with_for_update()
    ).one_or_none()
    if revision is not None and revision != (found.revision if found is not None else 0):
        raise ConflictError(
            mark("{who} 刚保存了更新的草稿。您的内容没有丢：可以另存、覆盖或放弃。"),
            who=found.saved_by if found is not None else mark("别人"),
        )
    if found is None:
        row = {
            "process_id": process_id,
            "name": name,
            "body": content,
            "revision": 1,
            "saved_at": now,
            "saved_by": actor,
        }
        session.execute(insert(Draft), [row])
        return 1
    values = {"body": content, "revision": found.revision + 1, "saved_at": now, "saved_by": actor}
    session.execute(update(Draft).where(Draft.id == found.id).values(**values))
    return int(found.revision) + 1
