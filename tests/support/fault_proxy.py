"""A TCP proxy that spoils what it passes on: delays it, cuts it, swallows it, resets it, or answers garbage."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from pathlib import Path

from attrs import define, field

GARBAGE = bytes(range(256)) * 16
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


@define
class FaultProxy:
    """Listens on a port of this machine. `fault` takes effect at once, and `Fault.NONE` ends it."""

    target: tuple[str, int] | Path
    port: int = 0
    _fault: Fault = Fault.NONE
    _healthy: asyncio.Event = field(factory=asyncio.Event)
    _clients: set[asyncio.StreamWriter] = field(factory=set)
    _tasks: set["asyncio.Task[None] | None"] = field(factory=set)

    def set(self, fault: Fault) -> None:
        """Connections that a fault met stay spoiled: they are lost, as behind a real firewall."""
        self._fault = fault
        if fault in (Fault.CUT, Fault.RESET, Fault.GARBAGE):
            for client in self._clients:
                _spoil(client, fault)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def serve(self, client_reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        self._clients.add(client)
        try:
            if self._fault in (Fault.CUT, Fault.RESET, Fault.GARBAGE):
                _spoil(client, self._fault)
                return
            with suppress(OSError):
                reader, writer = await self._dialled()
                try:
                    async with asyncio.TaskGroup() as both:
                        both.create_task(self._pass_on(client_reader, writer))
                        both.create_task(self._pass_on(reader, client))
                finally:
                    writer.close()
        finally:
            self._clients.discard(client)
            client.close()

    async def end(self) -> None:
        for task in self._tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in self._tasks if task is not None), return_exceptions=True)

    async def _dialled(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(str(self.target))
        return await asyncio.open_connection(*self.target)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_lost = False
        while data := await reader.read(65_536):
            if self._fault is Fault.HALF_OPEN:
                is_lost = True
            if is_lost:
                continue
            if self._fault is Fault.DELAY:
                await asyncio.sleep(DELAY)
            writer.write(data)
            with suppress(OSError):
                await writer.drain()
        if not is_lost:
            writer.close()


def _spoil(client: asyncio.StreamWriter, fault: Fault) -> None:
    if fault is Fault.GARBAGE:
        client.write(GARBAGE)
        client.close()
    elif fault is Fault.RESET:
        raw = client.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.transport.abort()
    else:
        client.close()


@asynccontextmanager
async def fault_proxy(target: tuple[str, int] | Path) -> AsyncIterator[FaultProxy]:
    """Before a server at an address, or at a socket of this machine."""
    proxy = FaultProxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.end()
