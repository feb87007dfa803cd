"""What one process was told is done, every other process sees with its next look."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from tests.support.stores import database_of

Start = Callable[..., "subprocess.Popen[str]"]
TIMES = 25


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_acknowledged_write_is_in_the_next_snapshot_of_another_process(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, start: Start
) -> None:
    """At once, each of many times, and nothing of it before it was asked for."""
    url = database_of(kind, request, tmp_path)

    async def watch(process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        store = SqlStore(url)
        for number in range(TIMES):
            assert len((await store.current()).providers) == number
            process.stdin.write("go\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{number}\n"
            snapshot = await store.current()
            assert len(snapshot.providers) == number + 1
            assert {provider.sort_order for provider in snapshot.providers.values()} == {number}
        await store.close()

    process = start("put", url, str(TIMES))
    try:
        asyncio.run(watch(process))
    finally:
        process.communicate("go\n" * TIMES)
    assert process.returncode == 0
