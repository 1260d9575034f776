"""Which message has reached which event."""

from engine.queries.search_correlations import CorrelationRecord, search_correlations
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, ElementFilter, WantedKey, WantedMoment, WantedText
from web.api.wire import TENANT, Answer, Key, Moment


class CorrelatedMessageSubscriptionFilter(ElementFilter):
    """What is asked of an arrival; all of it holds."""

    subscription_key: WantedKey = ABSENT
    message_key: WantedKey = ABSENT
    message_name: WantedText = ABSENT
    correlation_key: WantedText = ABSENT
    correlation_time: WantedMoment = ABSENT


class CorrelatedMessageSubscription(Answer):
    """One message that reached one event, or started one case."""

    subscription_key: Key
    message_key: Key
    message_name: str
    correlation_key: str | None
    correlation_time: Moment
    element_id: str
    element_instance_key: Key | None
    partition_id: int = 1
    process_instance_key: Key
    root_process_instance_key: Key | None
    process_definition_key: Key
    process_definition_id: str
    tenant_id: str = TENANT
    business_id: None = None


def _answer(record: CorrelationRecord) -> CorrelatedMessageSubscription:
    return CorrelatedMessageSubscription(
        subscription_key=record.subscription,
        message_key=record.message_id,
        message_name=record.name,
        correlation_key=record.correlation_key or None,
        correlation_time=record.correlated_at,
        element_id=record.element_id,
        element_instance_key=record.passage,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.root_id,
        process_definition_key=record.definition_id,
        process_definition_id=record.process_id,
    )


serve_search(
    SearchCall(
        path="/correlated-message-subscriptions/search",
        operation="searchCorrelatedMessageSubscriptions",
        tag="Message subscription",
        does="Find messages that have reached events of cases that the caller may see.",
        asks=CorrelatedMessageSubscriptionFilter,
        sorts="subscriptionKey messageKey messageName correlationKey correlationTime elementId elementInstanceKey "
        "processInstanceKey processDefinitionKey processDefinitionId",
        item=CorrelatedMessageSubscription,
        find=search_correlations,
        write=_answer,
        look="message",
    )
)
