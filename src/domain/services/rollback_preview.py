"""What a step back in a slot's history would bring, told before it is taken; taking it is `ModelSelection.roll_back`."""

from attrs import frozen

from modeldesk.domain.errors import NothingToRollBack
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import StoredModel, previous_version
from modeldesk.domain.ports.queries import ChoiceHistory, Snapshots


@frozen
class RollbackTarget:
    """The version that a step back brings again, and the model that was active then; 0 is the slot before its first choice."""

    version: int
    model: StoredModel | None

    @property
    def is_to_the_beginning(self) -> bool:
        return self.version == 0


class RollbackPreview:
    """Reads histories. What it says of a slot's version stays true of that version: a history only grows."""

    def __init__(self, snapshots: Snapshots, histories: ChoiceHistory) -> None:
        self._snapshots = snapshots
        self._histories = histories

    async def next(self, slot: Slot) -> RollbackTarget | None:
        """What the next one would bring; None where no choice is left that could be taken back."""
        history = await self._histories.history(slot)
        try:
            version = previous_version(history, slot)
        except NothingToRollBack:
            return None
        return RollbackTarget(version, history[version - 1].model if version else None)

    async def is_possible(self, slot: Slot) -> bool:
        """The same in short; for most slots without reading their history."""
        state = (await self._snapshots.current()).slot(slot)
        if state.active is not None:
            return True  # somebody chose it, or brought it back: before the first choice no model is active
        return state.version > 0 and await self.next(slot) is not None
