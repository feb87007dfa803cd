"""Where things stand in a JSON text: paths into it, lines and columns, and the way from one to the other."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from attrs import define, field, frozen

Path: TypeAlias = tuple[str | int, ...]
"""The way from the root to a value: keys of objects, indexes of lists. () is the root."""

LONGEST_KEY_SHOWN = 100

_SOLID = re.compile(r"[^ \t\n\r]")
_BETWEEN_PARTS = re.compile(r"[^ \t\n\r,:]")
_AFTER_BARE = re.compile(r"[,\]} \t\n\r]")
# Both stop after 64 rounds: a repeated group costs the regex engine memory for each round, and a text may hold millions of them.
_TO_MARK = re.compile(r'[^"\[\]{}]*(?:"[^"\\]*"[^"\[\]{}]*){0,64}')
_IN_STRING = re.compile(r'[^"\\]*(?:\\.[^"\\]*){0,64}', re.DOTALL)
_BRACKETS = re.compile(r"[\[{]+|[\]}]+")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_JOINERS = "\u200c\u200d"
_DECODER = json.JSONDecoder()


@frozen(order=True)
class Place:
    """Where a character stands; both count from 1. Columns count characters, and a line feed alone ends a line."""

    line: int
    column: int


def path_text(path: Path) -> str:
    """For people: `$.providers[3].models[1]`; an odd key is quoted, `$["odd key"]`, safe to print, and cut to 100 characters."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else _key_text(part) for part in path)


def shown(text: str) -> str:
    """The text with everything that does not show, or reorders what stands around it, as a JSON escape. Joiners are ordinary Persian."""
    return "".join(char if char.isprintable() or char in _JOINERS else json.dumps(char)[1:-1] for char in text)


def after_blanks(text: str, at: int) -> int:
    """The offset of the next character that is not white space, or of the end."""
    found = _SOLID.search(text, at)
    return found.start() if found else len(text)


def after_container(text: str, at: int) -> int:
    """The offset behind the container that opens at `at`, or -1 where it never closes.

    Brackets are counted, not matched: a text whose brackets are of the wrong kind is refused where it is read, not where it is skipped.
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
    """Lines and columns of many offsets, in one walk over the text."""
    places: dict[int, Place] = {}
    line, line_start, known = 1, 0, 0
    for offset in sorted(set(offsets)):
        line += text.count("\n", known, offset)
        line_start = text.rfind("\n", known, offset) + 1 or line_start
        known = offset
        places[offset] = Place(line, offset - line_start + 1)
    return places


def find_places(text: str, paths: Sequence[Path], most_depth: int) -> dict[Path, Place]:
    """Where the values of these paths stand in a sound text; a member stands where its key begins.

    Of a key that is given twice the last one counts, as in the value that was read. A path that leads nowhere stands where its
    nearest parent does. What lies deeper than `most_depth` was not read, and is not found.
    """
    wanted = _Wanted()
    for path in paths:
        wanted.add(path[:most_depth])
    _locate(text, wanted)
    offsets = {path: wanted.nearest(path) for path in paths}
    places = places_at(text, offsets.values())
    return {path: places[offset] for path, offset in offsets.items()}


@define
class _Wanted:
    """A value whose place is asked for, or that leads to such values; `offset` is where it was seen last."""

    offset: int = -1
    parts: dict[str | int, "_Wanted"] = field(factory=dict)

    def add(self, path: Path) -> None:
        node = self
        for part in path:
            if part not in node.parts:
                node.parts[part] = _Wanted()
            node = node.parts[part]

    def nearest(self, path: Path) -> int:
        node = self
        for part in path:
            child = node.parts.get(part)
            # A child from before its parent belonged to an earlier value of a key that was given again.
            if child is None or child.offset <= node.offset:
                break
            node = child
        return node.offset


@define
class _Inside:
    """A container on the way to something wanted; `index` counts the items of a list and is None in an object."""

    wanted: _Wanted
    index: int | None


def _locate(text: str, root: _Wanted) -> None:
    """Writes down where everything wanted stands, stepping over all that is not on the way there."""
    at = root.offset = after_blanks(text, 0)
    inside: list[_Inside] = []
    at = _step(text, at, root, inside)
    while inside:
        here = inside[-1]
        at = _next_part(text, at)
        if text[at] in "]}":
            inside.pop()
            at += 1
            continue
        start = at
        part: str | int
        if here.index is None:
            part, at = _DECODER.raw_decode(text, at)
            at = _next_part(text, at)
        else:
            part = here.index = here.index + 1
        child = here.wanted.parts.get(part)
        if child:
            child.offset = start
        at = _step(text, at, child, inside)


def _step(text: str, at: int, wanted: _Wanted | None, inside: list[_Inside]) -> int:
    """Into a container that holds something wanted, over anything else."""
    char = text[at]
    if char == '"':
        return _after_string(text, at)
    if char not in "[{":
        bare = _AFTER_BARE.search(text, at)
        return bare.start() if bare else len(text)
    if not (wanted and wanted.parts):
        return after_container(text, at)
    inside.append(_Inside(wanted, None if char == "{" else -1))
    return at + 1


def _next_part(text: str, at: int) -> int:
    found = _BETWEEN_PARTS.search(text, at)
    return found.start() if found else len(text)


def _before_bracket(text: str, at: int) -> int:
    """The offset of the next bracket outside of strings, or of the end."""
    while True:
        found = _TO_MARK.match(text, at)
        at = found.end() if found else at
        if text[at : at + 1] != '"':
            return at
        at = _after_string(text, at)


def _after_string(text: str, at: int) -> int:
    """The offset behind the string that opens at `at`, or of the end where it never closes."""
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
