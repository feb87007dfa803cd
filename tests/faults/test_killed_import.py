"""An import that is killed happened whole or not at all."""

import asyncio
import random
import subprocess
import threading
from collections.abc import Callable

import pytest

from modeldesk.adapters.persistence.store import SqlStore

Start = Callable[..., "subprocess.Popen[str]"]


async def look(url: str) -> tuple[int, set[str]]:
    """How many providers there are, and which revisions; fails where the database is not sound."""
    store = SqlStore(url)
    assert await store.operations.check() == []
    providers = (await store.current()).providers.values()
    await store.close()
    return len(providers), {provider.display_name.rpartition(" ")[2] for provider in providers}


def kill_after(process: "subprocess.Popen[str]", seconds: float) -> None:
    # A timer of its own: the moment must not depend on what this process is doing.
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    process.wait()
    timer.cancel()
    process.communicate()


def killed_at_random(database: str, start: Start, *, count: int, kills: int, longest: float, seed: int) -> dict[str, int]:
    moments, seen = random.Random(seed), {"before": 0, "after": 0}
    standing = asyncio.run(look(database))
    for revision in range(1, kills + 1):
        kill_after(start("import", database, str(count), str(revision)), moments.uniform(0, longest))
        found = asyncio.run(look(database))
        after = (count, {f"r{revision}"})
        assert found in (standing, after), f"kill {revision}: something between"
        seen["after" if found == after else "before"] += 1
        standing = found
    return seen


def test_a_killed_import_is_before_or_after(database: str, start: Start) -> None:
    """A handful of kills at seeded random moments of an import."""
    killed_at_random(database, start, count=300, kills=5, longest=0.25, seed=7)


@pytest.mark.nightly
def test_fifty_kills_of_two_thousand_providers(database: str, start: Start) -> None:
    """The same fifty times over 2,000 providers; kills that came too early and too late are both among them."""
    seen = killed_at_random(database, start, count=2_000, kills=50, longest=0.9, seed=11)
    print(f"\n50 kills of an import of 2,000 providers: {seen['before']} before, {seen['after']} after, 0 between")
    assert seen["before"] > 0
