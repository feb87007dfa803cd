"""A text that cannot print itself, and hiding it in what others say."""

import base64
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "****"
SHORTEST_TRACE = 8
"""How many characters of a secret in a row count as the secret: vendors quote beginnings and ends of it."""


class Secret:
    """A text that cannot print itself: not by `str`, `repr`, formatting, pickling or JSON. `reveal()` is the one way out."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends or seals it."""
        return self._text

    def redact(self, line: str) -> str:
        """The line without any piece of the secret, plain, reversed, or in percent, base64 or hex form, in whatever letter case."""
        folded = line.lower()
        if len(folded) != len(line):  # a few letters change their length with their case; then nothing is searched by position
            folded = line
        length, forms = min(SHORTEST_TRACE, len(self._text)), self.forms()
        traces = [at for at in range(len(line) - length + 1) if any(folded[at : at + length] in form for form in forms)]
        return _without(line, {place for at in traces for place in range(at, at + length)})

    def forms(self) -> list[str]:
        """How it may stand in what others say, in small letters. As secret as the text itself."""
        return [form.lower() for form in _encodings(self._text)]

    def __repr__(self) -> str:
        return "Secret(****)"

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


def _encodings(text: str) -> Iterable[str]:
    data = text.encode()
    yield from (text, text[::-1], quote(text, safe=""), data.hex())
    for before in range(3):  # base64 of a longer text looks different by where in it the secret begins
        encoded = base64.b64encode(b"\0" * before + data).decode()
        yield from (encoded, encoded.translate(str.maketrans("+/", "-_")))


def _without(line: str, places: set[int]) -> str:
    kept = list[str]()
    for at, character in enumerate(line):
        if at not in places:
            kept.append(character)
        elif at - 1 not in places:
            kept.append(HIDDEN)
    return "".join(kept)
