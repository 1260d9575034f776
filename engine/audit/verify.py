"""Proving that nothing was altered: every event of every case, what was published, attachments and seals."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.case_chain import CaseChain
from engine.audit.discrepancy import Discrepancy, discrepancy
from engine.audit.published import check_published
from engine.audit.restoring import Restored, restore
from engine.audit.rows import Event, cases_with_events
from engine.audit.sealed import Seals
from engine.audit.stored_files import check_documents, check_stored_files, documents_of
from engine.errors import NotFoundError, mark
from engine.model import (
    AccessEvent,
    Attachment,
    HistoryEvent,
    Job,
    Notification,
    ProcessDefinition,
    ProcessInstance,
    RegisterEntryVersion,
    UserTask,
)

Progress = Callable[[int, int], bool | None]
"""Is told how many cases and events were checked so far; False stops."""

LIMIT = 1000
"""Discrepancies that are kept; the rest is counted."""


@dataclass(kw_only=True)
class Report:
    """What was checked and what was found."""

    cases: int = 0
    events: int = 0
    seals: int = 0
    sealed_until: dt.datetime | None = None
    """When the newest seal was made that was checked."""
    discrepancies: list[Discrepancy] = field(default_factory=list)
    more: int = 0
    """Discrepancies beyond the limit."""
    complete: bool = True
    """False where it was stopped."""

    @property
    def intact(self) -> bool:
        """Tell whether all of it was checked and nothing was found."""
        return self.complete and not self.discrepancies

    def add(self, found: Discrepancy) -> None:
        """Keep a discrepancy, or count it where there are too many to read."""
        if len(self.discrepancies) < LIMIT:
            self.discrepancies.append(found)
        else:
            self.more += 1


def verify(
    session: Session,
    instance_id: int | None = None,
    *,
    attachments: Path | None = None,
    key_path: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check all cases, or one. Only reads, and keeps no more than a batch in memory.

    ``attachments`` is the folder with uploaded content, ``key_path`` the file of the key that signs seals;
    without them files and the signer are not checked. Raises NotFoundError for a case that isn't there and
    of which no seal or event tells either.
    """
    run = _Verification(session=session, instance_id=instance_id, progress=progress)
    seals = Seals(session=session, key_path=key_path)
    for found in run.discrepancies(attachments, seals):
        run.report.add(found)
    if instance_id is not None and not run.report.cases and not run.report.discrepancies:
        raise NotFoundError(mark("没有编号为 {id} 的事项，或者您看不到它。"), id=instance_id)
    run.report.seals, run.report.sealed_until = seals.count, seals.newest
    return run.report


@dataclass(kw_only=True)
class _Verification:
    session: Session
    instance_id: int | None
    progress: Progress | None
    report: Report = field(default_factory=Report)

    def discrepancies(self, attachments: Path | None, seals: Seals) -> Iterator[Discrepancy]:
        yield from check_published(self.session, self._definition_id())
        yield from self._chains()
        if not self.report.complete:
            return
        yield from self._without_case()
        if attachments is not None:
            yield from check_stored_files(self.session, attachments, self.instance_id)
        yield from seals.check(self.instance_id)

    def _definition_id(self) -> int | None:
        if self.instance_id is None:
            return None
        found = self.session.scalar(select(ProcessInstance.definition_id).where(ProcessInstance.id == self.instance_id))
        return found if found is not None else 0

    def _chains(self) -> Iterator[Discrepancy]:
        definitions = frozenset(self.session.scalars(select(ProcessDefinition.definition_hash)))
        for case, events in cases_with_events(self.session, self.instance_id):
            documents: dict[str, str] = {}
            chain = CaseChain(case, self._restore, definitions)
            yield from chain.check(self._noting(documents, events))
            yield from check_documents(self.session, case.id, documents)
            self.report.cases += 1
            self.report.events += chain.count
            if self.progress is not None and self.progress(self.report.cases, self.report.events) is False:
                self.report.complete = False
                return

    def _restore(self, event: Event, expected: int, before: str | None) -> Restored | None:
        return restore(self.session, event, expected_sequence=expected, previous_hash=before)

    @staticmethod
    def _noting(documents: dict[str, str], events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            documents.update(documents_of(event))
            yield event

    def _without_case(self) -> Iterator[Discrepancy]:
        """Find what speaks of a case that has no row: the case was taken away, or its history put in."""
        traces: dict[Any, str] = {
            HistoryEvent: mark("事项 #{case} 不存在，却有它的历史事件：事项被整个删除，或事件是插入的。"),
            UserTask: mark("事项 #{case} 被整个删除了：它的任务还在。"),
            Job: mark("事项 #{case} 被整个删除了：它的作业还在。"),
            Attachment: mark("事项 #{case} 被整个删除了：它的附件还在。"),
            RegisterEntryVersion: mark("事项 #{case} 被整个删除了：它写过的台账还在。"),
            Notification: mark("事项 #{case} 被整个删除了：它发出的通知还在。"),
            AccessEvent: mark("事项 #{case} 被整个删除了：查看它的记录还在。"),
        }
        told = set[int]()
        for model, message in traces.items():
            statement = (
                select(model.instance_id)
                .distinct()
                .outerjoin(ProcessInstance, ProcessInstance.id == model.instance_id)
                .where(model.instance_id.is_not(None), ProcessInstance.id.is_(None))
            )
            if self.instance_id is not None:
                statement = statement.where(model.instance_id == self.instance_id)
            for number in self.session.scalars(statement).all():
                if number not in told:
                    told.add(number)
                    yield discrepancy("case_removed", message, case=number)
