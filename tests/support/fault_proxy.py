"""A TCP proxy that spoils what it passes on: delays it, cuts it, swallows it, resets it, or answers garbage."""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

import pytest
from attrs import define, field
from sqlalchemy import make_url

DELAY = 0.3
"""Seconds for each piece that is passed on slowly."""


class Fault(Enum):
    """What the proxy does with every connection, those that are open included."""

    NONE = "none"
    DELAY = "delay"
    CUT = "cut"
    RESET = "reset"
    HALF_OPEN = "half-open"
    GARBAGE = "garbage"


ENDING = (Fault.CUT, Fault.RESET, Fault.GARBAGE)
"""They end connections; the others leave them open."""


@define(eq=False)
class FaultProxy:
    """Listens on a port of this machine, in a thread of its own, before a server at an address or at a socket."""

    target: tuple[str, int] | Path
    port: int = 0
    _fault: Fault = Fault.NONE
    _clients: set[asyncio.StreamWriter] = field(factory=set)
    _loop: asyncio.AbstractEventLoop = field(factory=asyncio.new_event_loop)
    _ended: asyncio.Event = field(factory=asyncio.Event)
    _ready: threading.Event = field(factory=threading.Event)

    def set(self, fault: Fault) -> None:
        """Takes effect at once, and `Fault.NONE` ends it. A connection that lost bytes stays lost, as behind a real firewall."""
        self._loop.call_soon_threadsafe(self._set, fault)

    def run(self) -> None:
        """The thread's work, until `end`."""
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    def wait(self) -> None:
        self._ready.wait()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)

    def _set(self, fault: Fault) -> None:
        self._fault = fault
        if fault in ENDING:
            for client in self._clients:
                _spoil(client, fault)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _talk(self, client_reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self._clients.add(client)
        try:
            if self._fault in ENDING:
                _spoil(client, self._fault)
                return
            with suppress(OSError):
                reader, writer = await self._dialled()
                try:
                    await asyncio.gather(self._pass_on(client_reader, writer), self._pass_on(reader, client))
                finally:
                    writer.close()
        finally:
            self._clients.discard(client)
            client.close()

    async def _dialled(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(str(self.target))
        return await asyncio.open_connection(*self.target)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_lost = False
        with suppress(OSError):
            while data := await reader.read(65_536):
                is_lost = is_lost or self._fault is Fault.HALF_OPEN
                if is_lost:
                    continue
                if self._fault is Fault.DELAY:
                    await asyncio.sleep(DELAY)
                writer.write(data)
                await writer.drain()
        if not is_lost:
            writer.close()


def _spoil(client: asyncio.StreamWriter, fault: Fault) -> None:
    if fault is Fault.GARBAGE:
        client.write(random.Random(7).randbytes(4_096))
        client.close()
    elif fault is Fault.RESET:
        client.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.transport.abort()
    else:
        client.close()


@contextmanager
def fault_proxy(target: tuple[str, int] | Path) -> Iterator[FaultProxy]:
    proxy = FaultProxy(target)
    thread = threading.Thread(target=proxy.run, daemon=True)
    thread.start()
    proxy.wait()
    try:
        yield proxy
    finally:
        proxy.end()
        thread.join()


def socket_of(url: str) -> Path:
    """The socket of the PostgreSQL server of this URL; skips where it has none."""
    parts = make_url(url)
    if "host" not in parts.query:
        pytest.skip("the proxy dials the server's socket")
    return Path(str(parts.query["host"])) / f".s.PGSQL.{parts.port or 5432}"


def through(proxy: FaultProxy, url: str) -> str:
    """The same database by way of the proxy."""
    return make_url(url).set(host="127.0.0.1", port=proxy.port, query={}).render_as_string(hide_password=False)
