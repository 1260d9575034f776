"""Messages and signals: told to whoever waits for them."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from engine.commands.broadcast_signal import broadcast_signal as broadcast_signal_command
from engine.commands.publish_message import publish_message as publish_message_command
from engine.errors import NotFoundError, mark
from engine.queries.message_receivers import first_receiver
from web.api.blueprint import PROGRAMS, blueprint
from web.api.wire import TENANT, Answer, Body, Key, Variables
from web.auth import allow, current_person, current_session

LONGEST_LIFE = 10 * 366 * 24 * 3600 * 1000
"""Milliseconds that a message may wait for its takers."""
NOBODY = -1
"""The number of nothing."""
Name = Annotated[str, Field(min_length=1, max_length=255)]
CorrelationKey = Annotated[str, Field(max_length=255)]


class Correlation(Body):
    """A message for somebody who waits now."""

    name: Name
    correlation_key: CorrelationKey = Field(default="", description="Empty: it can only start cases.")
    variables: Variables = Field(default={}, description="What whoever gets it reads.")
    tenant_id: Literal["<default>"] = TENANT


class Publication(Correlation):
    """A message, for whoever waits now or later."""

    time_to_live: Annotated[int, Field(ge=0, le=LONGEST_LIFE)] = Field(
        default=0, description="Milliseconds that it waits for those who come later."
    )
    message_id: Annotated[str, Field(max_length=255)] = Field(
        default="", description="The same one again, while the first message lives, gives its key and does nothing."
    )


class PublishedMessageAnswer(Answer):
    """The message that was published."""

    message_key: Key
    tenant_id: str = TENANT


class CorrelatedMessage(PublishedMessageAnswer):
    """Who got it."""

    process_instance_key: Key = Field(
        description="The first case it went to; -1 where it starts a case, which happens a moment later."
    )


class SignalBroadcast(Body):
    """A signal for everybody who waits for it."""

    signal_name: Name
    variables: Variables = Field(default={}, description="What whoever gets it reads.")
    tenant_id: Literal["<default>"] = TENANT


class BroadcastSignal(Answer):
    """That a signal was told."""

    signal_key: Key = Field(default=NOBODY, description="Always -1: nobody keeps a signal.")
    tenant_id: str = TENANT


@blueprint.post("/messages/publication")
@allow(*PROGRAMS)
@blueprint.input(Publication, arg_name="sent")
@blueprint.output(PublishedMessageAnswer)
@blueprint.doc(operation_id="publishMessage", tags=["Message"])
def publish_message(sent: Publication) -> PublishedMessageAnswer:
    """Publish a message: it reaches one waiting case or start event of each process, exactly once."""
    published = publish_message_command(
        current_session(),
        sent.name,
        sent.correlation_key,
        sent.variables,
        current_person().username,
        time_to_live=dt.timedelta(milliseconds=sent.time_to_live),
        message_id=sent.message_id or None,
    )
    return PublishedMessageAnswer(message_key=published.id)


@blueprint.post("/messages/correlation")
@allow(*PROGRAMS)
@blueprint.input(Correlation, arg_name="sent")
@blueprint.output(CorrelatedMessage)
@blueprint.doc(operation_id="correlateMessage", tags=["Message"], responses={404: "Nobody waits for this message."})
def correlate_message(sent: Correlation) -> CorrelatedMessage:
    """Give a message to whoever waits for it now."""
    db = current_session()
    published = publish_message_command(db, sent.name, sent.correlation_key, sent.variables, current_person().username)
    if not published.delivered:
        raise NotFoundError(mark("现在没有事项或流程在等待消息“{name}”。"), name=sent.name)
    receiver = first_receiver(db, published.id)
    return CorrelatedMessage(message_key=published.id, process_instance_key=NOBODY if receiver is None else receiver)


@blueprint.post("/signals/broadcast")
@allow(*PROGRAMS)
@blueprint.input(SignalBroadcast, arg_name="sent")
@blueprint.output(BroadcastSignal)
@blueprint.doc(operation_id="broadcastSignal", tags=["Signal"])
def broadcast_signal(sent: SignalBroadcast) -> BroadcastSignal:
    """Tell a signal to everything that waits for it now."""
    broadcast_signal_command(current_session(), sent.signal_name, sent.variables, current_person().username)
    return BroadcastSignal()
