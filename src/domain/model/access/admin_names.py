"""Names of admins: what a new one may be called, and when two names are the same.

A name is what the audit log shows, so no two admins may look alike in it, and none like the command line.
"""

import unicodedata

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.values.normalization import NFC_SHRINKS_BY, folded, without_marks
from modeldesk.domain.model.values.texts import SingleLineText, addressed_name

LONGEST_ADMIN_NAME = 64

OPERATOR = "cli"
"""The reserved name of the command line; no admin may have it."""

MARKS_OF_NAMES = " .-_@+"
JOINERS = "\u200c\u200d"
"""Between letters they are ordinary Persian."""

_ONE_SCRIPT = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HANGUL": "CJK", "BOPOMOFO": "CJK", "IDEOGRAPHIC": "CJK"}
"""Scripts that one language writes side by side, by the first word of their characters' names."""

_SAME_LETTER = str.maketrans("يىك", "ییک")
"""Arabic and Persian keyboards send different characters for a letter that people read as the same."""

_LIKE_OPERATOR = str.maketrans(dict.fromkeys("сϲᴄⲥᏟꓚ", "c") | dict.fromkeys("i1ıɩɪιіӏⲓᏞᎥꓡꓲ", "l"))
"""Characters of other scripts that look like the letters of `cli`. I, l and 1 look alike among themselves."""


def admin_name(text: str) -> SingleLineText:
    """A valid name for a new admin: letters of one script, digits, blanks and the signs . - _ @ +. Raises InvalidValue."""
    name = addressed_name(text, LONGEST_ADMIN_NAME)
    for position, character in enumerate(name):
        if not _is_fit(name, position):
            raise InvalidValue("name-character", character=f"U+{ord(character):04X}", position=position + 1)
    scripts = sorted({script for character in folded(name) if (script := _script(character))})
    if len(scripts) > 1:
        raise InvalidValue("name-of-scripts", scripts=[script.capitalize() for script in scripts])
    if _looks_like_operator(name):
        raise InvalidValue("name-reserved", name=OPERATOR)
    return name


def stored_admin_name(text: str) -> SingleLineText:
    """The name of an admin that may exist: admins that were made under older rules keep their names. Raises InvalidValue."""
    name = addressed_name(text, LONGEST_ADMIN_NAME)
    if name.casefold() == OPERATOR:
        raise InvalidValue("name-reserved", name=OPERATOR)
    return name


def admin_name_key(text: str) -> str:
    """What makes names of admins equal: letter case, width, invisible characters and the digits' script do not matter.

    Raises InvalidValue for a text that is too long for a name; anything else has a key.
    """
    if len(text) > NFC_SHRINKS_BY * LONGEST_ADMIN_NAME:
        raise InvalidValue("name-too-long", most=LONGEST_ADMIN_NAME, count=len(text))
    return "".join(_plain_digit(character) for character in folded(text)).translate(_SAME_LETTER)


def _is_fit(name: str, position: int) -> bool:
    character = name[position]
    if character in MARKS_OF_NAMES or character.isalpha() or character.isdecimal():
        return True
    inside = 0 < position < len(name) - 1
    if character in JOINERS:
        return (
            inside and name[position - 1].isalpha() and name[position + 1].isalpha() and _script(name[position - 1]) not in ("LATIN", None)
        )
    return position > 0 and unicodedata.category(character) in ("Mn", "Mc")


def _script(character: str) -> str | None:
    """The script of a letter; None for everything else. The standard library knows it by the names of characters alone."""
    if not character.isalpha():
        return None
    word = unicodedata.name(character, "UNKNOWN").partition(" ")[0]
    return _ONE_SCRIPT.get(word, word)


def _plain_digit(character: str) -> str:
    return str(unicodedata.digit(character, character)) if character.isdecimal() else character


def _looks_like_operator(name: str) -> bool:
    like = OPERATOR.translate(_LIKE_OPERATOR)
    return any(without_marks(spelled).translate(_LIKE_OPERATOR) == like for spelled in (name.casefold(), admin_name_key(name)))
