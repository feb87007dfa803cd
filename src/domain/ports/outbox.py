"""Webhooks, and the outbox of events that are still to be delivered."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from modeldesk.domain.model.webhooks.delivery import Backlog, Delivery
from modeldesk.domain.model.webhooks.event import Event, EventType
from modeldesk.domain.model.webhooks.webhook import Webhook


class WebhookStore(Protocol):
    """Webhooks. Writing them leaves the generation as it is."""

    async def get(self, webhook_id: str) -> Webhook | None: ...

    async def all(self) -> Sequence[Webhook]:
        """Oldest first."""
        ...

    async def put(self, webhook: Webhook) -> None:
        """Adds or replaces."""
        ...

    async def delete(self, webhook_id: str) -> None:
        """Deletes the webhook with its deliveries."""
        ...


class OutboxStore(Protocol):
    """Deliveries. Writing them leaves the generation as it is."""

    async def add(self, events: Sequence[Event]) -> None:
        """Appends in this order one delivery for each event and each enabled webhook that wants it, due at once. Writes nothing where none does."""
        ...

    async def add_if_wanted(self, kind: EventType, make: Callable[[], Event]) -> None:
        """Adds the event of this kind that `make` makes. It need not be made where no enabled webhook wants its kind."""
        ...

    async def add_for(self, webhook: str, event: Event) -> None:
        """Appends one delivery, whatever the webhook wants."""
        ...

    async def next_due(self, webhook: str, now: datetime) -> Delivery | None:
        """The earliest delivery to an enabled webhook that is due, and before which no other one of its subject is pending."""
        ...

    async def record_attempt(self, delivery: Delivery) -> None:
        """Replaces what became of a pending delivery. One that was given up meanwhile takes a success alone, and a deleted one nothing."""
        ...

    async def trim(self, webhook: str, until: datetime, now: datetime) -> None:
        """Gives up the earliest pending deliveries beyond MOST_PENDING. Deletes what ended before `until`, and the earliest beyond MOST_ENDED."""
        ...


class Outbox(Protocol):
    """Webhooks and deliveries, read without waiting for writers. Raises as `Snapshots`."""

    async def webhooks(self) -> Sequence[Webhook]:
        """Oldest first."""
        ...

    async def due_webhooks(self, now: datetime) -> Sequence[str]:
        """The webhooks for which `next_due` finds something."""
        ...

    async def untrimmed(self, until: datetime) -> Sequence[str]:
        """The webhooks for which `trim` changes something."""
        ...

    async def deliveries(self, webhook: str, limit: int) -> Sequence[Delivery]:
        """Newest first."""
        ...

    async def backlog(self) -> Sequence[Backlog]:
        """One for each webhook, the oldest webhook first."""
        ...
