"""Sign-outs that race requests under way: whatever comes late, nobody is signed in again by it."""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.session import session_digest
from modeldesk.entrypoints.settings import Settings
from tests.support.app import API, PASSWORD, Answer, House, Visitor
from tests.support.stores import upgraded

SEED = 20_261_124
CHOICE = {"provider": "acme", "capability": "chat", "model_id": "large"}
UNDER_WAY = [
    ("GET", "/auth/me/", None),
    ("GET", "/sessions/", None),
    ("GET", "/ai/dashboard/overview/", None),
    ("POST", "/ai-models/select-model/", CHOICE),
    ("POST", "/ai/dashboard/cache/clear/", {}),
    ("DELETE", "/sessions/", {}),
    ("POST", "/auth/password/", {"current": "a wrong one, and slow", "new": "another long password"}),
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Over a real database, whose writes take their time."""
    url = upgraded(tmp_path / "desk.db")
    with House(SqlStore(url), Settings(database_url=url)) as house:
        yield house.furnish()


async def race(house: House, draw: random.Random) -> dict[str, int]:
    """One sign-out against requests that began before it; gives what must not be."""
    chosen = draw.randbytes(24).hex()
    sara = Visitor(house, chosen)
    # From an address of its own: what failed in earlier rounds is no matter of this one.
    body = {"username": "sara", "password": PASSWORD}
    await sara.asking("POST", f"{API}/auth/login/", body, peer=f"10.{draw.randrange(256)}.{draw.randrange(256)}.1")
    kept = sara.cookie or ""
    house.clock.forward(timedelta(minutes=draw.randrange(1, 25)))  # so that every use is to be written down
    body_may_come = asyncio.Event()

    async def later(method: str, path: str, body: Any) -> Answer:
        for _ in range(draw.randrange(12)):
            await asyncio.sleep(0)
        return await Visitor(house, kept).asking(method, API + path, body, after=body_may_come if body else None)

    requests = [asyncio.create_task(later(*draw.choice(UNDER_WAY))) for _ in range(4)]
    for _ in range(draw.randrange(12)):
        await asyncio.sleep(0)
    if draw.random() < 0.5:
        body_may_come.set()
    out = await Visitor(house, kept).asking("POST", f"{API}/auth/logout/")
    body_may_come.set()
    answers = await asyncio.gather(*requests)
    await house.container.background().close()
    digests = [session_digest(kept), session_digest(chosen)]
    held = (await house.desk.access()).sessions
    house.clock.forward(timedelta(minutes=16))  # wrong passwords of this round are forgotten
    return {
        "refused": int(out.status != 200 and await alive(house, kept)),
        "revived": int(await alive(house, kept) or digests[0] in held or bool(await house.desk.last_uses(digests))),
        "adopted": int(await alive(house, chosen) or digests[1] in held),
        "cookies": sum(1 for answer in answers if answer.all("set-cookie")),
        "mistakes": sum(1 for answer in answers if answer.status >= 500),
    }


async def alive(house: House, cookie: str) -> bool:
    return (await Visitor(house, cookie).asking("GET", f"{API}/auth/me/")).status == 200


def races(house: House, cases: int) -> dict[str, Any]:
    draw, began, found = random.Random(SEED), time.perf_counter(), dict[str, int]()
    for _ in range(cases):
        for name, number in house.tell(race(house, draw)).items():
            found[name] = found.get(name, 0) + number
    spent = round(time.perf_counter() - began, 1)
    return {
        "name": "sign-outs racing slow requests",
        "cases": cases,
        "violations": sum(found.values()),
        **found,
        "seconds": spent,
        "seed": SEED,
    }


def test_nobody_is_signed_in_again(house: House) -> None:
    """A hundred races, seeded: no session comes back, no id that a client chose is taken, and no late answer sets a cookie."""
    assert races(house, 100)["violations"] == 0


@pytest.mark.nightly
def test_nobody_is_signed_in_again_in_a_thousand_races(house: House) -> None:
    """The full count, with its figure."""
    figure = races(house, 1_000)
    print(json.dumps(figure))
    assert figure["violations"] == 0
