"""Unicode normalization that measures first. No other file normalizes a text.

Putting combining marks into their canonical order takes time in the square of how many stand in a row: seconds for 60,000 of them. So a text
is measured before it is normalized, and a long one may not pile up marks (UAX 15, "stream-safe text").
"""

import re
import unicodedata

from modeldesk.domain.errors import InvalidValue

MOST_MARKS = 30
"""Combining marks in a row. No language needs more than a few."""

LONGEST_UNCHECKED = 512
"""A text of up to this many characters is normalized within a millisecond, whatever it holds."""

NFC_SHRINKS_BY = 4
"""A character of NFC comes from at most this many, so a text that is longer than so many times its limit is refused unread."""

_SHOW_NOTHING = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Default-ignorable characters besides those of the category Cf: joiners of graphemes, fillers, variation selectors."""

_TOO_MANY_MARKS = re.compile(rb"[^\0]{%d}" % (MOST_MARKS + 1))


def nfc(text: str, most: int) -> str:
    """The text in NFC. Keyboards send é as one character or as two, and both are the same name and the same password.

    Raises InvalidValue for more than `most` characters, and for a long text with more than 30 combining marks in a row.
    """
    if text.isascii():
        _require_length(text, most)
        return text
    return unicodedata.normalize("NFC", _measured(text, most))


def folded(text: str) -> str:
    """The text for a comparison that ignores letter case, compatibility forms such as full width, and characters that show nothing.

    For texts whose length is known to be small: names.
    """
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", "".join(character for character in plain if not _is_ignorable(character)))


def without_marks(text: str) -> str:
    """The text in its plainest form: compatibility characters replaced, and no accents. Takes linear time, so the length does not matter."""
    # Marks that are there already go first: those that decomposition adds are a few a letter.
    return _without_marks(unicodedata.normalize("NFKD", _without_marks(text)))


def _is_ignorable(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in _SHOW_NOTHING


def _without_marks(text: str) -> str:
    return "".join(character for character in text if not unicodedata.combining(character))


def _measured(text: str, most: int) -> str:
    _require_length(text, most)
    if len(text) > LONGEST_UNCHECKED and (found := _TOO_MANY_MARKS.search(bytes(map(unicodedata.combining, text)))):
        raise InvalidValue("too-many-marks", most=MOST_MARKS, position=found.start() + 1)
    return text


def _require_length(text: str, most: int) -> None:
    if len(text) > most:
        raise InvalidValue("text-too-long", most=most, count=len(text))
