"""Rows in a block of bytes."""

from functools import partial

from hypothesis import example, given
from hypothesis import strategies as st

from modeldesk.adapters.metadata.packed_rows import PackedRows, packed_rows

SAME_HASH = {"plumless": b"1", "buckeroo": b"2"}
ANY_NAME = st.text(st.characters(codec=None), max_size=8)


def part(block: bytes, offset: int, length: int) -> bytes:
    return block[offset : offset + length]


@given(st.dictionaries(ANY_NAME, st.binary(max_size=8)), ANY_NAME)
@example(SAME_HASH, "plumles")
@example({"": b"", "a\nb": b"1", "a": b"2", "b": b"3"}, "a\nb")
def test_rows_are_those_that_were_packed(rows: dict[str, bytes], other: str) -> None:
    """In their order, and no others. Ids with a line break are left out, and are not found."""
    packed = PackedRows(partial(part, packed_rows(rows)))
    named = {name: row for name, row in rows.items() if "\n" not in name}
    assert list(packed.items()) == list(named.items())
    assert len(packed) == len(named)
    assert packed.get(other) == named.get(other)


@given(st.integers(0, 60))
def test_a_row_that_is_lost_is_unknown(left: int) -> None:
    """Whatever was read before it was lost."""
    reads = iter(range(left))
    block = packed_rows({str(number): b"row" for number in range(50)})
    packed = PackedRows(lambda offset, length: part(block, offset, length) if next(reads, None) is not None else b"")
    found = {name: packed.get(str(name)) for name in range(50)}
    assert len([row for row in found.values() if row == b"row"]) == max(0, min(50, left - 3))
    assert list(packed) in ([], list(map(str, range(50))))
