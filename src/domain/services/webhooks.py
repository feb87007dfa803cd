"""Registering webhooks: their addresses, events and secrets. For super admins with a session, and for the command line."""

from collections.abc import Sequence

from attrs import evolve

from modeldesk.domain.errors import KeyUnreadable, TooManyWebhooks, WebhookNotFound
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import HttpUrl
from modeldesk.domain.model.webhooks.delivery import Backlog, Delivery
from modeldesk.domain.model.webhooks.event import Event, EventType, new_event
from modeldesk.domain.model.webhooks.webhook import ID_BYTES, MOST_WEBHOOKS, SECRET_BYTES, Webhook, new_secret, wanted_events
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.outbox import Outbox
from modeldesk.domain.ports.randomness import RandomBytes
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.ports.webhook_sender import WebhookSender
from modeldesk.domain.records import frozen
from modeldesk.domain.services.authorization import require_active_actor
from modeldesk.domain.services.master_key_check import seal_for_storage


@frozen
class NewSecret:
    """A webhook with the text of its new secret, which is shown once."""

    webhook: Webhook
    secret: Secret


@frozen
class WebhookChange:
    """What to change; None leaves it as it is."""

    url: HttpUrl | None = None
    events: tuple[EventType, ...] | None = None
    is_active: bool | None = None

    def applied(self, webhook: Webhook) -> Webhook:
        """The webhook with the change. Raises InvalidValue."""
        return evolve(
            webhook,
            url=webhook.url if self.url is None else self.url,
            events=webhook.events if self.events is None else wanted_events(self.events),
            is_active=webhook.is_active if self.is_active is None else self.is_active,
        )


