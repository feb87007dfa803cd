"""Registering webhooks, and what became of their deliveries."""

from modeldesk.domain.model.values.numbers import PageSize
from modeldesk.domain.model.values.texts import HttpUrl
from modeldesk.domain.model.webhooks.event import EventType
from modeldesk.domain.model.webhooks.webhook import SUBSCRIBED
from modeldesk.domain.records import frozen

DEFAULT_DELIVERIES = PageSize(100)


@frozen
class NewWebhookBody:
    """Without `events`, all of them."""

    url: HttpUrl
    events: tuple[EventType, ...] = SUBSCRIBED


@frozen
class DeliveriesQuery:
    limit: PageSize = DEFAULT_DELIVERIES
