"""Bounded response bodies: decoding never holds more bytes in memory than allowed, even for a decompression bomb."""

import asyncio
import zlib
from collections.abc import AsyncIterable, Iterator
from io import BytesIO

from attrs import field
from msgspec import Struct

from modeldesk.adapters.outbound.refusals import Refused
from modeldesk.domain.records import define

STEP = 64 * 1024
"""The maximum output of one decompression step, in bytes."""

GZIP_WINDOW = 16 + zlib.MAX_WBITS
"""The window size that makes zlib expect a gzip header (https://zlib.net/manual.html, inflateInit2)."""

CHUNKS_PER_YIELD = 64
"""Chunks read before yielding to the event loop, so that a vendor that sends single bytes cannot block it."""


class ByteBudget(Struct):
    """The bytes that all responses of one session may have together. `left` counts down."""

    left: int

    def spend(self, count: int) -> None:
        self.left -= count


@define
class BoundedBody:
    """Collects decoded bytes up to `most` and up to the session's budget.

    Raw bytes have the same limit, because an encoding may contain long parts that decode to nothing.
    """

    most: int
    budget: ByteBudget
    _kept: BytesIO = field(factory=BytesIO, init=False)
    _raw: int = field(default=0, init=False)

    async def read(self, chunks: AsyncIterable[bytes], encoding: str) -> bytes:
        """The decoded body. Raises Refused if it is too long, or its encoding is unsupported or broken."""
        decoder = _decoder(encoding)
        count = 0
        async for chunk in chunks:
            self._raw += len(chunk)
            if self._raw > self.most:
                raise self._too_long()
            for part in decoder.parts(chunk):
                self._keep(part)
            count += 1
            if count % CHUNKS_PER_YIELD == 0:
                await asyncio.sleep(0)
        decoder.end()
        # BytesIO returns its own buffer, so the body is not copied.
        return self._kept.getvalue()

    def _keep(self, part: bytes) -> None:
        if self._kept.tell() + len(part) > self.most:
            raise self._too_long()
        self.budget.spend(len(part))
        if self.budget.left < 0:
            raise Refused("answers-too-large")
        self._kept.write(part)

    def _too_long(self) -> Refused:
        return Refused("answer-too-large", mebibytes=self.most / 1024 / 1024)


class Identity:
    """A body without encoding."""

    def parts(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def end(self) -> None:
        """Does nothing: HTTP itself detects an incomplete body."""


class Gzip:
    """A decoder for one gzip member, step by step."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(GZIP_WINDOW)

    def parts(self, chunk: bytes) -> Iterator[bytes]:
        """The decoded parts of `chunk`. Raises Refused for invalid gzip and for data after its end."""
        while chunk:
            if self._inflater.eof:
                raise Refused("gzip-with-more-behind")
            try:
                part = self._inflater.decompress(chunk, STEP)
            except zlib.error:
                raise Refused("gzip-broken") from None
            yield part
            chunk = self._inflater.unconsumed_tail or self._inflater.unused_data

    def end(self) -> None:
        """Raises Refused for a truncated member."""
        if not self._inflater.eof:
            raise Refused("gzip-ended-early")


def _decoder(encoding: str) -> Identity | Gzip:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return Identity()
    if name in ("gzip", "x-gzip"):
        return Gzip()
    if "," in name:
        raise Refused("encoded-twice")
    raise Refused("encoding-not-gzip")
