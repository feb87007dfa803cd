"""Webhooks: the addresses that receive changes, their secrets, which are shown once, and what became of the deliveries."""

from collections.abc import Mapping, Sequence

from litestar import Response, get, post
from litestar.params import FromPath

from modeldesk.domain.errors import Conflict, Invalid, ModeldeskError
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.webhooks.delivery import DeliveryState
from modeldesk.domain.model.webhooks.event import EventType
from modeldesk.domain.model.webhooks.webhook import SUBSCRIBED
from modeldesk.domain.services.webhooks import NewSecret, WebhookChange
from modeldesk.entrypoints.commands.webhooks import NewWebhookBody
from modeldesk.entrypoints.panel.forms import Form, GivenForm
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

URL = "/admin/webhooks"
MOST_DELIVERIES = 50
EVENTS: Mapping[EventType, str] = {
    EventType.MODEL_SELECTED: N_("A model was selected"),
    EventType.MODEL_DESELECTED: N_("A model was deselected"),
    EventType.USE_CHANGED: N_("A use was changed"),
    EventType.PROVIDER_CHANGED: N_("A provider was changed"),
    EventType.CATALOGUE_CHANGED: N_("A vendor's list changed"),
    EventType.SELECTION_STATE_CHANGED: N_("The state of an active model changed"),
    EventType.KEY_REJECTED: N_("A vendor rejects the shared key"),
    EventType.LIST_FAILED: N_("A list cannot be read"),
}
"""What each event says; the test event is sent by its button."""

STATES: Mapping[DeliveryState, str] = {
    DeliveryState.PENDING: N_("waiting"),
    DeliveryState.DELIVERED: N_("delivered"),
    DeliveryState.GIVEN_UP: N_("given up"),
}


@get("/webhooks", opt={RIGHT: Right.WEBHOOKS})
async def list_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """All webhooks, what waits for each, and the form of a new one."""
    return await _list(panel, request)


@post("/webhooks", opt={RIGHT: Right.WEBHOOKS})
async def add(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Adds a webhook. Only this response shows its secret."""
    try:
        given = panel.command(NewWebhookBody, url=form.line("url"), events=_events(form))
        made = await panel.container.webhooks().add(given.url, given.events, panel.actor(request))
    except (Invalid, Conflict) as error:
        return await _list(panel, request, form, error)
    return await _one(panel, request, made.webhook.id, made=made)


@get("/webhooks/{webhook:str}", opt={RIGHT: Right.WEBHOOKS})
async def webhook_page(request: SignedIn, panel: GivenPanel, webhook: FromPath[str]) -> Response[bytes]:
    """One webhook with its latest deliveries."""
    return await _one(panel, request, webhook)


@post("/webhooks/{webhook:str}", opt={RIGHT: Right.WEBHOOKS})
async def change(request: SignedIn, panel: GivenPanel, webhook: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Changes its address and events."""
    before = await panel.container.webhooks().show(webhook, panel.actor(request))
    try:
        given = panel.command(NewWebhookBody, url=form.line("url"), events=_events(form))
        wanted = WebhookChange(url=given.url, events=given.events)
        after = await panel.container.webhooks().change(webhook, wanted, panel.actor(request))
    except (Invalid, Conflict) as error:
        return await _one(panel, request, webhook, form=form, refusal=error)
    return panel.redirect(f"{URL}/{webhook}", "nothing-changed" if after == before else "webhook-updated")


@post("/webhooks/{webhook:str}/enabled", opt={RIGHT: Right.WEBHOOKS})
async def set_enabled(request: SignedIn, panel: GivenPanel, webhook: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Enables or disables it."""
    is_on = form.text("is_active") == "true"
    await panel.container.webhooks().change(webhook, WebhookChange(is_active=is_on), panel.actor(request))
    return panel.redirect(f"{URL}/{webhook}", "webhook-enabled" if is_on else "webhook-disabled")


@post("/webhooks/{webhook:str}/test", opt={RIGHT: Right.WEBHOOKS})
async def send_test(request: SignedIn, panel: GivenPanel, webhook: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Sends a test event as any other."""
    await panel.container.webhooks().test(webhook, panel.actor(request))
    return panel.redirect(f"{URL}/{webhook}", "webhook-tested")


@get("/webhooks/{webhook:str}/rotate", opt={RIGHT: Right.WEBHOOKS})
async def rotate_page(request: SignedIn, panel: GivenPanel, webhook: FromPath[str]) -> Response[bytes]:
    """Asks for confirmation."""
    return panel.page(request, "rotate_webhook.html", webhook=await panel.container.webhooks().show(webhook, panel.actor(request)))


@post("/webhooks/{webhook:str}/rotate", opt={RIGHT: Right.WEBHOOKS})
async def rotate(request: SignedIn, panel: GivenPanel, webhook: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Gives it a second secret. Only this response shows it."""
    try:
        made = await panel.container.webhooks().rotate(webhook, panel.actor(request))
    except Conflict as error:
        return await _one(panel, request, webhook, refusal=error)
    return await _one(panel, request, webhook, made=made)


@get("/webhooks/{webhook:str}/remove", opt={RIGHT: Right.WEBHOOKS})
async def remove_page(request: SignedIn, panel: GivenPanel, webhook: FromPath[str]) -> Response[bytes]:
    """Asks for confirmation."""
    return panel.page(request, "remove_webhook.html", webhook=await panel.container.webhooks().show(webhook, panel.actor(request)))


@post("/webhooks/{webhook:str}/remove", opt={RIGHT: Right.WEBHOOKS})
async def remove(request: SignedIn, panel: GivenPanel, webhook: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Removes it with everything that was still to be sent to it."""
    await panel.container.webhooks().remove(webhook, panel.actor(request))
    return panel.redirect(URL, "webhook-removed")


def _events(form: Form) -> Sequence[str]:
    return tuple(kind.value for kind in SUBSCRIBED if form.has(f"event_{kind.value}"))


async def _list(panel: Panel, request: SignedIn, form: Form | None = None, refusal: ModeldeskError | None = None) -> Response[bytes]:
    return panel.page(
        request,
        "webhooks.html",
        refusal=refusal,
        webhooks=await panel.container.webhooks().with_backlog(panel.actor(request)),
        events=EVENTS,
        url=form.line("url") if form else "",
        wanted=_events(form) if form else [kind.value for kind in SUBSCRIBED],
    )


async def _one(
    panel: Panel,
    request: SignedIn,
    webhook_id: str,
    *,
    form: Form | None = None,
    made: NewSecret | None = None,
    refusal: ModeldeskError | None = None,
) -> Response[bytes]:
    webhooks, actor = panel.container.webhooks(), panel.actor(request)
    webhook = await webhooks.show(webhook_id, actor)
    return panel.page(
        request,
        "webhook.html",
        refusal=refusal,
        webhook=webhook,
        made=made,
        events=EVENTS,
        states=STATES,
        url=form.line("url") if form else webhook.url,
        wanted=_events(form) if form else [kind.value for kind in webhook.events],
        deliveries=await webhooks.deliveries(webhook_id, actor, MOST_DELIVERIES),
        now=panel.container.clock()(),
    )


ROUTES = [
    *(list_page, add, webhook_page, change, set_enabled, send_test),
    *(rotate_page, rotate, remove_page, remove),
]
