"""A case under its lock: the one statement every command begins with."""

from dataclasses import replace
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from engine import clock
from engine.audit.chain import Head, NewEvent
from engine.errors import ConflictError, GoneError, NotFoundError, SuspendedError, mark
from engine.execution.deciding import decide
from engine.execution.immutable import Definition, definition
from engine.execution.live_cases import wake
from engine.execution.prepared import table
from engine.execution.ruling import Rulings
from engine.execution.statements import Query
from engine.interpreter import Case, Environment
from engine.model import Job, ProcessInstance, UserTask
from engine.organisation import Organisation, Reads, Turns, functions, organisation, revision_of
from engine.values import value


@value
class LockedCase:
    """A running case that nobody else can change until this transaction ends."""

    session: Session
    instance: Any
    """The row of process_instances."""
    definition: Definition
    organisation: Organisation
    environment: Environment
    work: Any = None
    """The row of user_tasks or jobs the command is about, where it is about one."""

    is_read_only: bool = False
    """Whether others may be at work on it, too."""

    def wake(self) -> Case:
        """Wake the case in memory, or go on with it where it is still awake."""
        specification = self.definition.specification
        if self.is_read_only:
            return Case.wake(self.instance.body, specification, self.environment)
        return wake(self.session, self.instance, specification, self.environment)

    def job_event(self, kind: str, actor: str, **body: object) -> NewEvent:
        """Give the history event of what was done with the locked job, with what else it shall say."""
        return NewEvent(
            kind=kind,
            actor=actor,
            element_id=self.work.element_id,
            token=self.work.token,
            body={"job": self.work.job_id, "type": self.work.type, **body},
        )

    @property
    def head(self) -> Head:
        """Give the end of the case's chain."""
        return Head(sequence=self.instance.event_count, hash=self.instance.chain_head)


def environment(
    session: Session, known: Organisation, found: Definition, instance_id: int | None = None
) -> Environment:
    """Give the world as it is now: the clock, the organisation with a note of what is read, the bound decisions.

    ``instance_id`` is the case, where there is one already: who has acted in it decides whom rules ask.
    """
    reads, now = Reads(), clock.now()
    turns = Turns(session, now)
    return Environment(
        now=now,
        decide=lambda decision_id, variables: decide(session, found, decision_id, variables, now),
        functions=functions(known, reads, turns.take),
        take_reads=reads.take,
        all_reads=reads.everything,
        attempt=turns.attempt,
        rule=Rulings(session, known, reads, instance_id).rule,
    )


def lock_instance(session: Session, instance_id: int, *, suspended_too: bool = False) -> LockedCase:
    """Lock a running case by its number. Raises NotFoundError, or ConflictError where it has ended or is suspended."""
    return _read(session, _LOCK_INSTANCE, instance_id, suspended_too=suspended_too)


def lock_task(
    session: Session,
    task_id: int,
    *,
    not_yet_too: bool = False,
    suspended_too: bool = False,
    busy_too: bool = False,
) -> LockedCase:
    """Lock the case of an open user task. Raises NotFoundError, or ConflictError where the task is done.

    ``not_yet_too`` takes a signature whose turn has not come, too; ``busy_too`` a task that is handed in and waits
    for signatures, or whose listeners are asked.
    """
    locked = _read(session, _LOCK_TASK, task_id, suspended_too=suspended_too)
    if locked.work.task_state not in (("CREATING", "CREATED") if not_yet_too else ("CREATED",)):
        raise already_done(locked)
    if locked.work.pending is not None and not busy_too:
        raise busy(locked)
    return locked


def busy(locked: LockedCase) -> ConflictError:
    """Say that something else is under way with the locked task."""
    if locked.work.pending.get("signing"):
        return ConflictError(mark("任务“{name}”已经提交，还在等加签的人签署。"), name=locked.work.task_name)
    return ConflictError(mark("任务“{name}”正在处理中，请稍后刷新再看。"), name=locked.work.task_name)


def lock_job(session: Session, job_id: int, *, suspended_too: bool = False) -> LockedCase:
    """Lock the case of a job that is still to be done.

    Raises NotFoundError, GoneError where it is done, SuspendedError where its case rests.
    """
    return _undone(_read(session, _LOCK_JOB, job_id, suspended_too=suspended_too))


def look_at_job(session: Session, job_id: int) -> LockedCase:
    """Give the case of a job as it stands, without the lock: what is seen may be old when it is used.

    Raises as ``lock_job`` does.
    """
    return _undone(replace(_read(session, _READ_JOB, job_id), is_read_only=True))


def lock_service_job(session: Session, job_id: int) -> LockedCase:
    """Lock the case of a job that external workers may do. Timers, events and calls look to them like no job at all."""
    locked = lock_job(session, job_id)
    if locked.work.kind != "service":
        raise NotFoundError(mark("没有编号为 {number} 的记录。"), number=job_id)
    return locked


