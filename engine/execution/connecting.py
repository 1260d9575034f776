"""Jobs that the program does by itself: what a connector is given, and what the case takes of its answer."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.audit.chain import NewEvent
from engine.connectors import CONNECTORS, Call, RefusedError
from engine.errors import mark
from engine.execution.answering import Answer, answer_to
from engine.execution.listening import listener_done
from engine.execution.locked import LockedCase, environment
from engine.execution.messages import publish
from engine.execution.people import hand_to_administrators
from engine.execution.personal import veil_over
from engine.execution.starting import newest_definition, write_start
from engine.execution.throwing import Thrown, throw
from engine.execution.write import write_outcome
from engine.interpreter import Case, StuckError
from engine.model import HistoryEvent

TOLD = ("title", "text")
"""Inputs of a notification that people read."""
SYSTEM = "system"
"""The actor of what no person did."""


def connect(locked: LockedCase, replies: Mapping[str, object]) -> None:
    """Call the connector of a job in this transaction and run its case on; ``replies`` came from outside."""
    case = locked.wake()
    call = connector_call(locked, case, replies)
    result = CONNECTORS[locked.work.type](call)
    element = locked.definition.process.part(locked.work.element_id)
    if locked.work.listener is not None:
        # Only a start listener has a scope of its own to put an answer into.
        reply = result if locked.work.listener == "start" and element.kind != "process" else {}
        listener_done(locked, reply, SYSTEM, evidence={"input": call.inputs, "result": result})
        return
    answer = answer_to(element, result, locked.environment.now)
    settle(locked, case, answer, result)


def settle(locked: LockedCase, case: Case, answer: Answer, result: Mapping[str, object]) -> None:
    """Let the case go on with an answer: complete the job, or throw the error that the diagram makes of it.

    ``result`` is all that the connector said, for the evidence.
    """
    inputs = case.inputs(locked.work.token)
    if isinstance(answer, Thrown):
        throw(locked, case, answer, SYSTEM, {"sent": inputs, "result": result})
        return
    case.complete(locked.work.token, answer)
    event = locked.job_event("job.completed", SYSTEM, input=inputs, reply=answer, result=result)
    write_outcome(locked, hand_to_administrators(case.outcome(), locked.organisation), event)


def connector_call(locked: LockedCase, case: Case, replies: Mapping[str, object]) -> Call:
    """Give a job as its connector sees it."""
    return Call(
        session=locked.session,
        now=locked.environment.now,
        organisation=locked.organisation,
        doors=_Doors(locked),
        instance_id=locked.instance.id,
        title=locked.instance.title,
        job_id=locked.work.job_id,
        key=_key(locked),
        started_by=locked.instance.started_by,
        inputs=_told(locked, case, _inputs(locked, case)),
        written=_written(locked),
        variables=case.visible_to_job(locked.work.token),
        replies=replies,
    )


def _inputs(locked: LockedCase, case: Case) -> dict[str, object]:
    """Give what a connector works on. A listener has no input mappings of its own: its element's headers say it."""
    if locked.work.listener is None:
        return case.inputs(locked.work.token)
    try:
        return case.inputs_of_listener(locked.work.token)
    except StuckError as error:
        raise RefusedError(
            mark("监听器“{label}”的输入出错：{detail}"), label=locked.work.job_name, detail=str(error)
        ) from error


def _told(locked: LockedCase, case: Case, inputs: dict[str, object]) -> dict[str, object]:
    """Mask personal data in what goes to people's phones and mailboxes: whoever may read them opens the case."""
    if locked.work.type != "notify":
        return inputs
    veil = veil_over(locked.session, locked.definition, case.visible_to_job(locked.work.token))
    return {**inputs, **{name: veil.text(text) for name in TOLD if isinstance(text := inputs.get(name), str)}}


def _written(locked: LockedCase) -> dict[str, str]:
    """Give what the diagram itself says of each input."""
    element = locked.definition.process.part(locked.work.element_id)
    written = dict(element.headers) if locked.work.listener is not None else {}
    for mapped in element.inputs:
        name = mapped.target.partition(".")[0]
        written[name] = written.get(name, "") + mapped.source
    return written


def _key(locked: LockedCase) -> str:
    """Name a job as no other job in any installation is named: by the hash of its case's beginning and its number."""
    beginning = select(HistoryEvent.hash).where(
        HistoryEvent.instance_id == locked.instance.id, HistoryEvent.sequence == 1
    )
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{locked.session.scalar(beginning)}/{locked.work.job_id}"))


@dataclass(frozen=True)
class _Doors:
    """What connectors may ask of the engine."""

    locked: LockedCase

    def publish(
        self,
        name: str,
        correlation_key: str,
        variables: Mapping[str, object],
        *,
        time_to_live: dt.timedelta,
        message_id: str | None,
    ) -> dict[str, object]:
        """Publish a message in the name of the case's initiator."""
        published = publish(
            self.locked.session,
            name,
            correlation_key,
            variables,
            self.locked.instance.started_by,
            time_to_live=time_to_live,
            message_id=message_id,
        )
        return {"message": published.id, "delivered": published.delivered, "is_new": published.is_new}

    def start(self, process_id: str, variables: Mapping[str, object]) -> int:
        """Start a case in the name of this case's initiator."""
        locked, starter = self.locked, self.locked.instance.started_by
        found = newest_definition(locked.session, process_id)
        env = environment(locked.session, locked.organisation, found)
        initiator = starter if starter != SYSTEM else None
        begun = Case.start(found.specification, env, {**variables, "initiator": initiator})
        outcome = hand_to_administrators(begun.outcome(), locked.organisation)
        event = NewEvent(
            kind="case.started",
            actor=starter,
            body={
                "input": dict(variables),
                "initiator": initiator,
                "process": found.process_id,
                "version": found.version,
                "started_from": locked.instance.id,
            },
        )
        return write_start(locked.session, found, begun, outcome, event, started_by=starter)
