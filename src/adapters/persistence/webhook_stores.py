"""The stores of a unit of work for webhooks and their outbox."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from modeldesk.adapters.persistence import webhook_statements
from modeldesk.adapters.persistence.open_work import OpenWork
from modeldesk.domain.model.webhooks.delivery import Delivery
from modeldesk.domain.model.webhooks.event import Event, EventType
from modeldesk.domain.model.webhooks.webhook import Webhook


class SqlWebhooks(Struct, frozen=True):
    work: OpenWork

    async def get(self, webhook_id: str) -> Webhook | None:
        return await self.work.read(webhook_statements.webhook, webhook_id)

    async def all(self) -> Sequence[Webhook]:
        return await self.work.read(webhook_statements.all_webhooks)

    async def put(self, webhook: Webhook) -> None:
        self.work.write(None, webhook_statements.put_webhook, webhook)

    async def delete(self, webhook_id: str) -> None:
        self.work.write(None, webhook_statements.delete_webhook, webhook_id)


class SqlOutbox(Struct, frozen=True):
    work: OpenWork

    async def add(self, events: Sequence[Event]) -> None:
        if len(events) == 1:
            self.work.write(None, webhook_statements.add_event, events[0])
        elif events:
            self.work.write(None, webhook_statements.add_events, tuple(events))

    async def add_if_wanted(self, kind: EventType, make: Callable[[], Event]) -> None:
        self.work.write(None, webhook_statements.add_event_if_wanted, kind, make)

    async def add_for(self, webhook: str, event: Event) -> None:
        self.work.write(None, webhook_statements.add_event_for, webhook, event)

    async def next_due(self, webhook: str, now: datetime) -> Delivery | None:
        return await self.work.read(webhook_statements.next_due, webhook, now)

    async def record_attempt(self, delivery: Delivery) -> None:
        self.work.write(None, webhook_statements.record_attempt, delivery)

    async def trim(self, webhook: str, until: datetime, now: datetime) -> None:
        self.work.write(None, webhook_statements.trim, webhook, until, now)
