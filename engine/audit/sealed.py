"""Checkpoints against themselves and against history: what was sealed must still be there, unchanged."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from engine.audit.chain import GENESIS
from engine.audit.checkpoint import heads_of, lines_of, log_path, seals_of
from engine.audit.discrepancy import Discrepancy, discrepancy
from engine.audit.merkle import Root
from engine.audit.signing import is_signed, load_key, public_text, sealed_text
from engine.clock import SHANGHAI
from engine.errors import mark
from engine.model import Checkpoint, HistoryEvent, ProcessInstance

Head = tuple[int, int, str]

_EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

BATCH = 400
NEWEST = 200
"""How many seals are looked into for one case: the newest while it ran, which contain what the older ones do."""


@dataclass(kw_only=True)
class Seals:
    """Checks checkpoints, and counts them."""

    session: Session
    key_path: Path | None = None
    count: int = 0
    newest: dt.datetime | None = None

    def check(self, instance_id: int | None = None) -> Iterator[Discrepancy]:
        """Give all that is wrong with the seals, or with one case by them."""
        yield from self._all() if instance_id is None else self._one(instance_id)

    def _all(self) -> Iterator[Discrepancy]:
        previous_root, known = GENESIS, set[Head]()
        roots: dict[int, str] = {}
        for number in self.session.scalars(select(Checkpoint.id).order_by(Checkpoint.id)).all():
            checkpoint = self.session.get_one(Checkpoint, number)
            roots[number] = checkpoint.merkle_root
            if checkpoint.previous_root != previous_root:
                yield _seal_flaw(
                    checkpoint, "seal_link_broken", mark("第 {seal} 次封印接不上前一次：有封印被删除或换过。")
                )
            previous_root = checkpoint.merkle_root
            broken = list(self._seal(checkpoint))
            yield from broken
            self._note(checkpoint)
            if not broken:
                # Most heads stand in many seals; those of the seal before were compared already.
                heads = set(heads_of(checkpoint))
                yield from self._compare(checkpoint, sorted(heads - known))
                known = heads
            self.session.expunge(checkpoint)
        yield from self._logged(roots)

    def _one(self, instance_id: int) -> Iterator[Discrepancy]:
        case = self.session.execute(
            select(ProcessInstance.started_at, ProcessInstance.ended_at).where(ProcessInstance.id == instance_id)
        ).one_or_none()
        # Of a case that is gone nobody knows when it ran: then the newest seals have to do.
        started_at, ended_at = case if case is not None else (_EVER, None)
        compared = set[Head]()
        for checkpoint in islice(seals_of(self.session, started_at, ended_at), NEWEST):
            broken = list(self._seal(checkpoint))
            yield from broken
            heads = set[Head]() if broken else {head for head in heads_of(checkpoint) if head[0] == instance_id}
            if heads or broken:
                self._note(checkpoint)
            yield from self._compare(checkpoint, sorted(heads - compared))
            compared |= heads

    def _seal(self, checkpoint: Checkpoint) -> Iterator[Discrepancy]:
        """Check one seal without looking at history."""
        if not _is_root(checkpoint):
            yield _seal_flaw(
                checkpoint, "seal_altered", mark("第 {seal} 次封印的内容与它的 Merkle 根不符：封印被改动过。")
            )
        text = sealed_text(checkpoint.sealed_at, checkpoint.previous_root, checkpoint.merkle_root)
        if not is_signed(checkpoint.public_key, checkpoint.signature, text):
            yield _seal_flaw(checkpoint, "seal_signature", mark("第 {seal} 次封印的签名不成立：封印被改动过。"))
        elif self._own_key not in (None, checkpoint.public_key):
            yield _seal_flaw(checkpoint, "seal_key", mark("第 {seal} 次封印不是用本系统的密钥签的。"))

    def _note(self, checkpoint: Checkpoint) -> None:
        self.count += 1
        self.newest = max(filter(None, (self.newest, checkpoint.sealed_at)))

    @property
    def _own_key(self) -> str | None:
        return public_text(load_key(self.key_path)) if self.key_path is not None and self.key_path.exists() else None

    def _compare(self, checkpoint: Checkpoint, heads: list[Head]) -> Iterator[Discrepancy]:
        iterator = iter(heads)
        while batch := list(islice(iterator, BATCH)):
            rows = self.session.execute(
                select(HistoryEvent.instance_id, HistoryEvent.sequence, HistoryEvent.hash).where(
                    tuple_(HistoryEvent.instance_id, HistoryEvent.sequence).in_([head[:2] for head in batch])
                )
            )
            found = {(row.instance_id, row.sequence): row.hash for row in rows}
            for instance_id, sequence, digest in batch:
                if found.get((instance_id, sequence)) != digest:
                    yield self._unlike(checkpoint, instance_id, sequence, gone=(instance_id, sequence) not in found)

    def _unlike(self, checkpoint: Checkpoint, instance_id: int, sequence: int, *, gone: bool) -> Discrepancy:
        if not gone:
            message = mark("事项 #{case} 的第 {sequence} 步或它之前的历史在第 {seal} 次封印（{at}）之后被改写过。")
            code = "rewritten_after_seal"
        elif self.session.get(ProcessInstance, instance_id) is None:
            message = mark("事项 #{case} 整个不见了：第 {seal} 次封印（{at}）时它有 {sequence} 步。")
            code = "case_removed"
        else:
            message = mark("事项 #{case} 的第 {sequence} 步不见了：第 {seal} 次封印（{at}）时它还在。")
            code = "event_removed_after_seal"
        return discrepancy(
            code, message, case=instance_id, sequence=sequence, seal=checkpoint.id, at=_local(checkpoint.sealed_at)
        )

    def _logged(self, roots: dict[int, str]) -> Iterator[Discrepancy]:
        """Compare with what was noted beside the key, out of reach of whoever changes the database."""
        log = log_path(self.key_path) if self.key_path is not None else None
        if log is None or not log.exists():
            return
        for line in log.read_text(encoding="ascii").splitlines():
            number, root = line.split(" ")
            if roots.get(int(number)) != root:
                yield discrepancy(
                    "seal_removed", mark("第 {seal} 次封印不在了或被换过：密钥旁的记录里有它。"), seal=int(number)
                )


def _is_root(checkpoint: Checkpoint) -> bool:
    tree = Root()
    try:
        for line in lines_of(checkpoint):
            tree.add(line)
        for _head in heads_of(checkpoint):
            continue
    except ValueError:
        return False
    return tree.digest().hex() == checkpoint.merkle_root


def _seal_flaw(checkpoint: Checkpoint, code: str, message: str) -> Discrepancy:
    return discrepancy(code, message, seal=checkpoint.id)


def _local(moment: dt.datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
