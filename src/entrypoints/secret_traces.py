"""Finding traces of secrets in a text, in one pass whose cost is proportional to the length of the text."""

from collections.abc import Iterator, Sequence
from itertools import islice

from attrs import field
from msgspec import Struct

from modeldesk.domain.model.values.secret import HIDDEN, SHORTEST_TRACE, Secret, lowered
from modeldesk.domain.records import define

BLOCK = 6
"""The length of a search block in characters. Any 11 consecutive characters of an encoding contain a complete block."""

MOST_PLACES = 4
"""The places of one block in one secret that are tried. A secret such as `aaaa…` consists of one block at many places."""

MOST_TRIED = 16
"""The places of one block that are tried in all. Other secrets with the same beginning are found by their own blocks."""

STEPS_PER_CHARACTER = 2 * MOST_TRIED * SHORTEST_TRACE
"""The bound of a pass: comparisons for each character of the text."""

Place = tuple[str, int]
"""An encoding of a secret, and the offset of a block in it."""


@define
class TraceIndex:
    """Secrets by the blocks of their encodings."""

    _by_block: dict[str, dict[Secret, list[Place]]] = field(factory=dict, repr=False)

    def add(self, secret: Secret) -> None:
        for encoding, at in _blocks_of(secret):
            places = self._by_block.setdefault(encoding[at : at + BLOCK], {}).setdefault(secret, [])
            if len(places) < MOST_PLACES:
                places.append((encoding, at))

    def remove(self, secret: Secret) -> None:
        for encoding, at in _blocks_of(secret):
            block = encoding[at : at + BLOCK]
            secrets = self._by_block.get(block, {})
            secrets.pop(secret, None)
            if not secrets:
                self._by_block.pop(block, None)

    def has_any(self, blocks: set[str]) -> bool:
        return not self._by_block.keys().isdisjoint(blocks)

    def places(self, block: str) -> Iterator[Place]:
        return (place for places in self._by_block.get(block, {}).values() for place in places)


def redacted(text: str, indexes: Sequence[TraceIndex]) -> str:
    """The text with every trace of a secret replaced, in any letter case."""
    folded = lowered(text)
    blocks = {folded[at : at + BLOCK] for at in range(len(folded) - BLOCK + 1)}
    if not any(index.has_any(blocks) for index in indexes):
        return text
    kept, end = list[str](), 0
    for start, after in TracePass(folded, indexes).spans():
        if start > end or not kept:
            kept += [text[end:start], HIDDEN]
        end = max(end, after)
    return "".join([*kept, text[end:]])


class TracePass(Struct):
    """One pass over a text in lower case. `steps` counts its comparisons: at most `STEPS_PER_CHARACTER` for each character."""

    text: str
    indexes: Sequence[TraceIndex]
    steps: int = 0

    def spans(self) -> Iterator[tuple[int, int]]:
        """The starts and ends of traces, in order. Neighbours may touch or overlap."""
        at, end = 0, 0
        while at <= len(self.text) - BLOCK:
            self.steps += 1
            start, after = self._longest(at, floor=end)
            if after > start:
                yield start, after
                end = after
                at = max(at + 1, after - BLOCK + 1)
            else:
                at += 1

    def _longest(self, at: int, floor: int) -> tuple[int, int]:
        """The longest trace through the block at `at` that begins at `floor` or later; an empty one if there is none."""
        block, best = self.text[at : at + BLOCK], (at, at)
        places = (place for index in self.indexes for place in index.places(block))
        for encoding, offset in islice(places, MOST_TRIED):
            start, after = self._grown(at, encoding, offset, min(at, floor))
            is_trace = after - start >= min(SHORTEST_TRACE, len(encoding))
            if is_trace and after - start > best[1] - best[0]:
                best = (start, after)
        return best

    def _grown(self, at: int, encoding: str, offset: int, floor: int) -> tuple[int, int]:
        text, after, place = self.text, at + BLOCK, offset + BLOCK
        while after < len(text) and place < len(encoding) and text[after] == encoding[place]:
            after, place = after + 1, place + 1
        start, place = at, offset
        while start > floor and place > 0 and text[start - 1] == encoding[place - 1]:
            start, place = start - 1, place - 1
        self.steps += after - start
        return start, after


def _blocks_of(secret: Secret) -> Iterator[Place]:
    for encoding in secret.encodings():
        yield from ((encoding, at) for at in range(0, len(encoding) - BLOCK + 1, BLOCK))
