"""What a rollback of a slot would restore; `ModelSelection.roll_back` does it."""

from modeldesk.domain.model.history import change_at, previous_version
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import StoredModel
from modeldesk.domain.ports.queries import ChoiceHistory, Snapshots
from modeldesk.domain.records import frozen


@frozen
class RollbackTarget:
    """The version that a rollback restores, and its active model. Version 0 is the slot before its first selection."""

    version: int
    model: StoredModel | None

    @property
    def is_to_the_beginning(self) -> bool:
        return self.version == 0


class RollbackPreview:
    """Reads histories. Its answer for a version of a slot never changes, since a history only grows."""

    def __init__(self, snapshots: Snapshots, histories: ChoiceHistory) -> None:
        self._snapshots = snapshots
        self._histories = histories

    async def next(self, slot: Slot) -> RollbackTarget | None:
        """What the next rollback would restore; None where there is nothing left to roll back."""
        history = await self._histories.history(slot)
        if (version := previous_version(history)) is None:
            return None
        change = change_at(history, version)
        return RollbackTarget(version, change.model if change is not None else None)

    async def is_possible(self, slot: Slot) -> bool:
        """Whether there is something to roll back; most slots need no read of their history."""
        state = (await self._snapshots.current()).slot(slot)
        if state.active is not None:
            return True  # a slot has no active model before its first selection
        return state.version > 0 and await self.next(slot) is not None
