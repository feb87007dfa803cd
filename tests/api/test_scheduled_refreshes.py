"""A running server refreshes lists by schedule, and ends although it does."""

import asyncio
import logging
from datetime import timedelta

import pytest
from dependency_injector import providers as injection

from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.lifecycle import repeating
from modeldesk.entrypoints.settings import Settings
from tests.support.app import App

EVERY = timedelta(hours=6)
LIVE = {
    "slug": "live",
    "name": "Live",
    "display_name": "Live",
    "provider_class": "OpenAICompatibleProvider",
    "api_base_url": "https://live.example/v1",
    "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
}


class Pauses:
    """In place of the minute between two looks: each ends when the test says so."""

    def __init__(self) -> None:
        self.go = asyncio.Semaphore(0)
        self.begun = asyncio.Semaphore(0)

    async def __call__(self) -> None:
        self.begun.release()
        await self.go.acquire()

    async def pass_one(self) -> None:
        """Ends the present pause, and returns when the next one has begun: what lies between is done."""
        await self.begun.acquire()
        self.go.release()
        await self.begun.acquire()
        self.begun.release()


@pytest.mark.parametrize(("every", "asked"), [(EVERY, 2), (None, 1)])
def test_a_server_refreshes_what_is_due(every: timedelta | None, asked: int) -> None:
    """As its settings say; with `off` it never does."""
    pauses = Pauses()
    with Container.until_next_look.override(injection.Object(pauses)), App(settings=Settings(refresh_every=every)) as app:
        app.fill()
        app.put(LIVE)
        app.vendors.write("live", ["gpt-5"])
        app.signed_in("sara").get("/ai-models/browse-models/?provider=live&capability=chat")
        app.clock.forward(EVERY)
        if every is not None:
            app.run(pauses.pass_one())
        assert len(app.vendors.asked) == asked


async def test_work_that_fails_is_tried_again_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An error ends nothing, and nobody waits for the work to end."""
    pauses, calls = Pauses(), list[int]()

    async def work() -> None:
        calls.append(len(calls))
        if len(calls) == 1:
            raise RuntimeError("the database is away")

    with caplog.at_level(logging.ERROR):
        async with repeating(work, pauses, name="the work"):
            await pauses.pass_one()
            await pauses.pass_one()
    assert calls == [0, 1]
    assert "the database is away" in caplog.text


async def test_the_end_does_not_wait_for_the_next_time() -> None:
    """What is under way is cancelled, and cleans up after itself."""
    ended = list[str]()
    started = asyncio.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cleaned up")

    async with repeating(work, lambda: asyncio.sleep(0), name="the work"):
        await started.wait()
    assert ended == ["cleaned up"]
