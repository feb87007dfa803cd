"""The rows of a source, a block for each vendor: in a file that is kept for the next start, else compressed in memory."""

import logging
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from modeldesk.adapters.metadata import packed_rows
from modeldesk.adapters.metadata.packed_rows import PackedRows

LOGGER = logging.getLogger(__name__)
MODULES = (Path(__file__), Path(packed_rows.__file__))
"""Those that decide what a packed source looks like."""

_LENGTH = 4
"""Bytes before the index."""


class KeptContent(Protocol):
    """Content that is kept, and can be read in parts."""

    @property
    def size(self) -> int: ...

    @property
    def checksum(self) -> int:
        """That of zlib.crc32."""

    def read(self, offset: int, length: int) -> bytes | None:
        """None once it is not what it was when it was opened."""


class KeptForms(Protocol):
    """Keeps what takes long to make, for the next start."""

    def open(self, name: str) -> KeptContent | None: ...

    def write(self, name: str, content: bytes) -> None: ...


Keeping = Callable[..., KeptForms]
"""Says where something is kept: a module that makes it, the library by means of which it does, and its other modules."""


class _Index(Struct, array_like=True):
    made_of: int
    observed_at: datetime | None
    places: dict[str, tuple[int, int]]


class Source(Struct, frozen=True):
    """A source that was read: a block of rows by each name. `made_of` tells it from others that the same modules read."""

    blocks: Mapping[str, bytes]
    observed_at: datetime | None
    made_of: int = 0

    def packed(self) -> bytes:
        places, end = dict[str, tuple[int, int]](), 0
        for name, block in self.blocks.items():
            places[name] = (end, len(block))
            end += len(block)
        index = msgspec.msgpack.encode(_Index(self.made_of, self.observed_at, places))
        return b"".join((len(index).to_bytes(_LENGTH, "little"), index, *self.blocks.values()))


class Blocks(Protocol):
    """`size` is in bytes, as they are kept."""

    @property
    def size(self) -> int: ...

    @property
    def names(self) -> frozenset[str]: ...

    @property
    def observed_at(self) -> datetime | None: ...

    def rows(self, name: str) -> Mapping[str, bytes]:
        """None under an unknown name."""


class BlocksInMemory:
    def __init__(self, source: Source) -> None:
        # The quickest level: a start may have to compress all of it, and the best one would save 100 KB.
        self._blocks = {name: zlib.compress(block, 1) for name, block in source.blocks.items()}
        self.names, self.observed_at = frozenset(source.blocks), source.observed_at
        self.size = sum(map(len, self._blocks.values()))

    def rows(self, name: str) -> Mapping[str, bytes]:
        block = self._blocks.get(name)
        return PackedRows(partial(_part, zlib.decompress(block))) if block is not None else {}


class KeptBlocks:
    """Blocks in a file. What was lost of it, because somebody wrote to it or a disk failed, is made anew."""

    def __init__(self, kept: KeptContent, make: Callable[[], Source]) -> None:
        self._kept: KeptContent | None = kept
        self._make, self._made = make, b""
        self.size, self._checksum = kept.size, kept.checksum
        length = int.from_bytes(self._read(0, _LENGTH), "little")
        index = msgspec.msgpack.decode(self._read(_LENGTH, length), type=_Index)
        self.names, self.observed_at, self.made_of = frozenset(index.places), index.observed_at, index.made_of
        self._places = {name: (_LENGTH + length + start, size) for name, (start, size) in index.places.items()}

    def rows(self, name: str) -> Mapping[str, bytes]:
        place = self._places.get(name)
        return PackedRows(partial(self._within, place)) if place is not None else {}

    def _within(self, place: tuple[int, int], offset: int, length: int) -> bytes:
        return self._read(place[0] + offset, length)

    def _read(self, offset: int, length: int) -> bytes:
        if self._kept is not None and (found := self._kept.read(offset, length)) is not None:
            return found
        if self._kept is not None:
            LOGGER.warning("packed metadata has changed beside Python's bytecode, so it is made anew")
            self._kept, made = None, self._make().packed()
            self._made = (
                made if zlib.crc32(made) == self._checksum else b""
            )  # another version was installed meanwhile: its rows stand elsewhere
        return _part(self._made, offset, length)


def blocks_of(make: Callable[[], Source], forms: KeptForms | None = None, name: str = "", made_of: int = 0) -> Blocks:
    """The source that `make` reads. It is kept for the next start where `forms` can keep it."""
    if forms is None:
        return BlocksInMemory(make())
    if (found := _opened(make, forms, name, made_of)) is not None:
        return found
    source = make()
    forms.write(name, source.packed())
    return _opened(make, forms, name, made_of) or BlocksInMemory(source)


def _opened(make: Callable[[], Source], forms: KeptForms, name: str, made_of: int) -> KeptBlocks | None:
    kept = forms.open(name)
    found = KeptBlocks(kept, make) if kept is not None else None
    return found if found is not None and found.made_of == made_of else None


def _part(block: bytes, offset: int, length: int) -> bytes:
    return block[offset : offset + length]
