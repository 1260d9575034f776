"""Who waits for which message."""

from typing import Literal

from pydantic import Field

from engine.queries.search_subscriptions import SubscriptionRecord, search_subscriptions
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, ElementFilter, WantedKey, WantedMoment, WantedNumber, WantedText
from web.api.wire import TENANT, Answer, Key, Moment


class MessageSubscriptionFilter(ElementFilter):
    """What is asked of a subscription; all of it holds."""

    message_subscription_key: WantedKey = ABSENT
    message_subscription_type: WantedText = ABSENT
    message_subscription_state: WantedText = ABSENT
    message_name: WantedText = ABSENT
    correlation_key: WantedText = ABSENT
    last_updated_date: WantedMoment = ABSENT
    process_definition_name: WantedText = ABSENT
    process_definition_version: WantedNumber = ABSENT


class MessageSubscription(Answer):
    """One event that waits for a message, in a case or as the start of new ones."""

    message_subscription_key: Key
    message_subscription_type: Literal["PROCESS_EVENT", "START_EVENT"]
    message_subscription_state: Literal["CREATED", "CORRELATED"] = Field(
        description="CORRELATED while a message is on its way; what has arrived is a subscription no more."
    )
    message_name: str
    correlation_key: str | None
    last_updated_date: Moment = Field(
        description="When it began to wait; for an event beside other work, when its case or version did."
    )
    element_id: str
    element_instance_key: Key | None
    process_instance_key: Key | None
    root_process_instance_key: Key | None
    process_definition_key: Key
    process_definition_id: str
    process_definition_name: str | None
    process_definition_version: int
    tenant_id: str = TENANT
    tool_name: None = None
    tool_properties: dict[str, str] = Field(default_factory=dict)
    inbound_connector_type: None = None
    business_id: None = None


def _answer(record: SubscriptionRecord) -> MessageSubscription:
    return MessageSubscription(
        message_subscription_key=record.id,
        message_subscription_type=record.kind,
        message_subscription_state=record.state,
        message_name=record.name,
        correlation_key=record.correlation_key,
        last_updated_date=record.since,
        element_id=record.element_id,
        element_instance_key=record.passage,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.root_id,
        process_definition_key=record.definition_id,
        process_definition_id=record.process_id,
        process_definition_name=record.process_name,
        process_definition_version=record.version,
    )


serve_search(
    SearchCall(
        path="/message-subscriptions/search",
        operation="searchMessageSubscriptions",
        tag="Message subscription",
        does="Find what waits for messages: in cases that the caller may see, and at starts of processes.",
        asks=MessageSubscriptionFilter,
        sorts="messageSubscriptionKey messageSubscriptionType messageSubscriptionState messageName correlationKey "
        "lastUpdatedDate elementId elementInstanceKey processInstanceKey processDefinitionKey processDefinitionId "
        "processDefinitionName processDefinitionVersion",
        item=MessageSubscription,
        find=search_subscriptions,
        look="message",
        write=_answer,
    )
)
