"""Checks what clients recorded against the history that a database holds: each slot is one register, linearizable by its versions.

Each selection names a model of its own, so that its version is known even where its answer was lost. Times are seconds of one clock.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

from attrs import frozen

SELECT, DESELECT, ROLL_BACK, READ = "select", "deselect", "roll back", "read"


@frozen
class Recorded:
    """One call as its client saw it. `version` is the slot's version that the answer told, None where it told none.

    `is_known` is False where no answer came: it may have happened or not. `refused` names the expected version that was refused, and `current`
    the one that the refusal told instead.
    """

    kind: str
    slot: str
    began: float
    ended: float
    model: str | None = None
    previous: str | None = None
    version: int | None = None
    expected: int | None = None
    refused: bool = False
    is_known: bool = True
    current: int | None = None


def violations(calls: Sequence[Recorded], histories: Mapping[str, Sequence[str | None]]) -> list[str]:
    """`histories` has for each slot its active models, version by version, from 1 on."""
    found = list[str]()
    for slot in sorted({call.slot for call in calls} | set(histories)):
        of_slot = [call for call in calls if call.slot == slot]
        found += _Slot(slot, list(histories.get(slot, ())), of_slot).violations()
    return found


def told_uncommitted(calls: Sequence[Recorded], histories: Mapping[str, Sequence[str | None]]) -> list[Recorded]:
    """The answers that spoke of a state that never was: of a write that had not been committed, and then was not."""
    return [call for call in calls if call.is_known and not _was(call, histories.get(call.slot, ()))]


def _was(call: Recorded, history: Sequence[str | None]) -> bool:
    if call.previous is not None and call.previous not in history:
        return False
    if (call.current or 0) > len(history):
        return False
    return call.version is None or (call.version <= len(history) and (call.version == 0 or history[call.version - 1] == call.model))


class _Slot:
    def __init__(self, name: str, history: list[str | None], calls: list[Recorded]) -> None:
        self.name, self.history, self.calls = name, history, calls

    def violations(self) -> list[str]:
        found = list[str]()
        self._index()
        claimed = dict[int, Recorded]()
        for call in self.calls:
            if not call.is_known:
                continue
            wrong = self._wrong(call)
            if wrong is None and call.version is not None and call.kind != READ and not call.refused:
                other = claimed.setdefault(call.version, call)
                wrong = f"version {call.version} was acknowledged twice" if other is not call else None
            if wrong is not None:
                found.append(f"{self.name}: {call.kind}: {wrong}: {call}")
        return found

    def _index(self) -> None:
        """The first version with each model, when each version can have begun at the earliest, and what was acknowledged when."""
        began_of = {call.model: call.began for call in self.calls if call.kind == SELECT and call.model is not None}
        self._first: dict[str, int] = {}
        earliest, begins = float("-inf"), list[float]()
        for version, model in enumerate(self.history, start=1):
            if model is not None and model not in self._first:
                self._first[model] = version
                earliest = max(earliest, began_of.get(model, earliest))
            begins.append(earliest)
        self._begins = begins
        told = sorted((call.ended, call.version) for call in self.calls if call.is_known and call.version is not None and not call.refused)
        self._told_at = [ended for ended, _ in told]
        self._told = list(accumulate((version for _, version in told), max))

    def _low(self, moment: float) -> int:
        """The version that everybody must see who begins at this moment."""
        index = bisect_left(self._told_at, moment)
        return self._told[index - 1] if index else 0

    def _high(self, moment: float) -> int:
        """The latest version that anybody can have seen who ended at this moment."""
        return bisect_right(self._begins, moment)

    def _model(self, version: int) -> str | None:
        return self.history[version - 1] if version else None

    def _wrong(self, call: Recorded) -> str | None:
        low, high = self._low(call.began), self._high(call.ended)
        if call.refused:
            if call.current is not None and not low <= call.current <= high:
                return f"it was told version {call.current}, of {low} to {high}"
            return "refused though it was right" if low == high == call.expected else None
        if call.kind == READ:
            return self._wrong_read(call, low, high)
        if call.version is None:
            return self._wrong_deselection(call, low, high)
        if not 0 < call.version <= len(self.history):
            return "an acknowledged write is lost"
        if self._model(call.version) != call.model:
            return f"the history has {self._model(call.version)}"
        if call.version <= low:
            return f"version {low} was acknowledged before it began"
        if call.expected is not None and call.version != call.expected + 1:
            return "a compare-and-set that did not compare"
        if self._model(call.version - 1) != call.previous:
            return f"the one before was {self._model(call.version - 1)}"
        return None

    def _wrong_read(self, call: Recorded, low: int, high: int) -> str | None:
        if call.version is not None:
            if call.version < low:
                return f"stale: version {low} was acknowledged before it began"
            if call.version > high or self._model(call.version) != call.model:
                return "what it read never was, or was not yet"
            return None
        return None if any(self._model(version) == call.model for version in range(low, high + 1)) else "what it read never was then"

    def _wrong_deselection(self, call: Recorded, low: int, high: int) -> str | None:
        """Its answer tells the model before, and no version."""
        if call.previous is None:
            return None if any(self._model(version) is None for version in range(low, high + 1)) else "the slot was never empty then"
        made = (version for version in range(low + 1, high + 1) if self._model(version) is None)
        return None if any(self._model(version - 1) == call.previous for version in made) else "an acknowledged deselection is lost"
