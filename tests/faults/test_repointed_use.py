"""A use is re-pointed and models are selected by several instances at once, while products ask: always one model, and always an active one."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from tests.support.asked_use import violations
from tests.support.fire_desk import TOKEN, admit, servers_for
from tests.support.fire_server import Server
from tests.support.repointing import Repointing, instance_over, order_of, prepare, remote_desk
from tests.support.stores import database_of


async def judged(url: str, done: Repointing) -> dict[str, object]:
    order = await order_of(url, done.calls)
    found = violations(order, done.answers)
    for line in found[:20]:
        print(line)
    states = {answer.state for answer in done.answers}
    return {"changes": len(order.changes), "answers": len(done.answers), "different": len(states), "violations": len(found)}


@pytest.mark.parametrize(("kind", "changes"), [("sqlite", 200), ("postgresql", 100)])
async def test_a_few_hundred_changes(kind: str, changes: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """By three instances, each with a store and a snapshot of its own."""
    url = await asyncio.to_thread(database_of, kind, request, tmp_path)
    await prepare(url)
    stores = [SqlStore(url) for _ in range(3)]
    done = Repointing([instance_over(store) for store in stores], changes=changes)
    await done.run()
    for store in stores:
        await store.close()
    figures = await judged(url, done)
    assert figures["violations"] == 0
    assert len(done.calls) > changes * 0.7
    assert int(str(figures["different"])) > 10


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_ten_thousand_changes(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """By HTTP, at servers of two workers each. MODELDESK_TEST_CHANGES names another count."""
    count = int(os.environ.get("MODELDESK_TEST_CHANGES", "10000"))
    url, servers = servers_for(kind, request, tmp_path)
    figures = asyncio.run(by_http(url, servers, count))
    print(json.dumps({"name": f"one use re-pointed, {kind}, {len(servers)} × 2 workers", **figures}))
    assert figures["violations"] == 0


async def by_http(url: str, servers: list[Server], count: int) -> dict[str, object]:
    await prepare(url)
    await admit(url)
    async with remote_desk(servers, TOKEN) as desk:
        done = Repointing([desk], changes=count)
        await done.run()
    return await judged(url, done)
