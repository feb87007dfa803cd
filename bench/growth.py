"""Measures how the cost of reads and of a selection grows with the number of providers.

    python bench/growth.py [--sizes 10,100,1000,10000] [--repeats 5]

Everything runs in one process, without a socket: a request is a hand-made ASGI scope. CPU is process time, in milliseconds, the least of the
repeats: it is meaningful on a machine that others use, too. Each provider declares four capabilities with eight models each, and has one active
and one former model. `after` is the first read after a selection, `again` the next one, and `stall` the longest time for which the event loop
answered nobody during the former.
"""

import argparse
import asyncio
import json
import os
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

from dependency_injector import providers as injection

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SelectModel, SlotChange, StoredModel
from modeldesk.domain.model.values.texts import CapabilityName, Slug, model_id
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.entrypoints.api.app import create_app
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.settings import load_settings

CAPABILITIES = ("chat", "content", "image", "audio")
READS = {"overview": "/api/admin/ai/dashboard/overview/", "models": "/api/admin/ai-models/", "providers": "/api/admin/ai-providers/"}
TICK = 0.001
"""Seconds between two looks at the event loop."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,100,1000,10000")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    print(f"{'providers':>9} {'read':>9} {'MB':>6} {'again':>8} {'after':>8} {'more':>8} {'stall':>8}   {'select':>7}")
    for size in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="modeldesk-growth-") as folder:
            os.environ["MODELDESK_HOME"] = folder
            asyncio.run(measure(size, options.repeats))


async def measure(size: int, repeats: int) -> None:
    container = Container(settings=injection.Object(load_settings()))
    password = secrets.token_urlsafe(24)
    await fill(container, size, password)
    session = (await container.sign_in().sign_in("bench", password)).session_id
    app = create_app(container)
    async with app.lifespan():

        async def read(path: str) -> int:
            return await get(app, path, session)

        numbers = count()

        async def select() -> None:
            number = next(numbers)
            slot = Slot(Slug(f"provider-{number % size:05}"), CapabilityName("chat"))
            await container.selection().select(SelectModel(slot, model_id(f"{slot.provider}-chat-{number % 8}")), CLI_ACTOR)

        for name, path in READS.items():
            await show(size, name, partial(read, path), select, repeats)


async def show(size: int, name: str, read: Callable[[], Awaitable[int]], select: Callable[[], Awaitable[None]], repeats: int) -> None:
    again, after, stalls, selects = list[float](), list[float](), list[float](), list[float]()
    length = await read()
    for _ in range(repeats):
        selects.append(await cpu(select))
        stall, spent = await stalled(lambda: cpu(read))
        stalls.append(stall)
        after.append(spent)
        again.append(await cpu(read))
    figures = (min(again), min(after), min(after) - min(again), min(stalls))
    shown = " ".join(f"{figure:8.2f}" for figure in figures)
    print(f"{size:>9} {name:>9} {length / 1e6:6.1f} {shown}   {min(selects):7.2f}", flush=True)


async def fill(container: Container, size: int, password: str) -> None:
    await container.store().operations.upgrade()
    document = json.dumps({"version": "1.0.0", "providers": [entry(number) for number in range(size)]}).encode()
    declaration = container.declarations().read(document)
    await container.registration().register(declaration.providers, ImportOptions(), CLI_ACTOR)
    now = datetime.now(UTC)
    async with container.store().unit_of_work() as work:
        for number in range(size):
            slot = Slot(Slug(f"provider-{number:05}"), CapabilityName("chat"))
            for version, model in enumerate(("former", "active"), start=1):
                stored = StoredModel(slot, model_id(model), model.title(), None, now, "bench")
                await work.choices.record(SlotChange(slot, version, stored, now, "bench"))
        await work.commit()
    await container.admins().create("bench", password, Role.SUPER)


def entry(number: int) -> dict[str, object]:
    slug = f"provider-{number:05}"
    capabilities = {
        name: {"supported": True, "description": f"{name} of {slug}", "models": [f"{slug}-{name}-{model}" for model in range(8)]}
        for name in CAPABILITIES
    }
    return {"slug": slug, "name": slug.title(), "sort_order": number, "capabilities": capabilities}


async def get(app: Any, path: str, session: str) -> int:
    """The length of the answer's body."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:8000"), (b"cookie", f"admin_session_id={session}".encode())]
    scope: dict[str, object] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
    }
    scope |= {"raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers, "state": {}}
    await app({**scope, "client": ("127.0.0.1", 5000), "server": ("127.0.0.1", 8000)}, receive, send)
    if sent[0]["status"] != 200:
        raise SystemExit(f"{path}: {sent[0]['status']}")
    return sum(len(message.get("body", b"")) for message in sent)


async def cpu(work: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds of process time, all threads together."""
    started = time.process_time()
    await work()
    return (time.process_time() - started) * 1000


async def stalled(work: Callable[[], Awaitable[float]]) -> tuple[float, float]:
    """The longest time in milliseconds for which the event loop ran nothing else, and what `work` returned."""
    longest = 0.0

    async def look() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            longest = max(longest, time.perf_counter() - before - TICK)

    looking = asyncio.get_running_loop().create_task(look())
    await asyncio.sleep(5 * TICK)
    longest, spent = 0.0, await work()
    await asyncio.sleep(2 * TICK)
    looking.cancel()
    return longest * 1000, spent


if __name__ == "__main__":
    main()
