"""Measures what a read costs the server, part by part, in CPU time of this process: a busy machine disturbs it little.

    python bench/read_path.py [--peer ../shared/bench] [--calls 20000] [--budget]

No sockets and no server process: a hand-made ASGI scope is given to the application as a worker wraps it. Beside each read stands the limit: the
peer folder's Litestar application with one session lookup and prebuilt bytes, which sends the very bytes that Modeldesk answered. `--budget`
prints the cost of each part as the difference that taking it out makes.
"""

import argparse
import asyncio
import gc
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, TextIO
from unittest.mock import patch

from in_process import LIMIT_SESSION, App, Header, answered, caller, cost, limit_app

HERE = pathlib.Path(__file__).resolve().parent
MODELDESK = str(pathlib.Path(sys.executable).with_name("modeldesk"))
API = "/api/admin"
READS = {
    "providers": f"{API}/ai-providers/",
    "models": f"{API}/ai-models/",
    "browse_static": f"{API}/ai-models/browse-models/?provider=openai&capability=chat",
    "browse400": f"{API}/ai-models/browse-models/?provider=openrouter&capability=chat",
    "browse5000": f"{API}/ai-models/browse-models/?provider=huggingface&capability=chat",
    "overview": f"{API}/ai/dashboard/overview/",
    "resolve": "/api/resolve/openai/chat",
}
BATCHES = 10


async def seen_before(store: Any) -> Any:
    return store._snapshot or await store._rebuilt()


async def never(*_: object) -> None:
    """Finds no answer that could be given again."""


