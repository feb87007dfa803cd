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
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

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
LIMIT_SESSION = "k" * 32
SHAPES_OF_THE_LIMIT = {
    "overview": b'{"total_providers":0,"active_providers":0,"active_models":0,"providers":[]}',
    **dict.fromkeys(("browse400", "browse5000"), b'{"provider":"","capability":"","count":0,"models":[]}'),
}
"""What the limit decodes when it starts, for ways that are not compared here."""

Header = tuple[bytes, bytes]
App = Callable[..., Awaitable[None]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=pathlib.Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--only", nargs="*", default=list(READS), choices=list(READS))
    parser.add_argument("--profile", action="store_true", help="print where the time of the first read goes, instead of the table")
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
    with served(home) as (app, lifespan):
        async with lifespan():
            bodies = {name: (await answered(app, READS[name], credentials["cookie"]))[2] for name in options.only}
            limit = limit_app(options.peer, home, bodies)
            gc.collect()
            gc.freeze()
            if options.profile:
                await profiled(app, READS[options.only[0]], credentials["cookie"], options.calls)
                return
            print(
                f"{'CPU µs a read':15}{'limit':>8}{'cookie':>8}{'token':>8}{'304':>8}{'limit/cookie':>14}{'limit/304':>11}{'token/cookie':>14}{'bytes':>10}"
            )
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
    costs = dict.fromkeys(ways, float("inf"))
    for _ in range(BATCHES):  # one way after the other, again and again: what disturbs the machine disturbs all of them
        for way, call in ways.items():
            costs[way] = min(costs[way], await cost(call, calls // BATCHES))
    print(
        f"{name:15}" + "".join(f"{costs[way]:8.1f}" for way in ways)
        + f"{costs['limit'] / costs['cookie']:13.2f}x{costs['limit'] / costs['304']:10.2f}x{costs['token'] / costs['cookie']:13.2f}x{size:10}"
    )  # fmt: skip


async def cost(call: Callable[[], Awaitable[None]], calls: int) -> float:
    """CPU µs of this process for each call."""
    started = time.process_time()
    for _ in range(calls):
        await call()
    return (time.process_time() - started) / calls * 1e6


def caller(app: App, target: str, headers: Sequence[Header], expected: int) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        status = await status_of(app, target, headers)
        if status != expected:
            sys.exit(f"{target}: {status} instead of {expected}")

    return call


def scope_of(target: str, headers: Sequence[Header]) -> dict[str, Any]:
    """What granian gives for a request of the load test."""
    path, _, query = target.partition("?")
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), *headers],
        "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 8000), "state": {}, "extensions": {},
    }  # fmt: skip


async def receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def status_of(app: App, target: str, headers: Sequence[Header]) -> int:
    status = 0

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    await app(scope_of(target, headers), receive, send)
    return status


async def answered(app: App, target: str, headers: Sequence[Header]) -> tuple[int, list[Header], bytes]:
    sent = list[dict[str, Any]]()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope_of(target, headers), receive, send)
    return sent[0]["status"], list(sent[0]["headers"]), b"".join(part.get("body", b"") for part in sent[1:])


@contextmanager
def served(home: pathlib.Path) -> Iterator[tuple[App, Callable[[], Any]]]:
    """The application as a worker serves it, with its log in a file."""
    from dependency_injector import providers

    from modeldesk.entrypoints.api.app import create_app
    from modeldesk.entrypoints.container import Container
    from modeldesk.entrypoints.logs import configure
    from modeldesk.entrypoints.server.bodies import ArrivingBodies
    from modeldesk.entrypoints.server.connections import Connections
    from modeldesk.entrypoints.server.guard import guarded
    from modeldesk.entrypoints.settings import load_settings

    with (home / "log").open("a", buffering=1) as log:
        container = Container(settings=providers.Object(load_settings()))
        configure(container.log_redaction(), stream=log)
        app = create_app(container)
        yield guarded(app, Connections(8000), ArrivingBodies()), app.lifespan


def limit_app(peer: pathlib.Path, home: pathlib.Path, bodies: dict[str, bytes]) -> App:
    """The limit of the peer folder, with these bodies as `ours-NAME` and a database of its own."""
    payloads, database = home / "payloads", home / "limit.sqlite3"
    payloads.mkdir()
    for name, body in {**SHAPES_OF_THE_LIMIT, **{f"ours-{name}": body for name, body in bodies.items()}}.items():
        (payloads / f"{name}.json").write_bytes(body)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE session(key TEXT PRIMARY KEY, user_id INT, expires INT) WITHOUT ROWID")
    connection.execute("INSERT INTO session VALUES(?, 1, ?)", (LIMIT_SESSION, 1 << 40))
    connection.commit()
    connection.close()
    os.environ.update(BENCH_PAYLOADS=str(payloads), BENCH_DB=str(database))
    sys.path.insert(0, str(peer / "limits"))
    import litestar_app

    return litestar_app.app


async def profiled(app: App, target: str, headers: Sequence[Header], calls: int) -> None:
    import cProfile
    import pstats

    profile = cProfile.Profile()
    await cost(caller(app, target, headers, 200), 500)
    profile.enable()
    await cost(caller(app, target, headers, 200), calls)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main()
