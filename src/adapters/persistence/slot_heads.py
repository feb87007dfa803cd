"""What a process remembers of slots between its transactions: each slot's head, as of one generation of choices.

After a selection the snapshot's slots are out of date until the next read, and selections come one after the other. A transaction knows the
generation that it began at. Where that is the one of the heads, they are what a read would find; where others have committed since, one
statement reads what they changed. What is written in a transaction counts for those that share its commit, and for later ones only after
it was committed.
"""

from collections.abc import Collection, Sequence

from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange, SlotState

MOST = 1024
"""Heads that are remembered. Beyond them all are forgotten, and read again when they are wanted."""

MOST_CHANGED = 128
"""Heads that one statement reads. Where others changed more, all are forgotten instead."""


class SlotHeads:
    """The heads of one writing connection. Whoever uses them holds its lock, and is inside a transaction."""

    def __init__(self) -> None:
        self._heads: dict[Slot, SlotState] = {}
        self._number: int | None = None
        """The generation of choices that the heads are of; None where nothing is remembered."""

        self._floor: int | None = None
        self._present = 0
        self._may_hold_uncommitted = False
        """Whether the transaction has written something, or may have: what is found in it is known to be stored only after its commit."""

    def begin(self, number: int) -> None:
        """A transaction has begun, at this generation of choices."""
        # The one before was ended otherwise than by a commit, or another database is in the place of what was read, whose number is lower.
        if self._may_hold_uncommitted or (self._number is not None and number < self._number):
            self.forget()
        self._present, self._may_hold_uncommitted = number, False

    def forget(self) -> None:
        """What was remembered may not be what is stored, and what is found from here on may have been written in this transaction."""
        self._heads, self._number, self._floor, self._may_hold_uncommitted = {}, None, None, True

    @property
    def behind(self) -> int | None:
        """The generation after which others have changed slots; None where nothing needs to be read."""
        if self._number is None:
            self._number = self._present
        return None if self._number == self._present else self._number

    def catch_up(self, floor: int, changed: Sequence[SlotState]) -> None:
        """Takes what others have changed. `floor` is the version floor, which only a restore raises: it brings back older generations."""
        if floor != self._floor or len(changed) > MOST_CHANGED:
            self._heads = {}
        self._floor, self._number = floor, self._present
        if len(changed) <= MOST_CHANGED:
            self._add(changed)

    def get(self, slot: Slot) -> SlotState | None:
        """The head, once nothing is `behind`; None where it is not remembered."""
        return self._heads.get(slot)

    def found(self, head: SlotState) -> None:
        """A head that was read in this transaction. A slot without changes is not remembered, since its version floor may rise."""
        if head.version and self.behind is None:  # what is remembered is of this generation, also where reading has made all be forgotten
            self._add([head])

    def written(self, changes: Collection[SlotChange]) -> None:
        """Changes that were written in this transaction."""
        if self.behind is not None:
            self.forget()
            self._number = self._present
        self._may_hold_uncommitted = True
        self._add([_head_after(change) for change in changes])

    def committing(self) -> "Committing":
        """What is remembered, which is forgotten until it is known to be committed: see `Committing.done`."""
        kept = Committing(self, self._heads, self._floor, self._number, self._number == self._present)
        self.forget()
        self._may_hold_uncommitted = False
        return kept

    def _add(self, heads: Collection[SlotState]) -> None:
        if len(self._heads) + len(heads) > MOST:
            self._heads = {}
        for head in heads:
            self._heads[head.slot] = head

    def _recall(self, heads: dict[Slot, SlotState], floor: int | None, number: int | None) -> None:
        if self._number is None:  # else another transaction remembers something already
            self._heads, self._floor, self._number = heads, floor, number


class Committing:
    """The heads of a transaction whose commit is under way."""

    __slots__ = ("_are_current", "_floor", "_heads", "_number", "_of")

    def __init__(self, of: SlotHeads, heads: dict[Slot, SlotState], floor: int | None, number: int | None, are_current: bool) -> None:
        self._of, self._heads, self._floor, self._number, self._are_current = of, heads, floor, number, are_current

    def done(self, parts: Collection[str]) -> None:
        """The commit was made, and has raised the generation of these parts."""
        raised = int(self._are_current and "choices" in parts)  # else they are of before, and wait for `SlotHeads.catch_up`
        self._of._recall(self._heads, self._floor, self._number + raised if self._number is not None else None)


def _head_after(change: SlotChange) -> SlotState:
    model = change.model
    return SlotState(change.slot, change.version, model.model_id if model else None, {model.model_id: model} if model else {})
