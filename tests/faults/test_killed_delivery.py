"""A process that is killed between a change and its delivery loses no event."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Receiver

from modeldesk.adapters.concurrency.background import AsyncioBackgroundTasks
from modeldesk.adapters.concurrency.coalescing import AsyncioCoalescing
from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.webhook_sender import OutboundWebhookSender
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.services.webhook_delivery import SignedSender, WebhookDelivery
from modeldesk.entrypoints.this_process import utc_now
from tests.support.fake_vendors import vault
from tests.support.hostile_server import Reader, Writer, question, serving
from tests.support.manual_clock import ManualClock
from tests.support.named_instance import NamedInstance
from tests.support.preloaded import run_module
from tests.support.stores import upgraded

Heard = list[tuple[dict[str, str], bytes]]


@asynccontextmanager
async def receiver(heard: Heard) -> AsyncIterator[int]:
    """Accepts every event, and keeps it; gives its port."""

    async def accept(reader: Reader, writer: Writer) -> None:
        head = (await question(reader)).decode()
        lines = (line.partition(": ") for line in head.split("\r\n")[1:])
        headers = {name.lower(): value for name, _, value in lines}
        heard.append((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()

    async with serving(accept) as served:
        yield served.port


async def delivered(database: str, port: int, clock: ManualClock) -> None:
    """What the next process does at its start."""
    store, client = SqlStore(database), OutboundClient(allowed_hosts(f"localhost:{port}"))
    background = AsyncioBackgroundTasks()
    delivery = WebhookDelivery(
        unit_of_work=store.unit_of_work,
        outbox=store,
        sender=SignedSender(vault(), OutboundWebhookSender(client), clock),
        background=background,
        coalescing=AsyncioCoalescing(),
        clock=clock,
        instance=NamedInstance("next"),
    )
    await delivery.start_due()
    await background.close()
    await client.close()
    await store.close()


@pytest.mark.parametrize("moment", ["before", "during"])
def test_the_next_process_delivers_the_rest(moment: str, tmp_path: Path) -> None:
    """Within thirty seconds of its start: both events, in their order, to a receiver that verifies them."""
    database, heard = upgraded(tmp_path / "desk.db"), Heard()

    async def story() -> str:
        async with receiver(heard) as port:
            words = (database, moment, f"http://localhost:{port}/in")
            done = await asyncio.to_thread(run_module, "tests.support.killed_delivery_program", *words)
            assert done.returncode == -signal.SIGKILL, done.stderr
            assert heard == []
            await delivered(database, port, ManualClock(utc_now() + timedelta(seconds=28)))
        return str(done.stdout.strip())

    secret = asyncio.run(story())
    texts = [Receiver(secret).verify(body, headers)["data"]["use_version"] for headers, body in heard]
    assert texts == [1, 2]
