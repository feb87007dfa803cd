"""What the stores of a unit of work need of it."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.snapshot import Snapshot

T = TypeVar("T")
Part: TypeAlias = Literal["catalogue", "choices", "access"]
"""A part of the snapshot that has a generation of its own."""


class OpenWork(Protocol):
    """The unit of work that a store belongs to."""

    async def read(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(connection, *given)`, after what was written before."""
        ...

    def write(self, part: Part | None, work: Callable[..., None], *given: Any) -> None:
        """Calls `work(connection, *given)` with the next read or the commit, which raises the generation of `part`; None for none."""
        ...

    async def proven(self, part: Part) -> Snapshot | None:
        """A snapshot whose `part` is what a read would find now, because the transaction has its generation; None where one must read."""
        ...

    async def head(self, slot: Slot) -> SlotState:
        """As a read of the slot's head would find it."""
        ...

    async def proven_imports(self) -> Sequence[ImportedEntry] | None:
        """As `proven`, for the entries that imports have written."""
        ...
