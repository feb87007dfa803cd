"""The invariant under fire: mixed operations of many clients at real servers whose workers and first processes are killed, checked as one history."""

import asyncio
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Sequence
from math import inf
from pathlib import Path

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.services.import_plan import ImportOptions
from tests.support.fire import PROVIDERS, Client, Fire
from tests.support.fire_desk import TOKEN, admit, servers_for
from tests.support.fire_server import Server
from tests.support.recorded_history import told_uncommitted, violations
from tests.support.writing_programs import declared, registration_in

CHAT = CapabilityName("chat")


async def prepare(url: str) -> None:
    """Providers, and a token that may do everything for a super admin."""
    store = SqlStore(url)
    await registration_in(store).register(declared(len(PROVIDERS), 0), ImportOptions(), CLI_ACTOR)
    await store.close()
    await admit(url)


async def histories(url: str) -> tuple[dict[str, Sequence[str | None]], list[str]]:
    """The models of each slot version by version, and what is not sound."""
    store = SqlStore(url)
    wrong = [str(reason) for reason in await store.operations.check()]
    snapshot, found = await store.current(), dict[str, Sequence[str | None]]()
    for slug in PROVIDERS:
        slot = Slot(Slug(slug), CHAT)
        found[slug] = [change.model.model_id if change.model else None for change in await store.history(slot)]
        if (found[slug][-1] if found[slug] else None) != snapshot.slot(slot).active:
            wrong.append(f"{slug}: the last change is not the active model")
    await store.close()
    return found, wrong


def under_fire(url: str, servers: list[Server], *, operations: int, clients: int, every: float, seconds: float = inf) -> dict[str, object]:
    """It ends after so many operations, or `seconds`, whichever is first."""
    left, lock, ends_at = [operations], threading.Lock(), time.monotonic() + seconds

    def take() -> bool:
        with lock:
            left[0] -= 1
            return left[0] >= 0 and time.monotonic() < ends_at

    asyncio.run(prepare(url))
    for server in servers:
        server.start()
    try:
        for server in servers:
            server.await_ready()
        asking = [Client(number, servers, TOKEN, take) for number in range(clients)]
        fire = Fire(servers, every)
        threads = [threading.Thread(target=one.run) for one in asking]
        burning = threading.Thread(target=fire.run)
        for thread in (*threads, burning):
            thread.start()
        for thread in threads:
            thread.join()
        fire.is_over.set()
        burning.join()
    finally:
        for server in servers:
            server.stop()
    of_slots, unsound = asyncio.run(histories(url))
    calls = [call for one in asking for call in one.recorded]
    statuses = sum((one.statuses for one in asking), Counter[str]())
    outages = [outage for one in asking for outage in one.outages]
    found = violations(calls, of_slots)
    for line in (*found[:20], *unsound[:20]):
        print(line)
    return {
        "operations": operations - max(left[0], 0),
        "recorded": len(calls),
        "versions": sum(len(of_slot) for of_slot in of_slots.values()),
        "statuses": dict(sorted(statuses.items())),
        "kills": dict(Counter(kind for kind, _ in fire.kills)),
        "ended_by_itself": sum(server.ended_by_itself for server in servers),
        "violations": len(found),
        "told_uncommitted": len(told_uncommitted(calls, of_slots)),
        "unsound": len(unsound),
        "errors_500": statuses["500"],
        **{f"worst_outage_after_{kind}_s": round(fire.worst_outage(outages, kind), 2) for kind in ("worker", "server")},
    }


def held(figures: dict[str, object]) -> None:
    assert [figures[name] for name in ("violations", "told_uncommitted", "unsound", "errors_500")] == [0, 0, 0, 0]


def test_a_few_operations_under_fire(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Over SQLite, with a worker or two killed."""
    url, servers = servers_for("sqlite", request, tmp_path)
    figures = under_fire(url, servers, operations=300, clients=4, every=0.7)
    print(json.dumps(figures))
    held(figures)


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_hundred_thousand_operations_under_fire(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Eight clients, a kill every four seconds. MODELDESK_TEST_OPERATIONS and MODELDESK_TEST_KILL_EVERY name another count and other seconds.

    MODELDESK_TEST_SECONDS bounds the whole, on a machine that others use: the figures tell how many operations that were.
    """
    count, every = int(os.environ.get("MODELDESK_TEST_OPERATIONS", "100000")), float(os.environ.get("MODELDESK_TEST_KILL_EVERY", "4"))
    seconds = float(os.environ.get("MODELDESK_TEST_SECONDS", "inf"))
    url, servers = servers_for(kind, request, tmp_path, fresh=True)
    figures = under_fire(url, servers, operations=count, clients=8, every=every, seconds=seconds)
    print(json.dumps({"name": f"invariant under fire, {kind}, {len(servers)} × 2 workers", **figures}))
    held(figures)
    assert figures["ended_by_itself"] == 0
