"""A change reaches every event stream, on every worker and instance, also while workers are killed: nobody misses the last state."""

import asyncio
import json
import random
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.fire_desk import TOKEN, admit, servers_for
from tests.support.fire_server import Server
from tests.support.listeners import AS_ASKED, Audience
from tests.support.repointing import PROVIDERS, RemoteDesk, prepare, remote_desk


async def followed(
    url: str, servers: list[Server], *, streams: int, changes: int, kills_each: int, come_back_after: float
) -> dict[str, object]:
    """Every `kills_each` changes a worker is killed, right after the change was acknowledged."""
    await prepare(url)
    await admit(url)
    dice = random.Random(20261129)
    async with AsyncExitStack() as ending:
        desk = await ending.enter_async_context(remote_desk(servers, TOKEN))
        audience = Audience([server.port for server in servers], [TOKEN], streams, come_back_after)
        ending.push_async_callback(audience.leave)
        await audience.gather()
        for number in range(changes):
            kill = (lambda: dice.choice(servers).kill_worker(dice)) if number % kills_each == kills_each - 1 else None
            await audience.hear(lambda number=number: made(desk, number), then=kill)  # type: ignore[misc] # the number of this round
    return audience.figures


async def made(desk: RemoteDesk, number: int) -> None:
    """A change of what products are answered. A connection to a worker that was killed may break: then it is asked for again."""
    while True:
        try:
            await (desk.select(PROVIDERS[0], f"m{number}") if number % 2 else desk.repoint(PROVIDERS[(number // 2 + 1) % 2]))
        except httpx.TransportError:
            continue
        return


def test_a_change_reaches_every_stream(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """One server with two workers, one of which is killed meanwhile."""
    url, servers = servers_for("sqlite", request, tmp_path)
    figures = asyncio.run(followed(url, servers, streams=8, changes=4, kills_each=3, come_back_after=0.1))
    assert figures["kills"] == 1
    assert figures["events"]


@pytest.mark.nightly
def test_a_change_reaches_two_hundred_streams(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Three instances of two workers each, with a kill after every fourth change; the time to the event is printed, in milliseconds."""
    url, servers = servers_for("postgresql", request, tmp_path)
    figures = asyncio.run(followed(url, servers, streams=200, changes=40, kills_each=4, come_back_after=AS_ASKED))
    print(json.dumps({"name": "a change at 200 streams, 3 × 2 workers, ms", **figures, "promise": "at most 1000"}))
    assert figures["kills"]
