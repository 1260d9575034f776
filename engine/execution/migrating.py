"""What waits beside the state of a case that goes on under another version: its rows, bound to the new one."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.execution.immutable import Definition
from engine.interpreter import Element, Outcome
from engine.model import ElementInstance, EventSubscription, Incident, Job, UserTask


def rebind(session: Session, instance_id: int, old: Definition, new: Definition, outcome: Outcome) -> None:
    """Give tasks, jobs, subscriptions and incidents of tokens that stay the ids, names and forms of the new version.

    People, due dates and drafts stay as they are.
    """
    for token, element_id in outcome.waiting.items():
        element = new.process.elements.get(element_id)
        if element is not None:
            _rebind_token(session, instance_id, token, new, element)
    if outcome.canceled:
        session.execute(
            update(ElementInstance)
            .where(ElementInstance.instance_id == instance_id, ElementInstance.token.in_(list(outcome.canceled)))
            .where(ElementInstance.state == "ACTIVE")
            .values(state="TERMINATED")
        )
    if old.process_id != new.process_id:
        session.execute(
            update(EventSubscription)
            .where(EventSubscription.instance_id == instance_id)
            .values(process_id=new.process_id)
        )


def _rebind_token(session: Session, instance_id: int, token: int, new: Definition, element: Element) -> None:
    named = {"element_id": element.id, "name": element.label}
    form = {"form_id": element.form_id, "form_definition_id": new.forms.get(element.form_id or "")}
    for model, values in (
        (UserTask, {**named, **form}),
        (Job, named),
        (Incident, named),
        (ElementInstance, named),
        (EventSubscription, {"element_id": element.id}),
    ):
        session.execute(update(model).where(model.instance_id == instance_id, model.token == token).values(**values))
