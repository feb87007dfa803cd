"""What the error for a broken token says: what was meant, or why it is none of JSON."""

from modeldesk.adapters.strict_json.place import shown
from modeldesk.domain.errors import Reason

_MEANT = {"true": "true", "false": "false", "null": "null", "none": "null", "nil": "null", "undefined": "null"}


def char_text(char: str) -> str:
    return char if char.isprintable() else f"U+{ord(char):04X}"


def about_word(word: str) -> Reason:
    cut = shown(word if len(word) <= 40 else f"{word[:40]}…")
    if meant := _MEANT.get(word.casefold()):
        return Reason("json-word-misspelled", word=cut, meant=meant)
    if word[0] in "+-." or word[0].isdigit():
        return Reason("json-not-a-number", word=cut)
    return Reason("json-word-unquoted", word=cut)


def about_escape(escape: str) -> Reason:
    if escape == "\\u":
        return Reason("json-escape-unfinished")
    return Reason("json-escape-unknown", escape=shown(escape))
