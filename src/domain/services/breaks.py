"""Breaks in long work on the event loop."""

from collections.abc import Generator


class Break:
    """Awaited, it lets all other tasks that are ready run first. As `asyncio.sleep(0)`; the domain knows no event loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield
