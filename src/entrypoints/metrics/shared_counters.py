"""Numbers that all workers of a server share: anonymous memory that exists before the workers do.

Each worker writes into a region of its own, so that no lock is needed, and reads all of them. The memory belongs to the parent: a worker
that takes the place of a killed one goes on where that one stopped, and no counter goes backwards.
"""

import logging
import mmap
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

LOGGER = logging.getLogger(__name__)
Key: TypeAlias = tuple[str, ...]
"""The name of a family, then the values of its labels."""

REGION = 1024 * 1024
"""Bytes of a worker. Pages that nobody writes to take no memory."""

WORD = 8
LARGEST_BLOCK = 16
"""Numbers of one key, at most."""

SEPARATOR = "\x1f"
LONGEST_LABEL = 200

_HEADER = struct.Struct("=II")
_USED = struct.Struct("=Q")


class SharedCounters:
    """Blocks of numbers by key. A new block is filled before it is announced, so that readers and successors see whole ones only."""

    def __init__(self, places: int = 1, region: int = REGION) -> None:
        """`places` is the number of workers."""
        self._memory = mmap.mmap(-1, places * region)
        self.numbers: memoryview[float] = memoryview(self._memory).cast("d")
        self._places, self._region = places, region
        self._known = dict[Key, int]()
        self._is_full = False
        self.begin(0)

    def begin(self, place: int) -> None:
        """From now on this process writes as the worker of that place, where the one before it stopped."""
        self._start = place * self._region
        self._known = {key: start for key, start, _ in self._blocks(place)}
        self._spare = self._start // WORD + 1  # behind the length of the region: what does not fit is written there, and read by nobody
        self._is_full = False

    def block(self, key: Key, width: int = 1) -> int:
        """The index in `numbers` of the first of `width` numbers, which are zero where the key is new."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._added(key, width)
        return found

    def add(self, key: Key, amount: float = 1.0) -> None:
        self.numbers[self.block(key)] += amount

    def put(self, key: Key, value: float) -> None:
        self.numbers[self.block(key)] = value

    def totals(self) -> Mapping[Key, Sequence[float]]:
        """The sums over all workers."""
        found = dict[Key, list[float]]()
        for place in range(self._places):
            for key, start, width in self._blocks(place):
                values = [*map(float, self.numbers[start : start + width])]
                found[key] = [a + b for a, b in zip(found[key], values, strict=True)] if key in found else values
        return found

    def _first(self, place: int) -> int:
        """Where the blocks of a place begin: behind its length, and the spare numbers."""
        return place * self._region + WORD * (1 + LARGEST_BLOCK)

    def _blocks(self, place: int) -> Iterator[tuple[Key, int, int]]:
        at = self._first(place)
        end = at + _USED.unpack_from(self._memory, place * self._region)[0]
        while at < end:
            length, width = _HEADER.unpack_from(self._memory, at)
            start = at + _HEADER.size + _padded(length)
            name = self._memory[at + _HEADER.size : at + _HEADER.size + length].decode()
            yield tuple(name.split(SEPARATOR)), start // WORD, width
            at = start + width * WORD

    def _added(self, key: Key, width: int) -> int:
        name = SEPARATOR.join(label.replace(SEPARATOR, " ")[:LONGEST_LABEL] for label in key).encode(errors="replace")
        place = self._start // self._region
        used = _USED.unpack_from(self._memory, self._start)[0]
        at = self._first(place) + used
        size = _HEADER.size + _padded(len(name)) + width * WORD
        if at + size > self._start + self._region:
            if not self._is_full:
                LOGGER.warning("there is no room for further metrics")
            self._is_full = True
            return self._spare
        written = _HEADER.pack(len(name), width) + name.ljust(_padded(len(name)), b"\0") + bytes(width * WORD)
        self._memory[at : at + size] = written
        _USED.pack_into(self._memory, self._start, used + size)
        return int(at + size) // WORD - width


def _padded(length: int) -> int:
    return -(-length // WORD) * WORD
