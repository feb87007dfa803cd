"""Compares refreshing a list of 5,000 models with the change log and without it, alternating: over HTTP, read, compared, and recorded in SQLite.

    python bench/change_log.py [--models 5000] [--changed 0.01] [--rounds 15]

Prints the medians in milliseconds and their ratio, of CPU and of the time that passes: the latter is worth something on an idle machine only. `--changed` is the part of the models whose price changes between two lists.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from modeldesk.adapters.metadata.layers import LayeredMetadata
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.changes import ChangeQuery
from modeldesk.domain.model.values.numbers import PageSize
from modeldesk.domain.services.list_recorder import ListRecorder
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.samples import live_provider, slot
from tests.support.services import Services
from tests.support.vendor_server import Asked, Served, fetcher_of, vendor


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--models", type=int, default=5_000)
    options.add_argument("--changed", type=float, default=0.01)
    options.add_argument("--rounds", type=int, default=15)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder), chosen.models, int(chosen.models * chosen.changed), chosen.rounds))


async def compare(folder: Path, models: int, changed: int, rounds: int) -> None:
    version = 0

    def answer(_: Asked) -> Served:
        """A list in OpenRouter's form, whose first models have another price each time."""
        return Served({"data": [entry(number, version if number < changed else 0) for number in range(models)]})

    times: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    async with vendor(answer) as running:
        desk = await opened(folder, running.origin)
        for round_ in range(2 * rounds + 2):
            version += 1
            is_logged = round_ % 2 == 0
            started, used = time.perf_counter(), time.process_time()
            await refresh(desk, is_logged)
            if round_ > 1:
                times[is_logged].append(((time.process_time() - used) * 1_000, (time.perf_counter() - started) * 1_000))
        logged = len(await desk.store.model_changes(ChangeQuery(limit=PageSize(10_000))))  # type: ignore[attr-defined]
        await desk.close()
    for number, name in enumerate(("CPU", "time")):
        with_log, without = (statistics.median(taken[number] for taken in times[is_logged]) for is_logged in (True, False))
        ratio = with_log / without
        print(
            f"{models} models, {changed} changed, {name}: with the change log {with_log:.0f} ms, without {without:.0f} ms, ratio {ratio:.2f}"
        )
    print(f"{logged} changes recorded")


def entry(number: int, version: int) -> dict[str, object]:
    pricing = {"prompt": f"0.0000{1 + version % 9}", "completion": "0.00005"}
    sizes = {"context_length": 128_000, "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]}}
    return {"id": f"vendor/model-{number:05}", "name": f"Model {number}", "created": 1_760_000_000, "pricing": pricing, **sizes}


async def opened(folder: Path, origin: str) -> Services:
    store = SqlStore(f"sqlite:///{folder / 'bench.db'}")
    await store.operations.upgrade()
    async with store.unit_of_work() as work:
        await work.providers.put([live_provider(url=f"{origin}/v1")])
        await work.commit()
    metadata = LayeredMetadata(shipped_classes())
    return Services(store, lambda: datetime.now(UTC), metadata, fetcher_of(origin))  # type: ignore[arg-type] # a real fetcher


async def refresh(desk: Services, is_logged: bool) -> None:
    async def no_difference(*_: object) -> None:
        """Nothing is compared, so nothing is recorded."""

    snapshot = await desk.store.current()
    provider = snapshot.provider(slot("vendor").provider)
    if is_logged:
        await desk.lists.read(provider, snapshot, CLI_ACTOR, RefreshMode.FORCE)
        return
    with patch.object(ListRecorder, "_difference", no_difference):
        await desk.lists.read(provider, snapshot, CLI_ACTOR, RefreshMode.FORCE)


if __name__ == "__main__":
    main()
