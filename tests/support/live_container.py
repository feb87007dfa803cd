"""Live lists on a whole desk: the container as it ships, an embedded database, the outbound client, and a vendor on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from dependency_injector import providers as injection

from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.limits import OutboundLimits
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, SingleLineText, Slug
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.lifecycle import closing
from modeldesk.entrypoints.settings import load_settings
from tests.support.hostile_server import Behaviour, answer, question, serving
from tests.support.outbound_vendor import trusting_nobody
from tests.support.stores import upgraded

CHAT = Slot(Slug("acme"), CapabilityName("chat"))
LIVE = {CapabilityName("chat"): Capability(True, has_dynamic_models=True)}
ONE_TRY = OutboundLimits(tries=1)
GOOD = b'{"data": [{"id": "one"}, {"id": "two"}, {"id": "three"}]}'


class Changing:
    """A vendor that behaves as it is told at the moment."""

    def __init__(self, behave: Behaviour) -> None:
        self.behave = behave
        self.questions = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.questions += 1
        await self.behave(reader, writer)


def good_after(seconds: float, body: bytes = GOOD) -> Behaviour:
    """A good list, after so long."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await question(reader)
        await asyncio.sleep(seconds)
        writer.write(answer(body))
        await writer.drain()

    return behave


@asynccontextmanager
async def desk_with(vendor: Changing, folder: Path) -> AsyncIterator[Container]:
    """A desk with one provider, whose list is the vendor's; the client is the real one."""
    async with serving(vendor) as served:
        settings = load_settings({}, folder)
        file = Path(settings.database_url.removeprefix("sqlite:///"))
        file.parent.mkdir(mode=0o700)
        await asyncio.to_thread(upgraded, file)
        container = Container(settings=injection.Object(settings))
        allowed = allowed_hosts(f"localhost:{served.port}")
        container.outbound.override(injection.Singleton(OutboundClient, allowed, ONE_TRY, tls=trusting_nobody()))
        async with closing(container.opened()):
            await put(container.store(), HttpUrl(f"http://localhost:{served.port}/v1"))
            yield container
            await container.outbound().close()


async def put(store: SqlStore, address: HttpUrl) -> None:
    """Stores the one provider, whose vendor is at this address."""
    async with store.unit_of_work() as work:
        await work.providers.put(
            [Provider(CHAT.provider, SingleLineText("Acme"), SingleLineText("Acme"), api_base_url=address, capabilities=LIVE)]
        )
        await work.commit()


async def browsed(container: Container, mode: RefreshMode = RefreshMode.STALE_OK) -> SlotCatalogue:
    return await container.discovery().listing(CHAT, CLI_ACTOR, mode)
