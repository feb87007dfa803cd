"""Measures how the cost of reads and of writes grows with the number of providers.

    python bench/growth.py [--sizes 10,100,1000,10000] [--repeats 5] [--writes select,patch,import,use]

Everything runs in one process, without a socket: a request is a hand-made ASGI scope. CPU is process time, in milliseconds, the least of the
repeats: it is meaningful on a machine that others use, too. `many_providers.py` describes the database. `after` is the first read after a write, `again` the next one, and `stall` the longest time for which the event loop
answered nobody during the former. The writes are a selection, a change of one provider, an import of a declaration in which one provider differs
from what is stored, and a change of one use.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any

from dependency_injector import providers as injection
from many_providers import entry, fill, slug

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.provider import ProviderChange, Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import CapabilityName, MultilineText, model_id
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.entrypoints.api.app import create_app
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.settings import load_settings

READS = {"overview": "/api/admin/ai/dashboard/overview/", "models": "/api/admin/ai-models/", "providers": "/api/admin/ai-providers/"}
TICK = 0.001
"""Seconds between two looks at the event loop."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,100,1000,10000")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--writes", default=",".join(WRITES))
    options = parser.parse_args()
    print(f"{'providers':>9} {'write':>7} {'read':>9} {'MB':>6} {'again':>8} {'after':>8} {'more':>8} {'stall':>8}   {'write':>7}")
    for size in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="modeldesk-growth-") as folder:
            os.environ["MODELDESK_HOME"] = folder
            asyncio.run(measure(size, options.repeats, options.writes.split(",")))


async def measure(size: int, repeats: int, names: Sequence[str]) -> None:
    container = Container(settings=injection.Object(load_settings()))
    session = await fill(container, size)
    app = create_app(container)
    async with app.lifespan():

        async def read(path: str) -> int:
            return await get(app, path, session)

        numbers = count()

        async def written(write: str) -> None:
            await WRITES[write](container, size, next(numbers))

        for write in names:
            for name, path in READS.items():
                await show(size, (write, name), partial(read, path), partial(written, write), repeats)


async def select(container: Container, size: int, number: int) -> None:
    slot = Slot(slug(number % size), CapabilityName("chat"))
    await container.selection().select(SelectModel(slot, model_id(f"{slot.provider}-chat-{number % 8}")), CLI_ACTOR)


async def patch(container: Container, size: int, number: int) -> None:
    change = ProviderChange(description=MultilineText(f"Change {number}"))
    await container.registration().change(slug(number % size), change, CLI_ACTOR)


async def import_one_changed(container: Container, size: int, number: int) -> None:
    """The declaration has one provider alone: with all, its import would read them all, as another process does at a deployment."""
    changed = {**entry(number % size), "description": f"Import {number}"}
    declared = container.declarations().read(json.dumps({"version": "1.0.0", "providers": [changed]}).encode())
    await container.registration().register(declared.providers, ImportOptions(force=True), CLI_ACTOR)


async def change_use(container: Container, size: int, number: int) -> None:
    use = Use(UseName("bench"), CapabilityName("chat"), slug(number % size))
    await container.uses().put(use, CLI_ACTOR)


WRITES: Mapping[str, Callable[[Container, int, int], Awaitable[None]]] = {
    "select": select,
    "patch": patch,
    "import": import_one_changed,
    "use": change_use,
}


async def show(
    size: int, names: tuple[str, str], read: Callable[[], Awaitable[int]], write: Callable[[], Awaitable[None]], repeats: int
) -> None:
    again, after, stalls, writes = list[float](), list[float](), list[float](), list[float]()
    length = await read()
    for _ in range(repeats):
        writes.append(await cpu(write))
        stall, spent = await stalled(lambda: cpu(read))
        stalls.append(stall)
        after.append(spent)
        again.append(await cpu(read))
    figures = (min(again), min(after), min(after) - min(again), min(stalls))
    shown = " ".join(f"{figure:8.2f}" for figure in figures)
    print(f"{size:>9} {names[0]:>7} {names[1]:>9} {length / 1e6:6.1f} {shown}   {min(writes):7.2f}", flush=True)


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
