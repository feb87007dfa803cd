"""Webhooks: list, add, show, change, remove, rotate, test, deliveries. For super admins with a session only."""

from litestar import Response, delete, patch, post, route
from litestar.params import FromPath

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.services.webhooks import WebhookChange
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.pages import Nothing
from modeldesk.entrypoints.commands.webhooks import DeliveriesQuery, NewWebhookBody
from modeldesk.entrypoints.responses.serializer import serialize
from modeldesk.entrypoints.responses.webhooks import (
    DeliveriesResponse,
    NewWebhookResponse,
    SentEventResponse,
    WebhookRemovedResponse,
    WebhookResponse,
    WebhooksResponse,
    deliveries_response,
    new_webhook_response,
    webhooks_response,
)
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/webhooks",
    http_method=READING,
    opt={RIGHT: Right.WEBHOOKS},
    operation_class=asks(for_tokens=False),
    responses=answers(WebhooksResponse, 422),
    tags=["webhooks"],
    summary="List webhooks",
)
async def list_webhooks(request: SignedIn, services: GivenServices) -> Response[WebhooksResponse]:
    """Oldest first, without their secrets."""
    services.query(request, Nothing)
    return Response(webhooks_response(await services.container.webhooks().all(services.actor(request))))


@post(
    "/webhooks",
    status_code=200,
    opt={RIGHT: Right.WEBHOOKS},
    operation_class=asks(body=NewWebhookBody, for_tokens=False),
    responses=answers(NewWebhookResponse, 400, 403, 409, 413, 415, 422),
    tags=["webhooks"],
    summary="Add a webhook",
)
async def add_webhook(request: SignedIn, services: GivenServices) -> Response[NewWebhookResponse]:
    """Only this response contains the secret. The address is https, or a host and port that the operator allows for outbound calls."""
    services.query(request, Nothing)
    given = await services.body(request, NewWebhookBody)
    return Response(new_webhook_response(await services.container.webhooks().add(given.url, given.events, services.actor(request))))


@route(
    "/webhooks/{webhook:str}",
    http_method=READING,
    opt={RIGHT: Right.WEBHOOKS},
    operation_class=asks(for_tokens=False),
    responses=answers(WebhookResponse, 400, 404, 422),
    tags=["webhooks"],
    summary="Show a webhook",
)
async def show_webhook(request: SignedIn, services: GivenServices, webhook: FromPath[str]) -> Response[WebhookResponse]:
    """Without its secret."""
    services.query(request, Nothing)
    return Response(serialize(WebhookResponse, await services.container.webhooks().show(webhook, services.actor(request))))


@patch(
    "/webhooks/{webhook:str}",
    status_code=200,
    opt={RIGHT: Right.WEBHOOKS},
    operation_class=asks(body=WebhookChange, for_tokens=False),
    responses=answers(WebhookResponse, 400, 403, 404, 413, 415, 422),
    tags=["webhooks"],
    summary="Change a webhook",
)
async def change_webhook(request: SignedIn, services: GivenServices, webhook: FromPath[str]) -> Response[WebhookResponse]:
    """What is left out stays. A disabled webhook gets no new events; what is pending waits until it is enabled again."""
    services.query(request, Nothing)
    given = await services.body(request, WebhookChange)
    return Response(serialize(WebhookResponse, await services.container.webhooks().change(webhook, given, services.actor(request))))


@delete(
    "/webhooks/{webhook:str}",
    status_code=200,
    opt={RIGHT: Right.WEBHOOKS},
    operation_class=asks(for_tokens=False),
    responses=answers(WebhookRemovedResponse, 400, 403, 404, 413, 415, 422),
    tags=["webhooks"],
    summary="Remove a webhook",
)
async def remove_webhook(request: SignedIn, services: GivenServices, webhook: FromPath[str]) -> Response[WebhookRemovedResponse]:
    """With everything that was still to be sent to it."""
    services.query(request, Nothing)
    await services.no_body(request)
    await services.container.webhooks().remove(webhook, services.actor(request))
    return Response(WebhookRemovedResponse(removed=True))


@post(
    "/webhooks/{webhook:str}/secret",
    status_code=200,
    opt={RIGHT: Right.WEBHOOKS},
    operation_class=asks(for_tokens=False),
    responses=answers(NewWebhookResponse, 400, 403, 404, 413, 415, 422),
    tags=["webhooks"],
    summary="Rotate the secret of a webhook",
)
async def rotate_webhook(request: SignedIn, services: GivenServices, webhook: FromPath[str]) -> Response[NewWebhookResponse]:
    """Only this response contains the new secret. The one before signs too for 24 hours."""
    services.query(request, Nothing)
    await services.no_body(request)
    return Response(new_webhook_response(await services.container.webhooks().rotate(webhook, services.actor(request))))


@post(
    "/webhooks/{webhook:str}/test",
    status_code=200,
    opt={RIGHT: Right.WEBHOOKS},
    operation_class=asks(for_tokens=False),
    responses=answers(SentEventResponse, 400, 403, 404, 413, 415, 422),
    tags=["webhooks"],
    summary="Send a test event",
)
async def test_webhook(request: SignedIn, services: GivenServices, webhook: FromPath[str]) -> Response[SentEventResponse]:
    """Sends `webhook.test` as any other event; its deliveries show what became of it."""
    services.query(request, Nothing)
    await services.no_body(request)
    return Response(serialize(SentEventResponse, await services.container.webhooks().test(webhook, services.actor(request))))


@route(
    "/webhooks/{webhook:str}/deliveries",
    http_method=READING,
    opt={RIGHT: Right.WEBHOOKS},
    operation_class=asks(DeliveriesQuery, for_tokens=False),
    responses=answers(DeliveriesResponse, 400, 404, 422),
    tags=["webhooks"],
    summary="List deliveries",
)
async def list_deliveries(request: SignedIn, services: GivenServices, webhook: FromPath[str]) -> Response[DeliveriesResponse]:
    """Newest first, at most `limit`: pending ones, and those that were delivered or given up within the last week."""
    limit = services.query(request, DeliveriesQuery).limit
    return Response(deliveries_response(await services.container.webhooks().deliveries(webhook, services.actor(request), limit)))


ROUTES = [
    list_webhooks,
    add_webhook,
    show_webhook,
    change_webhook,
    remove_webhook,
    rotate_webhook,
    test_webhook,
    list_deliveries,
]
