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
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.entrypoints.settings import Settings
from tests.support.app import API, PASSWORD, App, Client
from tests.support.asgi import Answer
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
def app(tmp_path: Path) -> Iterator[App]:
    """Over a real database, whose writes take their time."""
    url = upgraded(tmp_path / "desk.db")
    with App(SqlStore(url), Settings(database_url=url)) as app:
        yield app.fill()


async def race(app: App, draw: random.Random) -> dict[str, int]:
    """One sign-out against requests that began before it; gives what must not be."""
    chosen = draw.randbytes(24).hex()
    sara = Client(app, chosen)
    # From an address of its own: what failed in earlier rounds is no matter of this one.
    body = {"username": "sara", "password": PASSWORD}
    await sara.asking("POST", f"{API}/auth/login/", body, peer=f"10.{draw.randrange(256)}.{draw.randrange(256)}.1")
    kept = sara.cookie or ""
    app.clock.forward(timedelta(minutes=draw.randrange(1, 25)))  # so that every use is to be written down
    body_may_come = asyncio.Event()

    async def later(method: str, path: str, body: Any) -> Answer:
        for _ in range(draw.randrange(12)):
            await asyncio.sleep(0)
        return await Client(app, kept).asking(method, API + path, body, after=body_may_come if body else None)

    requests = [asyncio.create_task(later(*draw.choice(UNDER_WAY))) for _ in range(4)]
    for _ in range(draw.randrange(12)):
        await asyncio.sleep(0)
    if draw.random() < 0.5:
        body_may_come.set()
    out = await Client(app, kept).asking("POST", f"{API}/auth/logout/")
    body_may_come.set()
    answers = await asyncio.gather(*requests)
    await app.container.background().close()
    digests = [credential_digest(kept), credential_digest(chosen)]
    held = (await app.store.access()).sessions
    app.clock.forward(timedelta(minutes=16))  # wrong passwords of this round are forgotten
    return {
        "refused": int(out.status != 200 and await alive(app, kept)),
        "revived": int(await alive(app, kept) or digests[0] in held or bool(await app.store.last_uses(digests))),
        "adopted": int(await alive(app, chosen) or digests[1] in held),
        "cookies": sum(1 for answer in answers if answer.all("set-cookie")),
        "mistakes": sum(1 for answer in answers if answer.status >= 500),
    }


async def alive(app: App, cookie: str) -> bool:
    return (await Client(app, cookie).asking("GET", f"{API}/auth/me/")).status == 200


def races(app: App, cases: int) -> dict[str, Any]:
    draw, began, found = random.Random(SEED), time.perf_counter(), dict[str, int]()
    for _ in range(cases):
        for name, number in app.run(race(app, draw)).items():
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


def test_nobody_is_signed_in_again(app: App) -> None:
    """A hundred races, seeded: no session comes back, no id that a client chose is taken, and no late answer sets a cookie."""
    assert races(app, 100)["violations"] == 0


@pytest.mark.nightly
def test_nobody_is_signed_in_again_in_a_thousand_races(app: App) -> None:
    """The full count, with its figure."""
    figure = races(app, 1_000)
    print(json.dumps(figure))
    assert figure["violations"] == 0
