"""A secret text that cannot be printed by accident, and its redaction in other texts."""

import base64
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "****"
SHORTEST_TRACE = 8
"""The shortest part of a secret that is redacted: vendors quote the start or the end of a key."""


class Secret:
    """A text that `str`, `repr`, formatting, pickling and JSON do not expose. Only `reveal()` returns it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the code that sends or encrypts it."""
        return self._text

    def redact(self, line: str) -> str:
        """The line with every part of the secret replaced: plain, reversed, or encoded as percent, base64 or hex, in any letter case."""
        folded = lowered(line)
        length = min(SHORTEST_TRACE, len(self._text))
        # In a set, so that the cost is the length of the line plus that of the secret, not their product.
        parts = {encoding[at : at + length] for encoding in self.encodings() for at in range(len(encoding) - length + 1)}
        traces = [at for at in range(len(line) - length + 1) if folded[at : at + length] in parts]
        return _without(line, {position for at in traces for position in range(at, at + length)})

    def encodings(self) -> list[str]:
        """The forms that the secret may have in other texts, in lower case. They are as secret as the text itself."""
        return [encoding.lower() for encoding in _encodings(self._text)]

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


def lowered(line: str) -> str:
    """The line in lower case, with each letter at its position: those few that become longer stay as they are."""
    folded = line.lower()
    if len(folded) == len(line):
        return folded
    return "".join(small if len(small := character.lower()) == 1 else character for character in line)


def _encodings(text: str) -> Iterable[str]:
    data = text.encode()
    yield from (text, text[::-1], quote(text, safe=""), data.hex())
    for padding in range(3):  # inside a longer text, the base64 form depends on the secret's offset modulo 3
        encoded = base64.b64encode(b"\0" * padding + data).decode()
        yield from (encoded, encoded.translate(str.maketrans("+/", "-_")))


def _without(line: str, positions: set[int]) -> str:
    kept = list[str]()
    for at, character in enumerate(line):
        if at not in positions:
            kept.append(character)
        elif at - 1 not in positions:
            kept.append(HIDDEN)
    return "".join(kept)
