"""Registering webhooks, and the events that changes leave for them."""

import json
from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest

from modeldesk.adapters.memory.contents import no_pause
from modeldesk.domain.errors import (
    InvalidValue,
    KeyRejected,
    NotAllowed,
    TooManyWebhooks,
    VendorFailed,
    WebhookAddressRefused,
    WebhookNotFound,
)
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import Action
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, ModelId, Slug
from modeldesk.domain.model.webhooks.event import EventType
from modeldesk.domain.model.webhooks.webhook import MOST_WEBHOOKS, SUBSCRIBED
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.domain.services.webhooks import WebhookChange
from tests.support.actors import by
from tests.support.samples import ANOTHER_KEY, Desk, browse, chat, provider, select_model, with_list
from tests.support.webhooks import FakeReceivers, webhooks_of

URL, OTHER = HttpUrl("https://a.example/in?token=s3cret"), HttpUrl("https://b.example/in")
USE = (EventType.USE_CHANGED,)


async def reported(desk: Desk) -> list[str]:
    """The types and subjects of all deliveries, oldest first."""
    return [f"{delivery.event.type.value} {delivery.event.subject}" for delivery in desk.store.contents.deliveries]


async def test_a_secret_is_shown_once_and_kept_encrypted(desk: Desk) -> None:
    """The store holds neither the secret, nor does the audit log, nor the query of the address."""
    webhooks = webhooks_of(desk, FakeReceivers())
    made = await webhooks.add(URL, USE, CLI_ACTOR)
    assert made.secret.reveal().startswith("whsec_")
    assert desk.vault.open(made.webhook.sealed, made.webhook.binding) == made.secret
    held = repr(desk.store.contents)
    assert made.secret.reveal() not in held
    [entry] = desk.store.contents.audit
    assert (entry.action, entry.subject) == (Action.WEBHOOK_ADDED, f"webhook:{made.webhook.id}")
    assert entry.after == {"url": "https://a.example/in", "events": ["use.changed"], "is_active": True}


async def test_a_webhook_is_changed_rotated_and_removed(desk: Desk) -> None:
    """Each with its audit entry; a change without a difference has none. What nobody knows is not found."""
    webhooks = webhooks_of(desk, FakeReceivers())
    made = (await webhooks.add(URL, USE, CLI_ACTOR)).webhook
    changed = await webhooks.change(made.id, WebhookChange(url=OTHER, is_active=False), CLI_ACTOR)
    assert (changed.url, changed.events, changed.is_active) == (OTHER, USE, False)
    assert await webhooks.change(made.id, WebhookChange(is_active=False), CLI_ACTOR) == changed
    rotated = await webhooks.rotate(made.id, CLI_ACTOR)
    assert rotated.webhook.previous == made.sealed
    assert await webhooks.show(made.id, CLI_ACTOR) == rotated.webhook
    await webhooks.remove(made.id, CLI_ACTOR)
    assert await webhooks.all(CLI_ACTOR) == []
    for refused in (
        webhooks.show(made.id, CLI_ACTOR),
        webhooks.change(made.id, WebhookChange(), CLI_ACTOR),
        webhooks.rotate(made.id, CLI_ACTOR),
        webhooks.test(made.id, CLI_ACTOR),
        webhooks.deliveries(made.id, CLI_ACTOR, 9),
        webhooks.remove(made.id, CLI_ACTOR),
    ):
        with pytest.raises(WebhookNotFound):
            await refused
    actions = [entry.action for entry in desk.store.contents.audit]
    assert actions == [Action.WEBHOOK_ADDED, Action.WEBHOOK_CHANGED, Action.WEBHOOK_SECRET_ROTATED, Action.WEBHOOK_REMOVED]


async def test_what_is_refused(desk: Desk) -> None:
    """An address that nothing is sent to, no event, one webhook too many, and anybody who is no super admin. Nothing is written."""
    webhooks = webhooks_of(desk, FakeReceivers())
    with pytest.raises(WebhookAddressRefused):
        await webhooks.add(HttpUrl("http://a.example"), USE, CLI_ACTOR)
    with pytest.raises(InvalidValue):
        await webhooks.add(URL, [], CLI_ACTOR)
    for refused in (webhooks.add(URL, USE, by("sara")), webhooks.all(by("sara")), webhooks.deliveries("wh", by("sara"), 9)):
        with pytest.raises(NotAllowed, match="super-only-webhooks"):
            await refused
    assert desk.store.contents.audit == ()
    for _ in range(MOST_WEBHOOKS):
        made = await webhooks.add(URL, USE, CLI_ACTOR)
    with pytest.raises(TooManyWebhooks):
        await webhooks.add(URL, USE, CLI_ACTOR)
    with pytest.raises(WebhookAddressRefused):
        await webhooks.change(made.webhook.id, WebhookChange(url=HttpUrl("http://a.example")), CLI_ACTOR)


