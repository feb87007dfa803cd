"""What a server does beside requests, as long as it runs."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeAlias

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.model.catalogue.refresh_plan import Interval
from modeldesk.entrypoints.consumer.event_hub import EventHub
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.lifecycle import repeating
from modeldesk.entrypoints.pauses import until_next_expiry, until_next_trim

LOGGER = logging.getLogger(__name__)
Work: TypeAlias = Callable[[], Awaitable[object]]


@asynccontextmanager
async def beside_requests(container: Container, hub: EventHub) -> AsyncIterator[None]:
    """Records what has expired, writes the request counts of products, delivers the events of webhooks, watches the health of active
    models, and looks for changes that event streams announce. Refreshes lists and metadata if the settings say so.
    """
    settings = container.settings()
    async with AsyncExitStack() as running:

        async def repeat(work: Work, pause: Work, name: str, *, at_once: bool = False) -> None:
            await running.enter_async_context(repeating(work, pause, name=name, at_once=at_once))

        await repeat(container.expiry().record, until_next_expiry, "recording what has expired", at_once=True)
        await repeat(container.webhook_delivery().start_due, container.until_next_delivery(), "delivering events of webhooks")
        await repeat(container.webhook_delivery().trim, until_next_trim, "bounding the outbox of webhooks", at_once=True)
        await repeat(container.request_counts().write, container.until_next_count(), "writing request counts")
        await repeat(lambda: _measured(container, hub), container.until_next_measurement(), "measuring what is open")
        await repeat(container.health_watch().observe, container.until_next_checkup(), "watching the health of active models")
        container.listening(hub.announce)
        await repeat(hub.notice, hub.until_next_look, "looking for changes")
        if settings.refresh_every is not None:
            scheduled, interval = container.scheduled_refresh(), Interval(settings.refresh_every)
            await repeat(lambda: scheduled.run_due(interval), container.until_next_look(), "refreshing lists")
        if settings.metadata_url:
            await repeat(container.metadata_refresh().run_due, container.until_next_look(), "refreshing metadata")
        try:
            yield
        finally:
            hub.close()
            await _written_at_the_end(container)


async def _measured(container: Container, hub: EventHub) -> None:
    container.measurements().opened(hub.count, container.pool())


async def _written_at_the_end(container: Container) -> None:
    """What was counted since the last write."""
    try:
        await container.request_counts().write()
    except ModeldeskError as error:
        LOGGER.warning("the request counts of the last minute are lost: %s", error)
