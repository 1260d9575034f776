"""Sealing: the heads of chains under one Merkle root with a signature, each seal covering the one before."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard
from sqlalchemy import func, insert, or_, select, text
from sqlalchemy.orm import Session

from engine import clock
from engine.audit.chain import GENESIS
from engine.audit.merkle import Root
from engine.audit.rows import streamed
from engine.audit.signing import load_key, public_text, sealed_text, sign
from engine.database import Database
from engine.model import Checkpoint, ProcessInstance

OVERLAP = dt.timedelta(hours=1)
"""No transaction is open longer: a case that ended before the last seal by more than this was in it."""


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A checkpoint that was just made."""

    id: int
    merkle_root: str
    cases: int
    """How many cases it covers."""


def seal(database: Database, key_path: Path, *, at_most_every: dt.timedelta | None = None) -> Sealed | None:
    """Seal the newest event of every running case and of each that ended since the seal before.

    Cases that ended earlier are covered by the seals before, which ``previous_root`` chains together. None
    where there is nothing to seal, or the newest seal is younger than ``at_most_every``. The root is also
    noted in a file beside the key, so that whoever can change only the database can't take the newest seals
    away unnoticed.
    """
    key = load_key(key_path)
    with database.transaction() as session:
        _one_at_a_time(session)
        newest = session.scalars(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(1)).one_or_none()
        now = clock.now()
        if newest is not None and at_most_every is not None and now - newest.sealed_at < at_most_every:
            return None
        root, heads, count = _heads(session, newest.sealed_at if newest is not None else None)
        if not count:
            return None
        previous = newest.merkle_root if newest is not None else GENESIS
        row = {
            "sealed_at": now,
            "merkle_root": root,
            "heads": heads,
            "previous_root": previous,
            "public_key": public_text(key),
            "signature": sign(key, sealed_text(now, previous, root)),
        }
        made = session.scalars(insert(Checkpoint).returning(Checkpoint.id), [row]).one()
    with log_path(key_path).open("a", encoding="ascii") as log:
        log.write(f"{made} {root}\n")
    return Sealed(id=made, merkle_root=root, cases=count)


def seals_of(session: Session, started_at: dt.datetime, ended_at: dt.datetime | None) -> Iterator[Checkpoint]:
    """Give the seals that may hold a case, newest first: those made while it ran and the first ones after its end."""
    statement = select(Checkpoint).where(Checkpoint.sealed_at >= started_at).order_by(Checkpoint.id.desc())
    if ended_at is not None:
        after_end = select(func.min(Checkpoint.sealed_at)).where(Checkpoint.sealed_at >= ended_at)
        first = session.scalar(after_end)
        if first is not None:
            statement = statement.where(Checkpoint.sealed_at <= first + OVERLAP)
    yield from session.scalars(statement.execution_options(yield_per=1))


def log_path(key_path: Path) -> Path:
    """Give the file beside the key in which every root is noted."""
    return key_path.with_name("seals.log")


def heads_of(checkpoint: Checkpoint) -> Iterator[tuple[int, int, str]]:
    """Give the sealed heads in the order of the leaves: case, sequence, hash. Raises ValueError where unreadable."""
    for line in lines_of(checkpoint):
        instance_id, sequence, digest = line.decode("ascii").split(" ")
        yield int(instance_id), int(sequence), digest


def lines_of(checkpoint: Checkpoint) -> Iterator[bytes]:
    """Give the leaves of a checkpoint's tree. Raises ValueError where they can't be read."""
    rest = b""
    try:
        with zstandard.ZstdDecompressor().stream_reader(checkpoint.heads) as stream:
            while chunk := stream.read(1 << 16):
                *whole, rest = (rest + chunk).split(b"\n")
                yield from whole
    except zstandard.ZstdError as error:
        raise ValueError("the heads can't be decompressed") from error
    if rest:
        raise ValueError("the last head is cut off")


def _heads(session: Session, before: dt.datetime | None) -> tuple[str, bytes, int]:
    statement = select(ProcessInstance.id, ProcessInstance.event_count, ProcessInstance.chain_head).order_by(
        ProcessInstance.id
    )
    if before is not None:
        ended = ProcessInstance.ended_at > before - OVERLAP
        statement = statement.where(or_(ProcessInstance.state == "ACTIVE", ended))
    tree, count, packer, packed = Root(), 0, zstandard.ZstdCompressor().compressobj(), []
    for row in streamed(session, statement):
        leaf = f"{row.id} {row.event_count} {row.chain_head}".encode("ascii")
        tree.add(leaf)
        packed.append(packer.compress(leaf + b"\n"))
        count += 1
    return tree.digest().hex(), b"".join([*packed, packer.flush()]), count


def _one_at_a_time(session: Session) -> None:
    """Let seals queue up: two at once would both follow the same one before. SQLite does so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE checkpoints IN SHARE ROW EXCLUSIVE MODE"))