class Webhooks:
    """Each change is one unit of work with its audit entry. Every method raises NotAllowed, and WebhookNotFound for an unknown id."""

    def __init__(
        self,
        *,
        unit_of_work: OpenUnitOfWork,
        outbox: Outbox,
        vault: Vault,
        sender: WebhookSender,
        clock: Clock,
        random_bytes: RandomBytes,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._outbox = outbox
        self._vault = vault
        self._sender = sender
        self._clock = clock
        self._random_bytes = random_bytes

    async def all(self, actor: Actor) -> Sequence[Webhook]:
        """Oldest first."""
        actor.require(Right.WEBHOOKS)
        return await self._outbox.webhooks()

    async def show(self, webhook_id: str, actor: Actor) -> Webhook:
        found = next((webhook for webhook in await self.all(actor) if webhook.id == webhook_id), None)
        if found is None:
            raise WebhookNotFound(webhook_id)
        return found

    async def deliveries(self, webhook_id: str, actor: Actor, limit: int) -> Sequence[Delivery]:
        """Newest first, at most `limit`; those that ended more than a week ago are not kept."""
        await self.show(webhook_id, actor)
        return await self._outbox.deliveries(webhook_id, limit)

    async def with_backlog(self, actor: Actor) -> Sequence[tuple[Webhook, Backlog]]:
        """Each webhook with what waits to be sent to it, oldest first. One that is added or removed meanwhile may be missing."""
        webhooks = {webhook.id: webhook for webhook in await self.all(actor)}
        return [(webhooks[one.webhook], one) for one in await self._outbox.backlog() if one.webhook in webhooks]

    async def in_trouble(self, actor: Actor) -> Sequence[tuple[Webhook, Backlog]]:
        """The webhooks whose events do not arrive, each with what waits for it."""
        now = self._clock()
        return [(webhook, held) for webhook, held in await self.with_backlog(actor) if held.needs_attention(now)]

    async def add(self, url: HttpUrl, events: Sequence[EventType], actor: Actor) -> NewSecret:
        """Registers a webhook. Raises InvalidValue, WebhookAddressRefused, TooManyWebhooks, MasterKeyMissing."""
        actor.require(Right.WEBHOOKS)
        await self._sender.require_allowed(url)
        wanted, secret = wanted_events(events), new_secret(self._random_bytes(SECRET_BYTES))
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.WEBHOOKS)
            if len(await work.webhooks.all()) >= MOST_WEBHOOKS:
                raise TooManyWebhooks(MOST_WEBHOOKS)
            new = Webhook(f"wh_{self._random_bytes(ID_BYTES).hex()}", url, wanted, True, self._clock(), actor.name, b"")
            webhook = evolve(new, sealed=await seal_for_storage(work, self._vault, secret, new.binding))
            await self._record(work, webhook, None, Action.WEBHOOK_ADDED, actor)
        return NewSecret(webhook, secret)

    async def change(self, webhook_id: str, change: WebhookChange, actor: Actor) -> Webhook:
        """Changes a webhook; without a difference nothing is written. Raises InvalidValue, WebhookAddressRefused."""
        if change.url is not None:
            await self._sender.require_allowed(change.url)
        async with self._unit_of_work() as work:
            before = await _found(work, webhook_id, actor)
            after = change.applied(before)
            if after != before:
                await self._record(work, after, before, Action.WEBHOOK_CHANGED, actor)
        return after

    async def rotate(self, webhook_id: str, actor: Actor) -> NewSecret:
        """Gives the webhook a second secret; the current one signs too for 24 hours, and one before it no more. Raises MasterKeyMissing.

        A current one that cannot be decrypted signs nothing, and would hold up every delivery: it is replaced at once.
        """
        secret = new_secret(self._random_bytes(SECRET_BYTES))
        async with self._unit_of_work() as work:
            before = await _found(work, webhook_id, actor)
            sealed = await seal_for_storage(work, self._vault, secret, before.binding)
            after = before.with_secret(sealed, self._clock()) if self._can_sign(before) else before.with_only_secret(sealed)
            await self._record(work, after, before, Action.WEBHOOK_SECRET_ROTATED, actor)
        return NewSecret(after, secret)

    async def remove(self, webhook_id: str, actor: Actor) -> None:
        """Removes a webhook with everything that was still to be sent to it."""
        async with self._unit_of_work() as work:
            before = await _found(work, webhook_id, actor)
            await work.webhooks.delete(webhook_id)
            await self._audit(work, None, before, Action.WEBHOOK_REMOVED, actor)
            await work.commit()

    async def test(self, webhook_id: str, actor: Actor) -> Event:
        """Writes a test event for this webhook, whatever it subscribes to. It is sent as every other one."""
        async with self._unit_of_work() as work:
            webhook = await _found(work, webhook_id, actor)
            event = new_event(EventType.TEST, webhook.id, self._clock(), {"webhook": webhook.id, "sent_by": actor.name})
            await work.outbox.add_for(webhook.id, event)
            await work.commit()
        return event

    def _can_sign(self, webhook: Webhook) -> bool:
        """Whether its current secret can be decrypted."""
        try:
            self._vault.open(webhook.sealed, webhook.binding)
        except KeyUnreadable:
            return False
        return True

    async def _record(self, work: UnitOfWork, after: Webhook, before: Webhook | None, action: Action, actor: Actor) -> None:
        await work.webhooks.put(after)
        await self._audit(work, after, before, action, actor)
        await work.commit()

    async def _audit(self, work: UnitOfWork, after: Webhook | None, before: Webhook | None, action: Action, actor: Actor) -> None:
        subject = next(webhook.id for webhook in (after, before) if webhook is not None)
        was, became = (_details(webhook) if webhook is not None else None for webhook in (before, after))
        await work.audit.add([audit_entry(actor, self._clock(), action, f"webhook:{subject}", before=was, after=became)])


async def _found(work: UnitOfWork, webhook_id: str, actor: Actor) -> Webhook:
    actor.require(Right.WEBHOOKS)
    await require_active_actor(work, actor, Right.WEBHOOKS)
    webhook = await work.webhooks.get(webhook_id)
    if webhook is None:
        raise WebhookNotFound(webhook_id)
    return webhook


def _details(webhook: Webhook) -> dict[str, object]:
    """What the audit log holds of a webhook. A URL may carry a secret in its query, which is left out."""
    address = webhook.url.partition("?")[0]
    return {"url": address, "events": [kind.value for kind in webhook.events], "is_active": webhook.is_active}
