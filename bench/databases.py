"""Measures reads and selections on SQLite and on PostgreSQL, in CPU time of this process: a busy machine disturbs it little.

    python bench/databases.py [--rounds 8] [--calls 400] [--clients 16] [--url postgresql://…]

Two applications in one process, without sockets of their own: a request is a hand-made ASGI scope, and as many clients ask at once. The rounds
alternate between the databases, and the least of them counts. Without `--url` PostgreSQL comes from the wheel that the tests use. The CPU of its
processes is not counted.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from attrs import define, field
from dependency_injector import providers as injection
from in_process import App, Header, status_of
from many_providers import CAPABILITIES, fill

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from modeldesk.entrypoints.api.app import create_app
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.logs import configure
from modeldesk.entrypoints.server.bodies import ArrivingBodies
from modeldesk.entrypoints.server.connections import Connections
from modeldesk.entrypoints.server.guard import guarded
from modeldesk.entrypoints.settings import load_settings
from tests.support.servers import fresh_database, postgres

API = "/api/admin"
READS = {"providers": f"{API}/ai-providers/", "models": f"{API}/ai-models/", "overview": f"{API}/ai/dashboard/overview/"}
PROVIDERS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--only", nargs="*", default=[*READS, "select"])
    parser.add_argument("--url", help="a PostgreSQL database that may be filled")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="modeldesk-databases-") as name,
        (Path(name) / "log").open("a") as log,
        database(options.url) as url,
    ):
        asyncio.run(compare(options, Path(name), url, log))
        logging.getLogger().handlers.clear()  # the log ends here, and PostgreSQL after it


@contextmanager
def database(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with postgres() as server, fresh_database(server) as made:
        yield made


async def compare(options: argparse.Namespace, folder: Path, url: str, log: Any) -> None:
    async with AsyncExitStack() as running:
        targets = [await running.enter_async_context(target(place, folder, log)) for place in (f"sqlite:///{folder}/desk.db", url)]
        print(f"{'CPU µs':12}{'SQLite':>10}{'PostgreSQL':>12}{'ratio':>8}")
        for name in options.only:
            sqlite, postgresql = await least(name, options, targets)
            print(f"{name:12}{sqlite:10.0f}{postgresql:12.0f}{postgresql / sqlite:7.2f}x", flush=True)


async def least(name: str, options: argparse.Namespace, targets: "list[Target]") -> list[float]:
    """CPU µs of each target, whose rounds alternate. The first one is not counted."""
    costs = list[list[float]]()
    for _ in range(options.rounds + 1):
        costs.append([await asked.load(name, options.calls, options.clients) for asked in targets])
    return [min(of_one) for of_one in zip(*costs[1:], strict=True)]


@define
class Target:
    app: App
    headers: list[Header]
    numbers: Iterator[int] = field(factory=count)

    async def load(self, name: str, calls: int, clients: int) -> float:
        """CPU µs of this process for a call."""

        async def client() -> None:
            for _ in range(calls // clients):
                await (self.select() if name == "select" else self.ask(READS[name]))

        started = time.process_time()
        await asyncio.gather(*(client() for _ in range(clients)))
        return (time.process_time() - started) / calls * 1e6

    async def select(self) -> None:
        """Each call changes the active model."""
        number = next(self.numbers)
        slug, capability = f"provider-{number % PROVIDERS:05}", CAPABILITIES[number // PROVIDERS % len(CAPABILITIES)]
        asked = {"provider": slug, "capability": capability, "model_id": f"{slug}-{capability}-{number // 40 % 8}", "is_free": False}
        await self.ask(f"{API}/ai-models/select-model/", json.dumps(asked).encode())

    async def ask(self, path: str, body: bytes | None = None) -> None:
        status = await status_of(self.app, path, self.headers, body)
        if status != 200:
            sys.exit(f"{path}: {status}")


@asynccontextmanager
async def target(url: str, folder: Path, log: Any) -> AsyncIterator[Target]:
    """As a worker serves it, with its log in a file."""
    settings = load_settings({"MODELDESK_DATABASE_URL": url, "MODELDESK_HOME": str(folder)})
    container = Container(settings=injection.Object(settings))
    configure(container.log_redaction(), stream=log)
    session = await fill(container, PROVIDERS)
    app = create_app(container)
    async with app.lifespan():
        yield Target(guarded(app, Connections(8000), ArrivingBodies()), [(b"cookie", f"admin_session_id={session}".encode())])


if __name__ == "__main__":
    main()
