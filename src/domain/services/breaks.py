"""Breaks in long work on the event loop."""

from collections.abc import Generator


class Break:
    """Awaited, it lets everybody else who is ready run first, once."""

    def __await__(self) -> Generator[None, None, None]:
        yield
