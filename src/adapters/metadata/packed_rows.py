"""Rows by id as one block of bytes. A reader takes one row: from memory, or from a file that is never in memory as a whole."""

import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from zlib import crc32

_HEAD = struct.Struct("<II")
"""The number of rows, and the bytes of all ids."""

_NUMBER = 4
"""Bytes of a number."""

_BREAK = "\n"

ReadBytes = Callable[[int, int], bytes]
"""The bytes from an offset, as many as are asked for. Fewer where they are lost."""


def packed_rows(rows: Mapping[str, bytes]) -> bytes:
    """The block. It leaves out an id with a line break: the break ends an id, and no vendor has such a model."""
    named = {_encoded(name): row for name, row in rows.items() if _BREAK not in name}
    records = sorted((crc32(name), name + row) for name, row in named.items())
    ids, end, ends = b"".join(named), 0, list[int]()
    for _, record in records:
        ends.append(end := end + len(record))
    hashes = _as_bytes([found for found, _ in records])
    return b"".join((_HEAD.pack(len(records), len(ids)), hashes, _as_bytes(ends), ids, *(record for _, record in records)))


class PackedRows(Mapping[str, bytes]):
    """The rows of a block. In memory are eight bytes of each row: the hash of its id, by which it is found, and where it ends."""

    __slots__ = ("_ends", "_hashes", "_ids", "_read", "_start")

    def __init__(self, read: ReadBytes) -> None:
        head = read(0, _HEAD.size)
        count, length = _HEAD.unpack(head) if len(head) == _HEAD.size else (0, 0)
        self._hashes = _numbers(read(_HEAD.size, count * _NUMBER))
        self._ends = _numbers(read(_HEAD.size + count * _NUMBER, count * _NUMBER))
        self._ids = _HEAD.size + 2 * count * _NUMBER, length
        self._start = sum(self._ids)
        self._read = read

    def __getitem__(self, name: str) -> bytes:
        if _BREAK not in name:
            encoded = _encoded(name)
            found, count = crc32(encoded), len(self._ends)
            place = bisect_left(self._hashes, found)
            while place < count and self._hashes[place] == found:
                record = self._record(place)
                if record.startswith(encoded):
                    return record[len(encoded) :]
                place += 1
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._read(*self._ids).decode(errors="surrogatepass").split(_BREAK)[:-1])

    def __len__(self) -> int:
        return len(self._ends)

    def _record(self, place: int) -> bytes:
        start = self._ends[place - 1] if place else 0
        return self._read(self._start + start, self._ends[place] - start)


def _encoded(name: str) -> bytes:
    return f"{name}{_BREAK}".encode(errors="surrogatepass")


def _as_bytes(numbers: list[int]) -> bytes:
    return _in_order(array("I", numbers)).tobytes()


def _numbers(written: bytes) -> "array[int]":
    return _in_order(array("I", written))


def _in_order(numbers: "array[int]") -> "array[int]":
    """As a file has them: it may come from another machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
