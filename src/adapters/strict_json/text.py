"""Parses JSON documents: exact numbers, every problem with its path, and the location of each value.

A valid text takes little longer than with `json.loads`: the standard scanner reads it, with hooks for what it would accept. Only if a hook
finds a problem, `scan` reads the text again.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from sys import getsizeof

from attrs import field

from modeldesk.adapters.strict_json.clean_values import clean_document
from modeldesk.adapters.strict_json.place import Path, Place, path_text
from modeldesk.adapters.strict_json.scan import JsonBroken, TextProblem, find_places, scan
from modeldesk.domain.errors import Reason
from modeldesk.domain.records import frozen

__all__ = ["JsonBroken", "JsonDocument", "Path", "Place", "TextProblem", "path_text", "read_json"]

MOST_BYTES = 64 * 1024 * 1024
MOST_DEPTH = 32

_PLAIN_BEGINNING = re.compile(rb"[\[{][ -~\n]")
"""Two characters of ASCII: UTF-8 without a BOM, since any other encoding has a zero byte, or a BOM, among the first two bytes."""

_MARKS = bytes.maketrans(b"{}", b"[]")
_NOT_MARKS = bytes(byte for byte in range(256) if byte not in b'"[]{}')


@frozen(eq=False)
class JsonDocument:
    """A parsed document: its value, and its problems in the order of the text. It keeps the whole text in memory.

    `root` consists of dict, list, str, int, Decimal, bool and None. A value with a problem (out of range, not finite, too deep) is None. The last
    value of a repeated key counts. A text with very many problems is not read to its end: its `root` is None, and it is not complete.
    """

    root: object = field(repr=False)
    problems: tuple[TextProblem, ...]
    _source: bytes | str = field(repr=False)
    _most_depth: int = field(repr=False)
    is_complete: bool = True

    @classmethod
    def of_valid(cls, data: bytes) -> "JsonDocument":
        """A text that was read before, without a problem, for the locations in it: its value need not be in memory any more."""
        return cls(None, (), data, MOST_DEPTH)

    def places(self, paths: Iterable[Path]) -> dict[Path, Place]:
        """The locations of these values. A member is at its key; a missing path is at its nearest parent.

        Reads the text once, for any number of paths.
        """
        requested = tuple(paths)
        if not requested:
            return {}
        text = self._source if isinstance(self._source, str) else self._source.decode("utf-8-sig")
        return find_places(text, requested, self._most_depth, has_repeats=bool(self.problems))


def read_json(data: bytes, *, most_bytes: int = MOST_BYTES, most_depth: int = MOST_DEPTH) -> JsonDocument:
    """Parses UTF-8, with or without a BOM. Raises JsonBroken for a wrong size, a wrong encoding or a syntax error."""
    text = _decoded(data, most_bytes)
    surely_shallow = _surely_shallow(data, most_depth)
    source = data if len(data) < getsizeof(text) - getsizeof("") else text
    del data  # a caller that passed its only reference has the memory back before the value is built
    # A RecursionError is the scanner's own limit, some hundred levels; the careful reading says more of every ValueError.
    with suppress(ValueError, RecursionError):
        return JsonDocument(clean_document(text, most_depth, surely_shallow=surely_shallow), (), source, most_depth)
    found = scan(text, most_depth)
    return JsonDocument(found.root, found.problems, source, most_depth, found.is_complete)


def _decoded(data: bytes, most_bytes: int) -> str:
    if len(data) > most_bytes:
        raise _unreadable(Reason("text-too-large", count=len(data), most=most_bytes))
    is_plain = _PLAIN_BEGINNING.match(data) is not None
    if not is_plain and not (encoding := json.detect_encoding(data[:4])).startswith("utf-8"):
        raise _unreadable(Reason("text-other-encoding", encoding=encoding.upper()))
    try:
        return data.decode() if is_plain else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(error) from None


def _not_utf8(error: UnicodeDecodeError) -> JsonBroken:
    before, wrong = error.object[: error.start], error.object[error.start]
    line_start = before.rfind(b"\n") + 1
    place = Place(before.count(b"\n") + 1, len(before[line_start:].decode()) + 1)
    return _unreadable(Reason("text-not-utf8", byte=f"0x{wrong:02X}"), place)


def _unreadable(reason: Reason, place: Place | None = None) -> JsonBroken:
    return JsonBroken(TextProblem(None, reason, place))


def _surely_shallow(data: bytes, most_depth: int) -> bool:
    """Whether the brackets prove that a valid text is not too deep. False means unknown.

    This takes less than half the time of visiting every value. Without escaped quotes, quotes come in pairs, and a string that contains a bracket
    leaves a quote behind. If no quote is left, all brackets are structure, and each round removes the innermost pairs.
    """
    if b"\\" in data and b'\\"' in data:
        return False
    marks = data.translate(_MARKS, _NOT_MARKS).replace(b'""', b"")
    too_deep = b"[" * (most_depth + 1)
    for _ in range(most_depth):
        if not marks:
            return True
        if too_deep in marks or b'"' in marks:
            return False
        marks = marks.replace(b"[]", b"")
    return not marks
