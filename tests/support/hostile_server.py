"""A kit for servers that misbehave: raw bytes over TCP or TLS on this machine, and what each of our hostile vendors does.

To make another one:

    question(reader)                reads a question to its end and gives it, as bytes
    head(status, *headers)          the first lines of an answer, as bytes
    answer(body, *headers)          a whole answer of status 200, with the right length
    trickle(writer, data, pause)    sends a byte at a time
    forever(writer, data)           sends the same until the other side goes
    reset(writer)                   ends with a TCP reset
    serving(behave, tls)            serves `async behave(reader, writer)` on localhost; gives the port and the questions it heard
    @hostile(reported, tls=...)         adds a behaviour to HOSTILE under its name; `reported` is a pattern for the one line that must come of it
"""

import asyncio
import contextlib
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from attrs import define, field, frozen

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Behaviour = Callable[[Reader, Writer], Awaitable[None]]
GONE = (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError, TimeoutError)
MIB = 1024 * 1024
SLOW = "(no answer|the answer did not end) within"
TOO_LONG = "larger than 8 MiB"
NO_HTTP = "not valid HTTP/1.1"
EARLY = "the answer ended early"


@frozen
class Hostile:
    """One behaviour. `tls` is None or a kind of certificate."""

    name: str
    behave: Behaviour
    reported: str
    tls: str | None


HOSTILE: dict[str, Hostile] = {}


def hostile(reported: str, tls: str | None = None) -> Callable[[Behaviour], Behaviour]:
    """Adds what it decorates to HOSTILE."""

    def add(behave: Behaviour) -> Behaviour:
        HOSTILE[behave.__name__] = Hostile(behave.__name__, behave, reported, tls)
        return behave

    return add


@define
class Served:
    """A running server: its port, and the questions that came, whole ones alone."""

    port: int
    connections: int = 0
    questions: list[bytes] = field(factory=list)


@asynccontextmanager
async def serving(behave: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    """Serves on localhost until the end of the `async with`; a connection is closed when `behave` returns."""
    served, running = Served(0), set()

    async def meet(reader: Reader, writer: Writer) -> None:
        running.add(asyncio.current_task())
        served.connections += 1
        reader.heard = served.questions  # type: ignore[attr-defined] # where `question` writes it down
        try:
            with contextlib.suppress(*GONE, asyncio.CancelledError):
                await behave(reader, writer)
        finally:
            running.discard(asyncio.current_task())
            writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=tls, ssl_handshake_timeout=60 if tls else None)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        # A closed transport says good-bye in the next turns of the loop.
        await asyncio.sleep(0.01)


async def question(reader: Reader) -> bytes:
    text = await reader.readuntil(b"\r\n\r\n")
    reader.heard.append(text)  # type: ignore[attr-defined]
    return text


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode("latin-1")


def answer(body: bytes, *headers: str) -> bytes:
    return head("200 OK", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers) + body


async def trickle(writer: Writer, data: bytes, pause: float = 0.05) -> None:
    for place in range(len(data)):
        writer.write(data[place : place + 1])
        await writer.drain()
        await asyncio.sleep(pause)


async def forever(writer: Writer, data: bytes) -> None:
    while True:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0)


async def silence() -> None:
    await asyncio.sleep(3_600)


def reset(writer: Writer) -> None:
    """SO_LINGER of no seconds makes the kernel send RST in the place of FIN (socket(7))."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


@asynccontextmanager
async def greeted(reader: Reader, writer: Writer, *sent: bytes) -> AsyncIterator[None]:
    """The question heard, and the first bytes of the answer sent."""
    await question(reader)
    writer.write(b"".join(sent))
    await writer.drain()
    yield


def says(*sent: bytes) -> Behaviour:
    """Hears the question, sends these bytes, closes."""

    async def behave(reader: Reader, writer: Writer) -> None:
        async with greeted(reader, writer, *sent):
            pass

    return behave
