"""Comparing what became of a run with what must have become of it."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.replay_case import replay_case
from engine.audit.verify import verify
from engine.bench.model import Fate, allowed_fates
from engine.bench.observing import double_numbers, observed_fates, open_jobs
from engine.bench.orders import Order
from engine.model import Incident, ProcessInstance, UserTask


def differences(session: Session, orders: Sequence[Order]) -> list[str]:
    """Name everything that is not as it must be after a run; nothing where all is well."""
    return [*_fates(session, orders), *_left_over(session), *_history(session)]


def _fates(session: Session, orders: Sequence[Order]) -> Iterator[str]:
    observed = dict(observed_fates(session))
    for order in orders:
        fate = observed.pop(order.key, None)
        allowed = allowed_fates(order)
        if fate is None:
            yield f"{order.key} {order.process}: no case was started"
        elif fate not in allowed:
            yield f"{order.key} {order.process}: {' or '.join(_unlike(fate, one) for one in allowed)}"
    yield from (f"{key}: a case of no order" for key in observed)


def _unlike(fate: Fate, allowed: Fate) -> str:
    unlike = [name for name in (one.name for one in fields(Fate)) if getattr(fate, name) != getattr(allowed, name)]
    return ", ".join(f"{name} {getattr(fate, name)} instead of {getattr(allowed, name)}" for name in unlike)


def _left_over(session: Session) -> Iterator[str]:
    yield from (f"job left over: {job}" for job in open_jobs(session))
    yield from (f"register number: {number}" for number in double_numbers(session))
    for task, element in session.execute(select(UserTask.id, UserTask.element_id).where(UserTask.state == "CREATED")):
        yield f"task left over: {task} {element}"
    for incident in session.scalars(select(Incident)):
        yield f"incident in case {incident.instance_id} at {incident.element_id}: {incident.message}"


def _history(session: Session) -> Iterator[str]:
    report = verify(session)
    yield from (f"history: {found}" for found in report.discrepancies)
    for case in session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id)).all():
        replay = replay_case(session, case)
        if not replay.identical:
            yield f"replay of case {case}: {replay.difference}"
