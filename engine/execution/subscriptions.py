"""Messages and signals: who waits for them, and that each message arrives exactly once.

A message is delivered to one waiting token (or start event) of each process. Delivery is a Job in the same
transaction, so a crash loses nothing; the row in message_deliveries forbids a second one; a token that has
a message under way (``pending``) leaves the next message to wait.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, exists, insert, select, text, update
from sqlalchemy.orm import Session

from engine import clock
from engine.execution.immutable import Definition
from engine.execution.jobs import insert_jobs
from engine.execution.rows import changed
from engine.interpreter import OpenedSubscription
from engine.model import EventSubscription, Message, MessageDelivery


def open_subscriptions(
    session: Session, definition: Definition, instance_id: int, opened: Sequence[OpenedSubscription]
) -> None:
    """Insert what tokens wait for; a message that was published before and is still alive is delivered at once."""
    queue_up(session, turns_of(opened))
    for one in opened:
        subscription = {
            "kind": one.kind,
            "name": one.name,
            "correlation_key": one.correlation_key,
            "process_id": definition.process_id,
            "instance_id": instance_id,
            "token": one.token,
            "element_id": one.element.id,
        }
        made = session.scalars(insert(EventSubscription).returning(EventSubscription.id), [subscription]).one()
        if one.kind == "message":
            deliver_waiting_message(session, made)


def close_subscriptions(session: Session, instance_id: int, tokens: Sequence[int]) -> None:
    """Forget what tokens that went on have waited for."""
    session.execute(
        delete(EventSubscription).where(
            EventSubscription.instance_id == instance_id, EventSubscription.token.in_(tokens)
        )
    )


def wait_again(session: Session, instance_id: int, token: int) -> None:
    """Let an event that may come again wait for the next message; one that is there already is delivered.

    ``queue_up_again`` was called before: else a message that is just being published could be missed.
    """
    made = session.scalars(
        update(EventSubscription)
        .where(EventSubscription.instance_id == instance_id, EventSubscription.token == token)
        .values(pending=False)
        .returning(EventSubscription.id)
    ).all()
    for subscription_id in made:
        deliver_waiting_message(session, subscription_id)


def deliver(session: Session, message: Any) -> int:  # noqa: ANN401 - a row of messages
    """Deliver a message to one waiting token or start event of each process; give how many got it."""
    waiting = session.execute(
        select(EventSubscription)
        .where(
            EventSubscription.kind == "message",
            EventSubscription.name == message.name,
            EventSubscription.pending.is_(False),
            (EventSubscription.correlation_key == message.correlation_key) | EventSubscription.instance_id.is_(None),
        )
        # A running case comes before a new one.
        .order_by(EventSubscription.instance_id.is_(None), EventSubscription.id)
    ).scalars()
    delivered: set[str] = set()
    for subscription in waiting:
        if subscription.process_id not in delivered and _send(session, subscription, message):
            delivered.add(subscription.process_id)
    return len(delivered)


def deliver_waiting_message(session: Session, subscription_id: int) -> None:
    """Give a subscription the oldest living message that its process has not had."""
    subscription = session.get_one(EventSubscription, subscription_id)
    had = exists().where(
        MessageDelivery.message_id == Message.id, MessageDelivery.process_id == subscription.process_id
    )
    found = session.execute(
        select(Message.id, Message.name, Message.correlation_key, Message.message_id, Message.variables)
        .where(
            Message.name == subscription.name,
            Message.correlation_key == subscription.correlation_key,
            Message.expires_at > clock.now(),
            ~had,
        )
        .order_by(Message.id)
        .limit(1)
    ).one_or_none()
    if found is not None:
        _send(session, subscription, found)


def throw_signals(
    session: Session, names: Sequence[str], variables: Mapping[str, object], told_by: Mapping[str, object]
) -> int:
    """Tell a signal to everything that waits for it; give how many that were.

    ``told_by`` is written to the history of each case that gets it: ``person`` or ``case``.
    """
    told = 0
    for name in names:
        waiting = session.scalars(
            select(EventSubscription).where(EventSubscription.kind == "signal", EventSubscription.name == name)
        ).all()
        if waiting:
            insert_jobs(session, [_job(subscription, variables, told_by) for subscription in waiting])
        told += len(waiting)
    return told


def turn_of(name: str, correlation_key: str | None) -> str:
    """Name the turn that publisher and waiter of a message have to take; without a key it goes by the message.

    Messages that go to and fro between two cases have one key and different names: all of them have one turn, so that
    a step that answers one and waits for the next needs no second.
    """
    return correlation_key or f"\x1f{name}"


def turns_of(opened: Iterable[OpenedSubscription]) -> set[str]:
    """Name the turns that a step has to take for what it waits for. Nobody keeps a signal: it has none."""
    return {turn_of(one.name, one.correlation_key) for one in opened if one.kind == "message"}


def queue_up(session: Session, turns: Iterable[str]) -> None:
    """Let publisher and waiter of one message take turns, or each could miss the other. SQLite does so anyway.

    Whoever needs several turns, or changes subscriptions as well, takes the turns first, and all of them at once: else
    two could wait for each other.
    """
    wanted = sorted(turns)
    if wanted and session.get_bind().dialect.name == "postgresql":
        for turn in wanted:
            session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:turn, 0))"), {"turn": turn})


def queue_up_again(session: Session, instance_id: int, token: int) -> None:
    """Take the turn of the message that an event waits for which may come again; before anything else is written."""
    waiting = select(EventSubscription.name, EventSubscription.correlation_key).where(
        EventSubscription.instance_id == instance_id,
        EventSubscription.token == token,
        EventSubscription.kind == "message",
    )
    queue_up(session, {turn_of(row.name, row.correlation_key) for row in session.execute(waiting)})


def _send(session: Session, subscription: EventSubscription, message: Any) -> bool:  # noqa: ANN401 - a row of messages
    """Let a message be on its way; False where the case has just ended or gone on, and waits for it no longer."""
    if subscription.instance_id is not None:
        # Waits for whoever is at work on the case.
        awaited = EventSubscription.id == subscription.id, EventSubscription.pending.is_(False)
        if changed(session, update(EventSubscription).where(*awaited).values(pending=True)) != 1:
            return False
    row = {
        "message_id": message.id,
        "process_id": subscription.process_id,
        "instance_id": subscription.instance_id,
    }
    session.execute(insert(MessageDelivery), [row])
    # Which message it was goes into history with the event; the message itself is removed when its time is over.
    told_by = {"message": message.id, "name": message.name, "key": message.correlation_key, "id": message.message_id}
    insert_jobs(session, [_job(subscription, message.variables, told_by)])
    return True


def _job(
    subscription: EventSubscription, variables: Mapping[str, object], told_by: Mapping[str, object]
) -> dict[str, object]:
    starts = subscription.instance_id is None
    payload: dict[str, object] = {
        "variables": dict(variables),
        "told_by": dict(told_by),
        "subscription": subscription.id,
    }
    if starts:
        payload |= {"definition": subscription.definition_id, "element": subscription.element_id}
    return {
        "instance_id": subscription.instance_id,
        "token": subscription.token or 0,
        "element_id": subscription.element_id,
        "name": subscription.name,
        "kind": "start" if starts else "event",
        "type": subscription.process_id if starts else subscription.kind,
        "payload": payload,
        "state": "CREATED",
        "due_at": clock.now(),
        "retries": 3,
    }