async def test_a_test_event_goes_to_its_webhook_alone(desk: Desk) -> None:
    """Though it subscribes to other events."""
    webhooks = webhooks_of(desk, FakeReceivers())
    first, second = [(await webhooks.add(URL, USE, CLI_ACTOR)).webhook for _ in range(2)]
    event = await webhooks.test(second.id, CLI_ACTOR)
    assert [delivery.event for delivery in await webhooks.deliveries(second.id, CLI_ACTOR, 9)] == [event]
    assert await webhooks.deliveries(first.id, CLI_ACTOR, 9) == []


async def test_changes_leave_events(desk: Desk) -> None:
    """Selections, uses and providers, in the order of the changes; what changes nothing leaves none, and without a webhook nothing is written."""
    await desk.put(provider("acme", capabilities=chat("large", "small")))
    await desk.selection.select(select_model("large"), CLI_ACTOR)
    assert desk.store.contents.deliveries == ()
    await webhooks_of(desk, FakeReceivers()).add(URL, SUBSCRIBED, CLI_ACTOR)
    await desk.selection.select(select_model("large"), CLI_ACTOR)
    await desk.selection.select(select_model("small"), CLI_ACTOR)
    await desk.uses.put(Use(UseName("support"), CapabilityName("chat"), Slug("acme")), CLI_ACTOR)
    await desk.registration.set_active(Slug("acme"), False, CLI_ACTOR)
    assert await reported(desk) == ["model.selected acme/chat", "use.changed use:support", "provider.changed acme"]
    assert json.loads(desk.store.contents.deliveries[0].event.body)["data"]["previous_model_id"] == "large"


async def test_lists_leave_events(desk: Desk) -> None:
    """A list that changed, one that cannot be read, once for each error, and a rejected key; one that stays as it is leaves none."""
    await with_list(desk)
    await desk.key_keeping.set(Slug("vendor"), None, ANOTHER_KEY, CLI_ACTOR)
    await refresh(desk)
    await webhooks_of(desk, FakeReceivers()).add(URL, SUBSCRIBED, CLI_ACTOR)
    await refresh(desk)
    assert await reported(desk) == []
    desk.vendors.write("vendor", "abcde")
    await refresh(desk)
    assert await reported(desk) == ["catalogue.changed vendor"]
    desk.vendors.fail("vendor")
    for _ in range(2):
        with suppress(VendorFailed):
            await refresh(desk)
    desk.vendors.fail("vendor", kind=KeyRejected)
    with suppress(VendorFailed):
        await refresh(desk)
    assert await reported(desk) == ["catalogue.changed vendor", "list.failed vendor", "key.rejected vendor"]


async def test_every_event_is_written(desk: Desk) -> None:
    """Each kind that a webhook may want, by the change that it is named for; a model that is active and left the list changes its slot's state."""
    await with_list(desk)
    await desk.key_keeping.set(Slug("vendor"), None, ANOTHER_KEY, CLI_ACTOR)
    await refresh(desk)
    await webhooks_of(desk, FakeReceivers()).add(URL, SUBSCRIBED, CLI_ACTOR)
    slot = Slot(Slug("vendor"), CapabilityName("chat"))
    await desk.selection.select(SelectModel(slot, ModelId("a")), CLI_ACTOR)
    desk.vendors.write("vendor", "bcdef")
    for _ in range(2):
        await refresh(desk)
    await desk.uses.put(Use(UseName("support"), slot.capability, slot.provider), CLI_ACTOR)
    await desk.selection.deselect(slot, CLI_ACTOR)
    await desk.registration.set_active(slot.provider, False, CLI_ACTOR)
    await desk.registration.set_active(slot.provider, True, CLI_ACTOR)
    for kind in (VendorFailed, KeyRejected):
        desk.vendors.fail("vendor", kind=kind)
        with suppress(VendorFailed):
            await refresh(desk)
    lines = await reported(desk)
    assert {line.partition(" ")[0] for line in lines} == {kind.value for kind in SUBSCRIBED}
    assert "selection.state_changed vendor/chat" in lines


async def refresh(desk: Desk) -> None:
    desk.clock.forward(timedelta(hours=1))
    await browse(desk, mode=RefreshMode.FORCE)


async def test_each_webhook_is_listed_with_its_backlog(desk: Desk) -> None:
    """Also with nothing in it; one that is removed or added between both reads is missing."""
    webhooks = webhooks_of(desk, FakeReceivers())
    first = (await webhooks.add(URL, USE, CLI_ACTOR)).webhook
    desk.clock.forward(timedelta(seconds=1))
    second = (await webhooks.add(OTHER, USE, CLI_ACTOR)).webhook
    await webhooks.test(second.id, CLI_ACTOR)
    assert [(one.id, held.webhook, held.pending) for one, held in await webhooks.with_backlog(CLI_ACTOR)] == [
        (first.id, first.id, 0),
        (second.id, second.id, 1),
    ]
    reads = count(1)

    async def replace_at_the_second() -> None:
        if next(reads) == 2:
            desk.store.pause = no_pause
            await webhooks.remove(first.id, CLI_ACTOR)
            await webhooks.add(URL, USE, CLI_ACTOR)

    desk.store.pause = replace_at_the_second
    assert [one.id for one, _ in await webhooks.with_backlog(CLI_ACTOR)] == [second.id]
