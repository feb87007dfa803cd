"""Locations in a JSON text: paths, offsets, lines and columns."""

import json
import re
from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct

Path: TypeAlias = tuple[str | int, ...]
"""The path from the root to a value: keys of objects and indexes of lists. () is the root."""

LONGEST_KEY_SHOWN = 100

_SOLID = re.compile(r"[^ \t\n\r]")
# Both stop after 64 repetitions, because the regex engine needs memory for each, and a text may have millions.
_TO_MARK = re.compile(r'[^"\[\]{}]*(?:"[^"\\]*"[^"\[\]{}]*){0,64}')
_IN_STRING = re.compile(r'[^"\\]*(?:\\.[^"\\]*){0,64}', re.DOTALL)
_BRACKETS = re.compile(r"[\[{]+|[\]}]+")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_JOINERS = "\u200c\u200d"


class Place(Struct, frozen=True, order=True):
    """The location of a character. Line and column count from 1; columns count characters, and only a line feed ends a line."""

    line: int
    column: int


def path_text(path: Path) -> str:
    """A path as text: `$.providers[3].models[1]`. Unusual keys are quoted (`$["odd key"]`), escaped, and truncated to 100 characters."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else _key_text(part) for part in path)


def shown(text: str) -> str:
    """The text with invisible and reordering characters as JSON escapes. Joiners stay, because Persian needs them."""
    return "".join(char if char.isprintable() or char in _JOINERS else json.dumps(char)[1:-1] for char in text)


def after_blanks(text: str, at: int) -> int:
    """The offset of the next character other than white space, or of the end."""
    found = _SOLID.search(text, at)
    return found.start() if found else len(text)


def after_container(text: str, at: int) -> int:
    """The offset after the container that opens at `at`, or -1 if it is never closed.

    Counts brackets without matching their kinds. Only the scanner checks kinds, not this skipping.
    """
    depth = 0
    while brackets := _BRACKETS.match(text, at):
        count = brackets.end() - at
        if text[at] in "[{":
            depth += count
        elif count < depth:
            depth -= count
        else:
            return at + depth
        at = _before_bracket(text, brackets.end())
    return -1


def places_at(text: str, offsets: Iterable[int]) -> dict[int, Place]:
    """The lines and columns of many offsets, in one pass over the text."""
    places: dict[int, Place] = {}
    line, line_start, known = 1, 0, 0
    for offset in sorted(set(offsets)):
        line += text.count("\n", known, offset)
        line_start = text.rfind("\n", known, offset) + 1 or line_start
        known = offset
        places[offset] = Place(line, offset - line_start + 1)
    return places


class Wanted(Struct):
    """A value whose location is requested, or one that contains such values. `offset` is its last offset in the text."""

    offset: int = -1
    parts: dict[str | int, "Wanted"] = {}

    @classmethod
    def of(cls, paths: Iterable[Path]) -> "Wanted":
        root = cls()
        for path in paths:
            node = root
            for part in path:
                node = node.parts.setdefault(part, cls())
        return root

    @property
    def count(self) -> int:
        """How many values it contains, itself included."""
        return 1 + sum(part.count for part in self.parts.values())

    def part(self, part: str | int | None) -> "Wanted | None":
        return self.parts.get(part) if part is not None else None

    def nearest(self, path: Path) -> int:
        """The offset of this path, or of its nearest parent in the text."""
        node = self
        for part in path:
            child = node.parts.get(part)
            # A child before its parent belongs to an earlier value of a repeated key.
            if child is None or child.offset <= node.offset:
                break
            node = child
        return node.offset


def _before_bracket(text: str, at: int) -> int:
    """The offset of the next bracket outside strings, or of the end."""
    while True:
        found = _TO_MARK.match(text, at)
        at = found.end() if found else at
        if text[at : at + 1] != '"':
            return at
        at = _after_string(text, at)


def _after_string(text: str, at: int) -> int:
    """The offset after the string that opens at `at`, or of the end if it is never closed."""
    at += 1
    while found := _IN_STRING.match(text, at):
        if text[found.end() : found.end() + 1] == '"':
            return found.end() + 1
        if found.end() == at:
            break
        at = found.end()
    return len(text)


def _key_text(key: str) -> str:
    cut = key if len(key) <= LONGEST_KEY_SHOWN else f"{key[:LONGEST_KEY_SHOWN]}…"
    return f".{cut}" if _PLAIN_KEY.fullmatch(cut) else f"[{shown(json.dumps(cut, ensure_ascii=False))}]"
