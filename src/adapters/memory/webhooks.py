"""Webhooks and the outbox in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import frozen

from modeldesk.adapters.memory.contents import Contents, Draft
from modeldesk.domain.model.webhooks.delivery import Backlog, Delivery, DeliveryState
from modeldesk.domain.model.webhooks.event import Event
from modeldesk.domain.model.webhooks.webhook import Webhook


@frozen
class InMemoryWebhooks:
    draft: Draft

    async def get(self, webhook_id: str) -> Webhook | None:
        return (await self.draft.read()).webhooks.get(webhook_id)

    async def all(self) -> Sequence[Webhook]:
        return oldest_first(await self.draft.read())

    async def put(self, webhook: Webhook) -> None:
        held = (await self.draft.read()).webhooks
        self.draft.write(None, webhooks={**held, webhook.id: webhook})

    async def delete(self, webhook_id: str) -> None:
        held = await self.draft.read()
        webhooks = {name: webhook for name, webhook in held.webhooks.items() if name != webhook_id}
        deliveries = tuple(delivery for delivery in held.deliveries if delivery.webhook != webhook_id)
        self.draft.write(None, webhooks=webhooks, deliveries=deliveries)


@frozen
class InMemoryOutbox:
    draft: Draft

    async def add(self, events: Sequence[Event]) -> None:
        webhooks = oldest_first(await self.draft.read())
        await self._append((webhook.id, event) for event in events for webhook in webhooks if webhook.wants(event.type))

    async def add_for(self, webhook: str, event: Event) -> None:
        await self._append([(webhook, event)])

    async def next_due(self, webhook: str, now: datetime) -> Delivery | None:
        return next((delivery for delivery in due(await self.draft.read(), now) if delivery.webhook == webhook), None)

    async def put(self, delivery: Delivery) -> None:
        held = (await self.draft.read()).deliveries
        self.draft.write(None, deliveries=tuple(delivery if old.number == delivery.number else old for old in held))

    async def forget(self, until: datetime) -> None:
        held = (await self.draft.read()).deliveries
        kept = (old for old in held if old.state is DeliveryState.PENDING or old.last_at is None or old.last_at >= until)
        self.draft.write(None, deliveries=tuple(kept))

    async def _append(self, pairs: Iterable[tuple[str, Event]]) -> None:
        held = await self.draft.read()
        numbered = enumerate(pairs, start=held.last_delivery + 1)
        added = tuple(Delivery(number, webhook, event, event.at) for number, (webhook, event) in numbered)
        self.draft.write(None, deliveries=(*held.deliveries, *added), last_delivery=held.last_delivery + len(added))


def oldest_first(held: Contents) -> Sequence[Webhook]:
    return sorted(held.webhooks.values(), key=lambda webhook: (webhook.created_at, webhook.id))


def backlog(held: Contents) -> Sequence[Backlog]:
    found = list[Backlog]()
    for webhook in oldest_first(held):
        states = [delivery for delivery in held.deliveries if delivery.webhook == webhook.id]
        pending = [delivery.event.at for delivery in states if delivery.state is DeliveryState.PENDING]
        given_up = sum(1 for delivery in states if delivery.state is DeliveryState.GIVEN_UP)
        found.append(Backlog(webhook.id, len(pending), min(pending, default=None), given_up))
    return found


def due(held: Contents, now: datetime) -> Sequence[Delivery]:
    """The deliveries that may be tried now: of each webhook and subject at most the earliest one."""
    heads = dict[tuple[str, str], Delivery]()
    for delivery in held.deliveries:
        if delivery.state is DeliveryState.PENDING and held.webhooks[delivery.webhook].is_active:
            heads.setdefault((delivery.webhook, delivery.event.subject), delivery)
    return [delivery for delivery in heads.values() if delivery.next_at is not None and delivery.next_at <= now]
