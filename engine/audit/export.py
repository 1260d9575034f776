"""One case as a file that verifies off-line: its events, what was published, its attachments and its seals."""

import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, json_text
from engine.audit.chain import canonical_time
from engine.audit.checkpoint import heads_of, seals_of
from engine.audit.merkle import path
from engine.audit.published import parts_of
from engine.audit.rows import cases_with_events
from engine.audit.stored_files import documents_of
from engine.errors import NotFoundError, mark
from engine.model import Content, ProcessDefinition, ProcessInstance

SCRIPT = Path(__file__).with_name("verify_export.py")
SEALS = 24
"""At most so many seals are told, the newest: each covers all that the ones before covered."""


def export_case(session: Session, instance_id: int, target: IO[bytes], *, attachments: Path) -> None:
    """Write a case into a zip file with the script that verifies it. Raises NotFoundError.

    ``attachments`` is the folder with uploaded content; what is missing there is left out, and the script says so.
    """
    case = session.get(ProcessInstance, instance_id)
    if case is None:
        raise NotFoundError(mark("没有编号为 {id} 的事项，或者您看不到它。"), id=instance_id)
    events = [dict(event) for _case, rows in cases_with_events(session, instance_id) for event in rows]
    documents = {digest for event in events for digest in documents_of(event).values()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        definitions, contents = _definitions(session, {event["definition_hash"] for event in events})
        for digest, body in contents.items():
            archive.writestr(f"published/{digest}", body)
        for digest in sorted(documents):
            file = attachments / digest[:2] / digest
            if file.is_file():
                archive.write(file, f"attachments/{digest}")
        names = {f"published/{digest}": digest for digest in contents}
        names |= {f"attachments/{digest}": digest for digest in documents}
        facts = _facts(session, case) | {
            "definitions": definitions,
            "files": names,
            "seals": list(_seals(session, case)),
            "events": [_as_hashed(event) for event in events],
        }
        archive.writestr("case.json", json_text.dumps(facts))
        archive.write(SCRIPT, SCRIPT.name)
        archive.writestr("README.txt", _readme(instance_id))


def _facts(session: Session, case: ProcessInstance) -> dict[str, object]:
    definition = session.get_one(ProcessDefinition, case.definition_id)
    return {
        "format": 1,
        "exported_at": canonical_time(clock.now()),
        "id": case.id,
        "title": case.title,
        "state": case.state,
        "process": {"id": definition.process_id, "name": definition.name, "version": definition.version},
        "event_count": case.event_count,
        "chain_head": case.chain_head,
    }


def _definitions(session: Session, hashes: set[str]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Give what each version's hash covers, and the content of all those files by their hashes."""
    rows = session.scalars(select(ProcessDefinition).where(ProcessDefinition.definition_hash.in_(hashes))).all()
    covered: dict[str, Any] = {}
    for row in rows:
        forms, decisions = parts_of(session, row)
        covered[row.definition_hash] = {"diagram": row.sha256, "forms": forms, "decisions": decisions}
    digests = {
        digest
        for parts in covered.values()
        for digest in (parts["diagram"], *parts["forms"].values(), *parts["decisions"].values())
    }
    contents = session.execute(select(Content.sha256, Content.body).where(Content.sha256.in_(digests)))
    return covered, {row.sha256: row.body for row in contents}


def _seals(session: Session, case: ProcessInstance) -> Iterator[dict[str, object]]:
    """Give the newest seals that hold the case, each with the way from the case's head to the root."""
    for checkpoint in islice(seals_of(session, case.started_at, case.ended_at), SEALS):
        heads = list(heads_of(checkpoint))
        index = next((index for index, head in enumerate(heads) if head[0] == case.id), None)
        if index is None:
            continue
        leaves = [" ".join(map(str, head)).encode("ascii") for head in heads]
        yield {
            "id": checkpoint.id,
            "sealed_at": canonical_time(checkpoint.sealed_at),
            "merkle_root": checkpoint.merkle_root,
            "previous_root": checkpoint.previous_root,
            "public_key": checkpoint.public_key,
            "signature": checkpoint.signature,
            "sequence": heads[index][1],
            "path": [[side, digest.hex()] for side, digest in path(leaves, index)],
        }


def _as_hashed(event: dict[str, Any]) -> dict[str, Any]:
    """Give an event's columns as its hash covers them, and the hash."""
    return {**event, "at": canonical_time(event["at"]) if event["at"] is not None else None}


def _readme(instance_id: int) -> str:
    return (
        f"渠成 / Qucheng: 事项 #{instance_id}\n\n"
        "case.json         全部历史事件、哈希、流程版本与封印 / all events, hashes, versions and seals\n"
        "published/        运行所依据的流程图、表单和决策表 / diagram, forms and tables it ran on\n"
        "attachments/      提交的附件 / files that were handed in\n"
        "verify_export.py  离线校验：python3 verify_export.py / verify off-line\n"
    )
