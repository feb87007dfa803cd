"""Registers a webhook and changes a use twice in the database of its first argument, then dies: before it delivers, or while it does.

The second argument is `before` or `during`. The address of the receiver is the third one.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping

from modeldesk.adapters.concurrency.background import AsyncioBackgroundTasks
from modeldesk.adapters.concurrency.coalescing import AsyncioCoalescing
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, MultilineText, Slug
from modeldesk.domain.model.webhooks.event import EventType
from modeldesk.domain.services.uses import Uses
from modeldesk.domain.services.webhook_delivery import SignedSender, WebhookDelivery
from modeldesk.domain.services.webhooks import Webhooks
from modeldesk.entrypoints.this_process import utc_now
from tests.support.fake_vendors import vault
from tests.support.named_instance import NamedInstance
from tests.support.stores import provider


class Dying:
    """Is killed when it sends."""

    async def require_allowed(self, url: str) -> None:
        """Every address is."""

    async def post(self, webhook: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("a killed process goes no further")


async def main(database: str, moment: str, url: str) -> None:
    store, sender = SqlStore(database), Dying()
    async with store.unit_of_work() as work:
        await work.providers.put([provider("openai")])
        await work.commit()
    webhooks = Webhooks(unit_of_work=store.unit_of_work, outbox=store, vault=vault(), sender=sender, clock=utc_now, random_bytes=os.urandom)
    made = await webhooks.add(HttpUrl(url), [EventType.USE_CHANGED], CLI_ACTOR)
    print(made.secret.reveal(), flush=True)
    for text in ("first", "second"):
        await Uses(store.unit_of_work, utc_now).put(
            Use(UseName("support"), CapabilityName("chat"), Slug("openai"), MultilineText(text)), CLI_ACTOR
        )
    if moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    delivery = WebhookDelivery(
        unit_of_work=store.unit_of_work,
        outbox=store,
        sender=SignedSender(vault(), sender, utc_now),
        background=AsyncioBackgroundTasks(),
        coalescing=AsyncioCoalescing(),
        clock=utc_now,
        instance=NamedInstance("dying"),
    )
    await delivery.deliver(made.webhook.id)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
