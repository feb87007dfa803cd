"""The body of an answer within bounds: never more bytes in memory than were allowed, whatever an encoding makes of them."""

import asyncio
import zlib
from collections.abc import AsyncIterable, Iterator
from io import BytesIO

from attrs import define, field

from modeldesk.adapters.outbound.failures import Refused

STEP = 64 * 1024
"""Bytes that a decompressor may give at a time."""

GZIP_WINDOW = 16 + zlib.MAX_WBITS
"""zlib's way to ask for a gzip header (https://zlib.net/manual.html, inflateInit2)."""

BREATHS = 64
"""Pieces between two pauses: a vendor that sends a byte a piece must not keep the loop to itself."""


@define
class ByteBudget:
    """How many bytes the answers of a series may have together. `left` counts down."""

    left: int

    def spend(self, count: int) -> None:
        self.left -= count


@define
class BoundedBody:
    """Collects decoded bytes up to `most`, and up to what is left of the series. Raw bytes have the same bound: encodings can hold nothing at length."""

    most: int
    allowance: ByteBudget
    _kept: BytesIO = field(factory=BytesIO, init=False)
    _raw: int = field(default=0, init=False)

    async def read(self, pieces: AsyncIterable[bytes], encoding: str) -> bytes:
        """The decoded body. Raises Refused: too long, an encoding that was not asked for, or a broken one."""
        decoder = _decoder(encoding)
        count = 0
        async for piece in pieces:
            self._raw += len(piece)
            if self._raw > self.most:
                raise self._too_long()
            for part in decoder.parts(piece):
                self._keep(part)
            count += 1
            if count % BREATHS == 0:
                await asyncio.sleep(0)
        decoder.end()
        # BytesIO hands out its own buffer: the body does not stand in memory twice.
        return self._kept.getvalue()

    def _keep(self, part: bytes) -> None:
        if self._kept.tell() + len(part) > self.most:
            raise self._too_long()
        self.allowance.spend(len(part))
        if self.allowance.left < 0:
            raise Refused("the answers of one series are too long together")
        self._kept.write(part)

    def _too_long(self) -> Refused:
        return Refused(f"the answer is longer than {self.most / 1024 / 1024:g} MiB")


class Identity:
    """A body as it was sent."""

    def parts(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def end(self) -> None:
        """Whether the body is whole is counted by HTTP itself."""


class Gzip:
    """One gzip member, a step at a time."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(GZIP_WINDOW)

    def parts(self, piece: bytes) -> Iterator[bytes]:
        """What `piece` gives. Raises Refused for what is no gzip, and for what follows its end."""
        while piece:
            if self._inflater.eof:
                raise Refused("the answer goes on after the end of its gzip encoding")
            try:
                part = self._inflater.decompress(piece, STEP)
            except zlib.error:
                raise Refused("the answer's gzip encoding is broken") from None
            yield part
            piece = self._inflater.unconsumed_tail or self._inflater.unused_data

    def end(self) -> None:
        """Raises Refused for a member without its end."""
        if not self._inflater.eof:
            raise Refused("the answer's gzip encoding ended early")


def _decoder(encoding: str) -> Identity | Gzip:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return Identity()
    if name in ("gzip", "x-gzip"):
        return Gzip()
    if "," in name:
        raise Refused("the answer is encoded more than once")
    raise Refused("the answer has an encoding other than gzip")