def already_done(locked: LockedCase) -> ConflictError:
    """Say who was first, to the one who was not."""
    by = locked.work.completed_by
    if by is None and locked.instance.state != "ACTIVE":
        return has_ended(locked.instance)
    if by is None:
        return ConflictError(mark("任务“{name}”已不在等待：流程已走到别处。"), name=locked.work.task_name)
    return ConflictError(
        mark("任务“{name}”刚刚已由{who}办理。"), name=locked.work.task_name, who=locked.organisation.display_name(by)
    )


_CASES, _TASKS, _JOBS = table(ProcessInstance), table(UserTask), table(Job)
_INSTANCE = (
    _CASES.c.id,
    _CASES.c.definition_id,
    _CASES.c.title,
    _CASES.c.state,
    _CASES.c.started_by,
    _CASES.c.revision,
    _CASES.c.body,
    _CASES.c.event_count,
    _CASES.c.chain_head,
    _CASES.c.incident_count,
    _CASES.c.suspended_at,
    _CASES.c.parent_id,
    _CASES.c.parent_token,
    _CASES.c.root_id,
)
_TASK = (
    _TASKS.c.id.label("task_id"),
    _TASKS.c.token,
    _TASKS.c.element_id,
    _TASKS.c.name.label("task_name"),
    _TASKS.c.state.label("task_state"),
    _TASKS.c.assignee,
    _TASKS.c.form_definition_id,
    _TASKS.c.completed_by,
    _TASKS.c.pending,
    _TASKS.c.owner,
    _TASKS.c.parent_task_id,
    _TASKS.c.position,
    _TASKS.c.open_signs,
    _TASKS.c.signatures,
)
_JOB = (
    _JOBS.c.id.label("job_id"),
    _JOBS.c.token,
    _JOBS.c.element_id,
    _JOBS.c.name.label("job_name"),
    _JOBS.c.kind,
    _JOBS.c.type,
    _JOBS.c.state.label("job_state"),
    _JOBS.c.retries,
    _JOBS.c.due_at,
    _JOBS.c.payload,
    _JOBS.c.listener,
)
_NUMBER: BindParameter[int] = bindparam("number")
_REVISION = revision_of.label("organisation_revision")
_BEFORE = _CASES.alias("before")
_SEEN = select(_BEFORE.c.revision).where(_BEFORE.c.id == _CASES.c.id).scalar_subquery().label("seen_revision")
"""The revision when the statement began: PostgreSQL gives the locked row as it is after a wait, others as before."""
_OF_JOB = (
    select(*_INSTANCE, _REVISION, _SEEN, *_JOB)
    .select_from(_CASES.join(_JOBS, _JOBS.c.instance_id == _CASES.c.id))
    .where(_JOBS.c.id == _NUMBER)
)
# Only the case is locked: a second lock on the task's row could deadlock with a command that has the
# case and goes on to the task. Where the case was waited for, the task's row is too old and is read again.
# Not its key either: whoever only writes a row that refers to the case, such as a message for it, need not wait.
_LOCK_INSTANCE = Query(
    select(*_INSTANCE, _REVISION).where(_CASES.c.id == _NUMBER).with_for_update(of=_CASES, key_share=True)
)
_LOCK_TASK = Query(
    select(*_INSTANCE, _REVISION, _SEEN, *_TASK)
    .select_from(_CASES.join(_TASKS, _TASKS.c.instance_id == _CASES.c.id))
    .where(_TASKS.c.id == _NUMBER)
    .with_for_update(of=_CASES, key_share=True)
)
_READ_JOB = Query(_OF_JOB)
_LOCK_JOB = Query(_OF_JOB.with_for_update(of=_CASES, key_share=True))


def has_ended(instance: Any) -> GoneError:  # noqa: ANN401 - a row
    """Say that a case has ended."""
    return GoneError(mark("事项 {id}“{title}”已经结束，不能再改。"), id=instance.id, title=instance.title)


def _undone(locked: LockedCase) -> LockedCase:
    if locked.work.job_state not in {"CREATED", "FAILED"}:
        raise GoneError(mark("这项作业已经结束。"))
    return locked


def _read(session: Session, query: Query, number: int, *, suspended_too: bool = False) -> LockedCase:
    row = query.one_or_none(session, number=number)
    if row is not None and "seen_revision" in row._fields and row.seen_revision != row.revision:
        row = query.one_or_none(session, number=number)
    if row is None:
        raise NotFoundError(mark("没有编号为 {number} 的记录。"), number=number)
    known = organisation(session, row.organisation_revision)
    found = definition(session, row.definition_id)
    locked = LockedCase(
        session=session,
        instance=row,
        definition=found,
        organisation=known,
        environment=environment(session, known, found, row.id),
        work=row,
    )
    if row.state != "ACTIVE":
        raise already_done(locked) if "task_id" in row._fields else has_ended(row)
    if row.suspended_at is not None and not suspended_too:
        raise SuspendedError(
            mark("事项 {id}“{title}”已暂停，恢复之后才能办理。请联系管理员。"), id=row.id, title=row.title
        )
    return locked
