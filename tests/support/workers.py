"""Workers over one database: applications, each with a loop of its own."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

from tests.support.app import App

T = TypeVar("T")

BEGINNING = 0.15
"""Seconds in which a server opens its connection for what it writes as soon as it runs: until then nothing is in use."""


class Worker(App):
    """While one of them runs, the loops of the others stand still: whoever stopped in the middle of a write would keep the turn."""

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        """As of any application, with all that it writes behind the answer, or beside requests."""
        told = super().run(story)
        super().run(self._settled())
        return told

    def __enter__(self) -> Self:
        entered = super().__enter__()
        self.run(asyncio.sleep(BEGINNING))
        return entered

    async def _settled(self) -> None:
        await self.container.background().close()
        while self.container.pool().get("in_use"):
            await asyncio.sleep(0.001)

    def __exit__(self, *failure: object) -> None:
        super().run(self._stop())
        self.close()
