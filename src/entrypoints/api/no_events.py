"""Litestar's events, of which Modeldesk uses none."""

from types import TracebackType
from typing import Any

from litestar.events import BaseEventEmitterBackend
from litestar.exceptions import ImproperlyConfiguredException


class NoEvents(BaseEventEmitterBackend):
    """Starts nothing. By default each worker runs a group of tasks with a queue: 0.4 MB of pages that it no longer shares."""

    async def __aenter__(self) -> "NoEvents":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing was started."""

    def emit(self, event_id: str, *_: Any, **__: Any) -> None:
        raise ImproperlyConfiguredException(f"nothing listens to the event {event_id}")
