"""Documents with odd values and damage at any place: the faster reading accepts and refuses what the strict one does, with the same problems."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.domain.errors import DeclarationInvalid
from modeldesk.domain.services.declaration import Declaration
from tests.adapters.declaration.test_plain_entries import USUAL
from tests.support.counts import count
from tests.support.declarations import READER, document

TEXT = document(*({**USUAL, "slug": f"acme-{number}"} for number in range(3)))
VALUE = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9.]+|true|false|null')
ODD = [
    *(b"1e400", b"-0", b"-0.0", b"5.0", b"5.00e0", b"1" * 400, b"1e-400", b"NaN", b"-Infinity", b"01", b"1.", b"+1", b"2147483648", b"1E99999999999"),
    *(b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\xed\xa0\x80"', b'"\xff"', b'"\\u0000"', b'"a\nb"', b'"\x7f"', b'"\\x"', b'"e\xcc\x81"', b'"\xe2\x80\xae"'),
    *(b"null", b"{}", b"[]", b"[1,]", b"{,}", b"[" * 33 + b"]" * 33, b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}', b"\xef\xbb\xbf", b"\xc2\xa0", b"\x0b", b"}", b'"'),
]  # fmt: skip
EDITS = st.lists(
    st.tuples(st.sampled_from(["value", "insert", "cut", "twice"]), st.integers(0), st.sampled_from(ODD)), min_size=1, max_size=3
)


@settings(max_examples=count(60, 2_000), deadline=None)
@given(EDITS)
def test_an_odd_document_is_read_as_strictly(edits: list[tuple[str, int, bytes]]) -> None:
    """The same declaration, or the same problems at the same places."""
    text = TEXT
    for kind, place, odd in edits:
        text = edited(text, kind, place, odd)
    assert outcome(text, is_strict=False) == outcome(text, is_strict=True)


def edited(text: bytes, kind: str, place: int, odd: bytes) -> bytes:
    """A value replaced, something inserted, a few bytes cut out, or a value with its key given twice."""
    values = list(VALUE.finditer(text))
    start, end = values[place % len(values)].span()
    match kind:
        case "value":
            return text[:start] + odd + text[end:]
        case "insert":
            return text[:start] + odd + text[start:]
        case "cut":
            return text[:start] + text[start + 2 :]
        case _:
            return text[:end] + b", " + text[values[max(0, place % len(values) - 1)].start() : end] + text[end:]


def outcome(text: bytes, *, is_strict: bool) -> Declaration | list[tuple[str, int | None, int | None, str]]:
    try:
        return READER.read_strictly(text) if is_strict else READER.read(text)
    except DeclarationInvalid as error:
        return [(problem.path, problem.line, problem.column, repr(problem.reason)) for problem in error.problems]
