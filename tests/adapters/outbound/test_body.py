"""The bounded body by itself: what a network hides, as its pieces come as it likes."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest

from modeldesk.adapters.outbound.body import STEP, BoundedBody, ByteBudget, Gzip
from modeldesk.adapters.outbound.refusals import Refused
from tests.support.hostile_server import gzipped

MIB = 1024 * 1024


async def pieces(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    """As a network gives them when all of them are there: without a pause."""
    for part in parts:
        yield part


def read(parts: Iterable[bytes], encoding: str = "", most: int = MIB) -> bytes:
    return asyncio.run(BoundedBody(most, ByteBudget(most)).read(pieces(parts), encoding))


def test_a_bomb_gives_a_step_at_a_time() -> None:
    """However much a single piece holds: 20 MiB of zeros in one."""
    bomb = gzipped(bytes(20 * MIB))
    sizes = [len(part) for part in Gzip().parts(bomb)]
    assert sum(sizes) == 20 * MIB
    assert max(sizes) <= STEP


def test_an_encoding_that_holds_nothing_is_bounded_too() -> None:
    """Empty blocks of deflate without end: nothing is decoded, and yet it stops."""

    sent = [gzipped(b"")[:10]]

    def nothing() -> Iterable[bytes]:
        yield sent[0]
        while sum(map(len, sent)) < 3 * MIB:
            sent.append(b"\0\0\0\xff\xff" * 1_000)
            yield sent[-1]

    with pytest.raises(Refused, match=r"answer-too-large: mebibytes=1\.0"):
        read(nothing(), "gzip")
    assert MIB < sum(map(len, sent)) <= MIB + 5_000


@pytest.mark.parametrize("size", [1, 2, 7, 1_000, 100_000])
def test_pieces_may_be_cut_anywhere(size: int) -> None:
    """The same body comes of them."""
    body = bytes(range(256)) * 3_000
    packed = gzipped(body)
    assert read((packed[place : place + size] for place in range(0, len(packed), size)), "gzip") == body


def test_a_body_that_ends_early_is_refused() -> None:
    """Wherever its gzip is cut: what was decoded until then may be half a list, or half a word of it."""
    packed = gzipped(bytes(range(256)) * 20)
    for length in range(len(packed)):
        with pytest.raises(Refused, match="gzip-ended-early"):
            read([packed[:length]], "gzip")


async def test_others_have_their_turn() -> None:
    """While a thousand pieces are read that were all there already."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    await BoundedBody(MIB, ByteBudget(MIB)).read(pieces([b"x"] * 1_000), "identity")
    beside.cancel()
    assert turns >= 10


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "compress", "gzip, br", "gzip,gzip", "identity, gzip", "x", ", gzip"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """None of them was asked for."""
    with pytest.raises(Refused, match="encod"):
        read([b"{}"], encoding)


def test_what_was_asked_for_is_read() -> None:
    """In any case of letters, and under gzip's old name."""
    for encoding in ("", "identity", " Identity "):
        assert read([b"{", b"}"], encoding) == b"{}"
    for encoding in ("gzip", "GZip", " x-gzip"):
        assert read([gzipped(b"{}")], encoding) == b"{}"
