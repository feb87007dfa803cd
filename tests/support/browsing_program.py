"""A program that browses one live list many times at once, when it is told to: one of several instances in a test.

python -m tests.support.browsing_program HOST:PORT TIMES      says "ready", waits for a line, and tells how many answers it got of which list
"""

import asyncio
import os
import sys
from collections import Counter

from dependency_injector import providers as injection

from modeldesk.adapters.cache.redis import RedisListCache
from modeldesk.adapters.cache.resilient_redis import RedisTimeouts
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.query import CatalogueQuery
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.lifecycle import closing
from modeldesk.entrypoints.settings import load_settings


async def browse(times: int) -> None:
    os.environ["MODELDESK_ALLOWED_HOSTS_OUTBOUND"] = sys.argv[1]
    settings = load_settings()
    container = Container(settings=injection.Object(settings))
    # A busy machine may answer later than an instance waits, which would then go on alone.
    patient = injection.Singleton(RedisListCache, settings.redis_url, timeouts=RedisTimeouts(call=30))
    container.list_cache.override(patient)
    slot = Slot(Slug("acme"), CapabilityName("chat"))
    async with closing(container.opened()):
        await container.store().current()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        listings = await asyncio.gather(*(container.discovery().listing(slot, CLI_ACTOR) for _ in range(times)))
        counted = Counter(" ".join(model.id for model in listing.page(CatalogueQuery()).models) for listing in listings)
        await container.list_cache().close()
        print(*(f"{count} {ids}" for ids, count in counted.items()), sep="; ", flush=True)


if __name__ == "__main__":
    asyncio.run(browse(int(sys.argv[2])))
