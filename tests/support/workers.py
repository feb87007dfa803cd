"""Workers over one database: applications, each with a loop of its own."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.support.app import App

T = TypeVar("T")


class Worker(App):
    """While one of them runs, the loops of the others stand still: whoever stopped in the middle of a write would keep the turn."""

    def __init__(self, *given: Any, beside: "Worker | None" = None) -> None:
        super().__init__(*given)
        self._others = list[Worker]()
        if beside is not None:
            self._others.append(beside)
            beside._others.append(self)

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        """As of any application, once the others have written what they write behind their answers."""
        for other in self._others:
            other.settle()
        return super().run(story)

    def settle(self) -> None:
        super().run(self.container.background().close())

    def close(self) -> None:
        for other in self._others:
            other._others.remove(self)
        super().close()
