"""Webhooks and the outbox in memory."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from modeldesk.adapters.memory.contents import Contents, Draft
from modeldesk.domain.model.webhooks.delivery import MOST_ENDED, MOST_PENDING, TOO_MANY_PENDING, Backlog, Delivery, DeliveryState
from modeldesk.domain.model.webhooks.event import Event, EventType
from modeldesk.domain.model.webhooks.webhook import Webhook
from modeldesk.domain.records import frozen


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

    async def add_if_wanted(self, kind: EventType, make: Callable[[], Event]) -> None:
        if any(webhook.wants(kind) for webhook in (await self.draft.read()).webhooks.values()):
            await self.add([make()])

    async def add_for(self, webhook: str, event: Event) -> None:
        await self._append([(webhook, event)])

    async def next_due(self, webhook: str, now: datetime) -> Delivery | None:
        return next((delivery for delivery in due(await self.draft.read(), now) if delivery.webhook == webhook), None)

    async def record_attempt(self, delivery: Delivery) -> None:
        def after(old: Delivery) -> Delivery:
            is_open = DeliveryState.PENDING is old.state or delivery.state is DeliveryState.DELIVERED
            return delivery if is_open and old.number == delivery.number else old

        self.draft.write(None, deliveries=tuple(map(after, (await self.draft.read()).deliveries)))

    async def trim(self, webhook: str, until: datetime, now: datetime) -> None:
        held = (await self.draft.read()).deliveries
        surplus = {old.number for old in _of(held, webhook, is_pending=True)[:-MOST_PENDING]}
        held = tuple(old.given_up(TOO_MANY_PENDING, now) if old.number in surplus else old for old in held)
        ended = _of(held, webhook, is_pending=False)
        gone = {old.number for old in ended[:-MOST_ENDED]} | {
            old.number for old in ended if old.last_at is not None and old.last_at < until
        }
        self.draft.write(None, deliveries=tuple(old for old in held if old.number not in gone))

    async def _append(self, pairs: Iterable[tuple[str, Event]]) -> None:
        held = await self.draft.read()
        numbered = enumerate(pairs, start=held.last_delivery + 1)
        added = tuple(Delivery(number, webhook, event, event.at) for number, (webhook, event) in numbered)
        self.draft.write(None, deliveries=(*held.deliveries, *added), last_delivery=held.last_delivery + len(added))


def untrimmed(held: Contents, until: datetime) -> Sequence[str]:
    """The webhooks for which `trim` changes something."""
    found = set[str]()
    for webhook in held.webhooks:
        pending, ended = (_of(held.deliveries, webhook, is_pending=is_pending) for is_pending in (True, False))
        is_old = any(old.last_at is not None and old.last_at < until for old in ended)
        if is_old or len(pending) > MOST_PENDING or len(ended) > MOST_ENDED:
            found.add(webhook)
    return sorted(found)


def _of(held: Sequence[Delivery], webhook: str, *, is_pending: bool) -> Sequence[Delivery]:
    return [old for old in held if old.webhook == webhook and (old.state is DeliveryState.PENDING) == is_pending]


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
