"""The first call of a process, which imports the libraries of HTTP in a thread."""

import asyncio
import errno
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec
from threading import Event

import anyio
import pytest

from modeldesk.adapters.outbound.addresses import AllowedHosts
from modeldesk.adapters.outbound.client import OutboundClient, _session_class
from modeldesk.adapters.outbound.webhook_sender import OutboundWebhookSender
from modeldesk.domain.errors import Reason, VendorFailed, WebhookAddressRefused

SESSION = "modeldesk.adapters.outbound.session"


@pytest.fixture(autouse=True)
def _anew() -> None:
    _session_class.cache_clear()


class Failing:
    """Finds the session as a process does that may open no further file, or lacks a part of a library."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name == SESSION:
            raise self.error
        return None


def test_a_program_that_anyio_runs_calls_as_any_other() -> None:
    async def call() -> None:
        async with OutboundClient(AllowedHosts()).open("acme"):
            pass

    with ThreadPoolExecutor() as beside:
        beside.submit(anyio.run, call).result()


async def test_the_deadline_holds_while_every_thread_is_busy() -> None:
    gate, threads = Event(), ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(threads)
    threads.submit(gate.wait)

    async def call() -> None:
        async with OutboundClient(AllowedHosts()).open("acme", 0.01):
            pass

    calling = asyncio.ensure_future(call())
    await asyncio.wait({calling}, timeout=10)
    gate.set()
    with pytest.raises(VendorFailed) as failed:
        await calling
    assert failed.value.reason == Reason("no-answer-within", seconds=0.01)


async def test_a_later_call_waits_for_no_thread() -> None:
    client, gate, threads = OutboundClient(AllowedHosts()), Event(), ThreadPoolExecutor(1)
    async with client.open("acme"):
        pass
    asyncio.get_running_loop().set_default_executor(threads)
    threads.submit(gate.wait)
    try:
        async with asyncio.timeout(10), client.open("acme"):
            pass
    finally:
        gate.set()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "too many open files"),
        (ImportError("libodd.so.7: cannot open shared object file"), "libodd.so.7: cannot open shared object file"),
    ],
)
async def test_a_call_whose_import_fails_says_why_and_the_next_one_imports(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    """So a delivery is tried later, as after any other failure, and whoever adds a webhook learns why it is refused."""
    client = OutboundClient(AllowedHosts())
    with monkeypatch.context() as without:
        without.delitem(sys.modules, SESSION)
        without.setattr(sys, "meta_path", [Failing(error), *sys.meta_path])
        with pytest.raises(VendorFailed) as failed:
            async with client.open("acme"):
                pass
        with pytest.raises(WebhookAddressRefused) as refused:
            await OutboundWebhookSender(client).require_allowed("https://a.example/in")
    assert failed.value.reason == refused.value.reason == Reason("no-connection", said=said)
    async with client.open("acme"):
        pass


async def test_a_first_caller_that_is_cancelled_harms_no_other() -> None:
    client = OutboundClient(AllowedHosts())

    async def call() -> None:
        async with client.open("acme"):
            pass

    first, *others = [asyncio.ensure_future(call()) for _ in range(8)]
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(*others)
    with pytest.raises(asyncio.CancelledError):
        await first
