"""Several instances over one database and one Redis: they share lists, and one of them asks the vendor."""

import asyncio
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.values.texts import HttpUrl, ModelId
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.actors import by
from tests.support.hostile_server import serving
from tests.support.live_container import CHAT, GOOD, Changing, browsed, desk_with, good_after, put
from tests.support.preloaded import module

INSTANCES = 3


async def everybody_browses(folder: Path, redis_url: str, times: int) -> tuple[list[str], int]:
    """What each of three instances tells, and how often the vendor was asked."""
    vendor = Changing(good_after(1.0))
    async with serving(vendor) as served:
        store = SqlStore(f"sqlite:///{folder / 'desk.db'}")
        await store.operations.upgrade()
        await put(store, HttpUrl(f"http://localhost:{served.port}/v1"))
        await store.close()
        database = {
            "MODELDESK_HOME": str(folder / "home"),
            "MODELDESK_DATABASE_URL": f"sqlite:///{folder / 'desk.db'}",
            "MODELDESK_REDIS_URL": redis_url,
        }
        own = {name: value for name, value in os.environ.items() if not name.startswith("MODELDESK_")}
        given: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": {**own, **database}}
        words = ("tests.support.browsing_program", f"localhost:{served.port}", str(times))
        instances = [module(*words, **given) for _ in range(INSTANCES)]
        for instance in instances:
            assert instance.stdout is not None
            assert await asyncio.to_thread(instance.stdout.readline) == "ready\n"
        said = await asyncio.gather(*(asyncio.to_thread(instance.communicate, "go\n") for instance in instances))
        return [out.strip() for out, _ in said], vendor.questions


async def test_instances_that_share_a_redis_ask_a_vendor_once(tmp_path: Path, redis_url: str) -> None:
    """A hundred at each of three instances, on a cold list."""
    said, questions = await everybody_browses(tmp_path, redis_url, 34)
    assert said == ["34 one two three"] * INSTANCES
    assert questions == 1


@pytest.mark.nightly
async def test_a_thousand_at_three_instances(tmp_path: Path, redis_url: str) -> None:
    """The full count, with its figure."""
    began = time.perf_counter()
    said, questions = await everybody_browses(tmp_path, redis_url, 334)
    violations = questions - 1 + sum(line != "334 one two three" for line in said)
    print(
        json.dumps(
            {
                "name": "cold list, three instances",
                "cases": 1_002,
                "violations": violations,
                "seconds": round(time.perf_counter() - began, 1),
            }
        )
    )
    assert violations == 0


@pytest.mark.nightly
async def test_a_vendor_that_takes_eight_seconds(tmp_path: Path) -> None:
    """With a list in hand browsing and choosing take milliseconds meanwhile."""
    vendor = Changing(good_after(0))
    async with desk_with(vendor, tmp_path) as container:
        await browsed(container)
        vendor.behave = good_after(8.0, GOOD)
        slow = asyncio.create_task(container.discovery().listing(CHAT, CLI_ACTOR, RefreshMode.FORCE))
        took = list[float]()
        while not slow.done():
            began = time.perf_counter()
            await browsed(container)
            await container.selection().select(SelectModel(CHAT, ModelId(f"m{len(took) % 5}")), by("ann"))
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)
        await slow
        worst = max(took)
        print(json.dumps({"name": "browse and select beside a vendor of 8 s", "cases": len(took), "worst_ms": round(worst * 1e3, 1)}))
        assert len(took) > 50