PARTS: dict[str, tuple[str, Any]] = {
    "connections in a request": ("entrypoints.server.guard.guarded", lambda app, *_: app),
    "tracing: id, context, headers, line": ("entrypoints.api.app.traced", lambda app, *_: app),
    "- of it the line in the log": ("entrypoints.api.tracing.log_request", lambda _: None),
    "- of it the headers of every response": ("entrypoints.api.app.complete_headers", lambda *_, **__: lambda headers, _: headers),
    "- of it the id of the request": ("entrypoints.api.tracing.new_request_id", lambda: "0123456789abcdef" * 2),
    "the deadline": ("entrypoints.api.app.with_deadline", lambda app, *_: app),
    "bounds of the head": ("entrypoints.api.answer_reuse.are_too_large", lambda _: False),
    "the look at the generation": ("adapters.persistence.store.SqlStore.current", seen_before),
    "- of it whether the file is the same": ("adapters.persistence.sqlite.database_file.DatabaseFile.require_unchanged", lambda _: None),
    "the stamp of metadata": ("adapters.metadata.kept_file.KeptFile.stamp", lambda _: None),
    "whether the caller is certain": ("domain.services.known_callers.KnownCallers.is_certain", lambda *_: True),
    "reuse instead of the long way": ("entrypoints.api.answer_reuse.AnswerReuse.find", never),
}
"""Names of Modeldesk, with what stands in their place where a part is taken out."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=pathlib.Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--only", nargs="*", default=list(READS), choices=list(READS))
    parser.add_argument("--budget", action="store_true", help="print what each part of the first read costs, instead of the table")
    parser.add_argument("--bodies", type=pathlib.Path, help="write the answers as NAME.json into this new folder, instead of the table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="modeldesk-reads-") as folder:
        home = pathlib.Path(folder)
        os.environ.update(
            MODELDESK_HOME=str(home),
            MODELDESK_ALLOWED_HOSTS_OUTBOUND="127.0.0.1:18199",
            MODELDESK_DATABASE_URL=f"sqlite:///{home}/desk.sqlite3",
        )
        credentials = prepared(options.peer)
        start_vendor(options.peer)
        asyncio.run(measured(options, home, credentials))


def prepared(peer: pathlib.Path) -> dict[str, list[Header]]:
    """Fills the database as the load test does. Returns the headers of a session and of a token."""

    def output(*command: str) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    output(MODELDESK, "db", "upgrade")
    output(MODELDESK, "import-providers", "--file", str(peer / "data" / "providers-10.json"))
    session = output(sys.executable, str(HERE / "prepare.py"))
    token = output(MODELDESK, "tokens", "create", "bench", "--scope", "read")
    return {
        "cookie": [(b"cookie", f"admin_session_id={session}".encode())],
        "token": [(b"authorization", f"Bearer {token}".encode())],
    }


def start_vendor(peer: pathlib.Path) -> None:
    """The vendor of the two live lists, in a thread that is idle while reads are measured."""
    sys.path.insert(0, str(peer))
    import run

    run.start_vendor()


async def measured(options: argparse.Namespace, home: pathlib.Path, credentials: dict[str, list[Header]]) -> None:
    with (home / "log").open("a", buffering=1) as log:
        if options.budget:
            await budget(options.calls, READS[options.only[0]], credentials["cookie"], log)
            return
        async with served(log) as app:
            bodies = {name: (await answered(app, READS[name], credentials["cookie"]))[2] for name in options.only}
            if options.bodies is not None:
                options.bodies.mkdir()
                for name, body in bodies.items():
                    (options.bodies / f"{name}.json").write_bytes(body)
                return
            limit = limit_app(options.peer, home, bodies)
            freeze()
            columns = ("limit", "cookie", "token", "304", "limit/cookie", "limit/304", "token/cookie", "bytes")
            print(f"{'CPU µs a read':15}" + "".join(f"{column:>13}" for column in columns))
            for name in options.only:
                await row(options.calls, name, (app, limit), credentials, len(bodies[name]))


async def row(calls: int, name: str, apps: tuple[App, App], credentials: dict[str, list[Header]], size: int) -> None:
    app, limit = apps
    tag = dict((await answered(app, READS[name], credentials["cookie"]))[1])[b"etag"]
    ways = {
        "limit": caller(limit, f"/a/ours-{name}", [(b"cookie", f"admin_session_id={LIMIT_SESSION}".encode())], 200),
        "cookie": caller(app, READS[name], credentials["cookie"], 200),
        "token": caller(app, READS[name], credentials["token"], 200),
        "304": caller(app, READS[name], [*credentials["cookie"], (b"if-none-match", tag)], 304),
    }
    costs = await lowest(ways, calls)
    ratios = (costs["limit"] / costs["cookie"], costs["limit"] / costs["304"], costs["token"] / costs["cookie"])
    print(f"{name:15}" + "".join(f"{costs[way]:13.1f}" for way in ways) + "".join(f"{ratio:12.2f}x" for ratio in ratios) + f"{size:13}")


async def lowest(ways: Mapping[str, Callable[[], Awaitable[None]]], calls: int) -> dict[str, float]:
    """The least CPU µs of each way: one after the other, again and again, so that what disturbs the machine disturbs all of them."""
    costs = dict.fromkeys(ways, float("inf"))
    for _ in range(BATCHES):
        for way, call in ways.items():
            costs[way] = min(costs[way], await cost(call, calls // BATCHES))
    return costs


async def budget(calls: int, target: str, headers: Sequence[Header], log: TextIO) -> None:
    """What taking out a part saves. Each part has an application of its own, because some are joined when it is made."""
    parts: dict[str, tuple[str, Any] | None] = {"all": None, **PARTS}
    async with AsyncExitStack() as running:
        ways = dict[str, Callable[[], Awaitable[None]]]()
        for part, taken in parts.items():
            with taken_out(taken):
                ways[part] = caller(await running.enter_async_context(served(log)), target, headers, 200)
                await ways[part]()
        freeze()
        costs = dict.fromkeys(ways, float("inf"))
        for _ in range(BATCHES):
            for part, call in ways.items():
                with taken_out(parts[part]):
                    costs[part] = min(costs[part], await cost(call, calls // BATCHES))
    print(f"{target}: {costs['all']:.1f} µs of CPU")
    for part in PARTS:
        print(f"{costs['all'] - costs[part]:8.1f}  {part}")


@contextmanager
def taken_out(part: tuple[str, Any] | None) -> Iterator[None]:
    if part is None:
        yield
        return
    name, instead = part
    with patch(f"modeldesk.{name}", instead):
        yield


def freeze() -> None:
    """As a worker does after its start."""
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def served(log: TextIO) -> AsyncIterator[App]:
    """The application as a worker serves it, with its log in a file."""
    from dependency_injector import providers

    from modeldesk.entrypoints.api.app import create_app
    from modeldesk.entrypoints.container import Container
    from modeldesk.entrypoints.logs import configure
    from modeldesk.entrypoints.server.bodies import ArrivingBodies
    from modeldesk.entrypoints.server.connections import Connections
    from modeldesk.entrypoints.server.guard import guarded
    from modeldesk.entrypoints.settings import load_settings

    container = Container(settings=providers.Object(load_settings()))
    configure(container.log_redaction(), stream=log)
    app = create_app(container)
    async with app.lifespan():
        yield guarded(app, Connections(8000), ArrivingBodies())


if __name__ == "__main__":
    main()
