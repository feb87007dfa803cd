"""Work that goes on after the answer."""

from collections.abc import Coroutine
from typing import Any, Protocol


class BackgroundTasks(Protocol):
    """Runs work that no caller waits for."""

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Starts `work` and returns at once. An error that comes out of `work` is logged and reaches no caller."""
        ...
