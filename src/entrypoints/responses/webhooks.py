"""Webhooks and their deliveries."""

from collections.abc import Sequence
from typing import Annotated, TypedDict

from modeldesk.domain.model.webhooks.delivery import Delivery
from modeldesk.domain.model.webhooks.webhook import Webhook
from modeldesk.domain.services.webhooks import NewSecret
from modeldesk.entrypoints.responses.serializer import Source, serialize


class WebhookResponse(TypedDict):
    """`previous_secret_until`: until when the secret before signs too; null where there is none."""

    id: str
    url: str
    events: list[str]
    is_active: bool
    created_at: str
    created_by: str
    previous_secret_until: Annotated[str | None, Source("previous_until")]


class NewWebhookResponse(WebhookResponse):
    """The only response with the secret."""

    secret: str


class WebhooksResponse(TypedDict):
    count: int
    webhooks: list[WebhookResponse]


class WebhookRemovedResponse(TypedDict):
    removed: bool


class SentEventResponse(TypedDict):
    event_id: Annotated[str, Source("id")]


class DeliveryResponse(TypedDict):
    """`next_attempt_at` is null after the end; `answer_status` and `failure` are those of the last attempt."""

    event_id: Annotated[str, Source("event.id")]
    event: Annotated[str, Source("event.type")]
    event_subject: Annotated[str, Source("event.subject")]
    event_at: Annotated[str, Source("event.at")]
    delivery_state: Annotated[str, Source("state")]
    attempts: int
    last_attempt_at: Annotated[str | None, Source("last_at")]
    next_attempt_at: Annotated[str | None, Source("next_at")]
    answer_status: Annotated[int | None, Source("status")]
    failure: Annotated[str | None, Source("reason")]


class DeliveriesResponse(TypedDict):
    count: int
    deliveries: list[DeliveryResponse]


def webhooks_response(webhooks: Sequence[Webhook]) -> WebhooksResponse:
    return serialize(WebhooksResponse, count=len(webhooks), webhooks=webhooks)


def new_webhook_response(made: NewSecret) -> NewWebhookResponse:
    return serialize(NewWebhookResponse, made.webhook, secret=made.secret.reveal())


def deliveries_response(deliveries: Sequence[Delivery]) -> DeliveriesResponse:
    return serialize(DeliveriesResponse, count=len(deliveries), deliveries=deliveries)
