"""A JSON scanner that reports every problem. It is slower than the standard scanner, and it does not recurse.

It follows RFC 8259. A syntax error stops it; all other problems (repeated keys, numbers out of range …) are collected.
"""

import json
import re
from collections.abc import Collection
from contextlib import suppress

from attrs import field
from msgspec import Struct

from modeldesk.adapters.strict_json.clean_values import clean_container, container_end
from modeldesk.adapters.strict_json.number import OutOfRange, exact_number, whole_number
from modeldesk.adapters.strict_json.open_containers import OpenContainer, OpenList, OpenObject
from modeldesk.adapters.strict_json.place import Path, Place, Wanted, after_blanks, after_container, places_at
from modeldesk.adapters.strict_json.syntax_hints import about_escape, about_word, char_text
from modeldesk.domain.errors import Reason
from modeldesk.domain.records import define, frozen

MOST_PROBLEMS = 10_000
"""The scan ends after as many, so that a hostile text costs no object for each of its bytes."""

TRIED_DEPTH = 4
"""Above this depth the C scanner tries each container first, except the whole text, which it has tried already."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)((?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![-+.\w$])")
_BARE = re.compile(r"[-+.\w$]+")
_WORDS = {"true": True, "false": False, "null": None}
_NOT_FINITE = frozenset(("NaN", "Infinity", "-Infinity"))
_SURROGATE = re.compile("[\ud800-\udfff]")
_SOUND_STRING = re.compile(r'[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*){0,64}')
_DECODER = json.JSONDecoder()


class TextProblem(Struct, frozen=True):
    """A problem of a text. `path` and `place` are None if it concerns the whole text."""

    path: Path | None
    reason: Reason
    place: Place | None


@define
class JsonBroken(Exception):
    """The text has a syntax error, a wrong encoding or a wrong size. No other problem is reported with it."""

    problem: TextProblem

    def __str__(self) -> str:
        place = self.problem.place
        return f"{self.problem.reason} (line {place.line}, column {place.column})" if place else str(self.problem.reason)


@frozen
class Scanned:
    """The value of a text, and its problems in the order of the text. Not complete where there were so many that the scan ended early."""

    root: object = field(repr=False)
    problems: tuple[TextProblem, ...]
    is_complete: bool = True


def scan(text: str, most_depth: int) -> Scanned:
    """Reads a text that may have problems. Containers without any are read by the C scanner.

    A value that is out of range, not finite or too deep is None. The last value of a repeated key counts. Raises JsonBroken for a syntax error.
    """
    scanner = _Scanner(text, most_depth)
    with suppress(_TooMany):
        return Scanned(scanner.document(), scanner.problems())
    cut = TextProblem(None, Reason("problems-cut", most=MOST_PROBLEMS), None)
    return Scanned(None, (*scanner.problems(), cut), is_complete=False)


def find_places(text: str, paths: Collection[Path], most_depth: int, *, has_repeats: bool = True) -> dict[Path, Place]:
    """The locations of these paths in a valid text. A member is at its key; a missing path is at its nearest parent.

    The last one of a repeated key counts, as in `scan`. Values deeper than `most_depth` are not found. Containers without a requested value are
    skipped. In a text that surely repeats no key, the search ends with the last path that is found.
    """
    wanted = Wanted.of(path[:most_depth] for path in paths)
    _Scanner(text, most_depth, wanted, most_found=None if has_repeats else wanted.count).document()
    offsets = {path: wanted.nearest(path) for path in paths}
    places = places_at(text, offsets.values())
    return {path: places[offset] for path, offset in offsets.items()}


class _Finding(Struct, frozen=True):
    """A problem with offsets, before lines are computed. `first` is the offset of what it repeats."""

    path: Path
    at: int
    reason: Reason
    first: int | None = None


class _TooMany(Exception):
    """Ends a scan after very many problems."""


class _Scanner:
    """Scans one text, up to its end, a syntax error, or very many problems.

    With `wanted` it records the offsets of those values, and skips containers without any of them; it ends after `most_found`.
    """

    def __init__(self, text: str, most_depth: int, wanted: Wanted | None = None, most_found: int | None = None) -> None:
        self._text = text
        self._most_depth = most_depth
        self._at = 0
        self._root_at = 0
        self._wanted = wanted  # the requested value that is read next, if any
        self._keeps_offsets = wanted is not None
        self._open: list[OpenContainer] = []
        self._findings: list[_Finding] = []
        self._missing = most_found
        self._has_escapes = "\\" in text

    def document(self) -> object:
        if not self._next():
            raise self._broken(Reason("json-empty"))
        self._root_at = self._at
        self._keep_offset(self._at)
        root = self._value()
        while self._open:
            if self._missing == 0:
                return root
            self._go_on(self._open[-1])
        if self._next():
            raise self._unexpected("end")
        return root

    def problems(self) -> tuple[TextProblem, ...]:
        wanted = {finding.at for finding in self._findings} | {finding.first for finding in self._findings if finding.first is not None}
        places = places_at(self._text, wanted)
        return tuple(self._problem(finding, places) for finding in self._findings)

    def _problem(self, finding: _Finding, places: dict[int, Place]) -> TextProblem:
        reason = finding.reason
        if finding.first is not None:
            reason = reason.adding(line=places[finding.first].line, column=places[finding.first].column)
        return TextProblem(finding.path, reason, places[finding.at])

    def _go_on(self, here: OpenContainer) -> None:
        """Reads the next member of the innermost container, or its end."""
        char = self._next()
        if char == here.closer:
            self._open.pop()
            self._at += 1
            return
        if here.part is not None:
            self._comma(here, char)
        if isinstance(here, OpenObject):
            self._key(here)
        else:
            here.part = 0 if here.part is None else here.part + 1
            here.at = self._at
        if self._keeps_offsets:
            self._wanted = here.wanted.part(here.part) if here.wanted else None
            self._keep_offset(here.at)
        here.put(self._value())

    def _keep_offset(self, at: int) -> None:
        if self._wanted is not None:
            if self._missing is not None and self._wanted.offset < 0:
                self._missing -= 1
            self._wanted.offset = at

    def _comma(self, here: OpenContainer, char: str) -> None:
        if char != ",":
            raise self._unexpected(f"comma-or-{here.closer}")
        comma = self._at
        self._at += 1
        if self._next() == here.closer:
            raise self._broken(Reason("json-trailing-comma", closer=here.closer), comma)

    def _key(self, here: OpenObject) -> None:
        if self._next() != '"':
            raise self._unexpected("key" if here.part is not None else "key-or-}")
        here.at = self._at
        here.part = self._string()
        if here.part in here.seen:
            self._report(Reason("key-repeated"), here.seen[here.part])
        here.seen.setdefault(here.part, here.at)
        self._check_surrogates(here.part)
        if self._next() != ":":
            raise self._unexpected("colon")
        self._at += 1
        self._next()

    def _value(self) -> object:
        char = self._text[self._at : self._at + 1]
        if char == '"':
            value = self._string()
            self._check_surrogates(value)
            return value
        if char == "{":
            return self._container(OpenObject)
        if char == "[":
            return self._container(OpenList)
        if number := _NUMBER.match(self._text, self._at):
            self._at = number.end()
            return self._number(number[0], exact=bool(number[1]))
        if word := _BARE.match(self._text, self._at):
            return self._word(word[0])
        raise self._unexpected("value")

    def _container(self, kind: type[OpenContainer]) -> object:
        if self._keeps_offsets:
            if not (self._wanted and self._wanted.parts):
                self._at = container_end(self._text, self._at) or after_container(self._text, self._at)
                return None
        elif 0 < len(self._open) < TRIED_DEPTH and (clean := clean_container(self._text, self._at, self._most_depth - len(self._open))):
            self._at = clean[1]
            return clean[0]
        if len(self._open) < self._most_depth:
            opened = kind(self._at, self._wanted)
            self._open.append(opened)
            self._at += 1
            return opened.value
        self._report(Reason("too-deep", most=self._most_depth))
        end = after_container(self._text, self._at)
        if end < 0:
            raise self._broken(Reason("json-not-closed").adding(**self._opened(self._at)), len(self._text))
        self._at = end
        return None

    def _word(self, word: str) -> object:
        if word in _NOT_FINITE:
            self._report(Reason("json-not-a-number", word=word))
        elif word not in _WORDS:
            raise self._broken(about_word(word))
        self._at += len(word)
        return _WORDS.get(word)

    def _number(self, text: str, *, exact: bool) -> object:
        try:
            return exact_number(text) if exact else whole_number(text)
        except OutOfRange:
            self._report(Reason("number-out-of-range"))
            return None

    def _string(self) -> str:
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except ValueError:
            raise self._broken_string() from None
        return str(value)

    def _check_surrogates(self, value: str) -> None:
        if self._has_escapes and (lone := _SURROGATE.search(value)):
            self._report(Reason("lone-surrogate", character=f"\\u{ord(lone[0]):04x}"))

    def _next(self) -> str:
        """Moves to the next character other than white space and returns it; empty at the end."""
        char = self._text[self._at : self._at + 1]
        if char > " ":
            return char
        self._at = after_blanks(self._text, self._at)
        return self._text[self._at : self._at + 1]

    def _report(self, reason: Reason, first: int | None = None) -> None:
        self._findings.append(_Finding(self._path(), self._open[-1].at if self._open else self._root_at, reason, first))
        if len(self._findings) >= MOST_PROBLEMS:
            raise _TooMany

    def _path(self) -> Path:
        return tuple(here.part for here in self._open if here.part is not None)

    def _opened(self, at: int) -> dict[str, object]:
        """What opens there, and where that is."""
        place = places_at(self._text, (at,))[at]
        return {"opener": self._text[at], "line": place.line, "column": place.column}

    def _broken(self, reason: Reason, at: int | None = None) -> JsonBroken:
        at = self._at if at is None else at
        return JsonBroken(TextProblem(self._path(), reason, places_at(self._text, (at,))[at]))

    def _unexpected(self, expected: str) -> JsonBroken:
        """The error for an unexpected character: what was expected, what was found, and a hint."""
        return self._broken(self._about_unexpected(expected))

    def _about_unexpected(self, expected: str) -> Reason:
        rest = self._text[self._at : self._at + 2]
        innermost = self._opened(self._open[-1].opened) if self._open else None
        if not rest:
            return (
                Reason("json-ends-unclosed", expected=expected).adding(**innermost)
                if innermost
                else Reason("json-ends-early", expected=expected)
            )
        if rest in ("//", "/*") or rest[0] == "#":
            return Reason("json-comment")
        found = char_text(rest[0])
        if found in "'‘’“”`«":
            return Reason("json-quote", expected=expected, token=found)
        if innermost and found in "]}" and found != self._open[-1].closer:
            return Reason("json-wrong-bracket", expected=expected, token=found).adding(**innermost)
        is_comma_missing = expected.startswith("comma") and found in '"{['
        return (
            Reason("json-comma-missing", expected=expected, token=found)
            if is_comma_missing
            else Reason("json-unexpected", expected=expected, token=found)
        )

    def _broken_string(self) -> JsonBroken:
        opened, at = self._at, self._at + 1
        while (sound := _SOUND_STRING.match(self._text, at)) and sound.end() > at:
            at = sound.end()
        wrong = self._text[at : at + 2]
        if wrong in ("", "\\"):
            return self._broken(Reason("json-string-not-closed").adding(**self._opened(opened)), at)
        if wrong[0] == "\\":
            return self._broken(about_escape(wrong), at)
        if wrong[0] in "\r\n":
            return self._broken(Reason("json-line-end-in-string"), at)
        return self._broken(Reason("json-character-in-string", character=char_text(wrong[0]), escaped=json.dumps(wrong[0])[1:-1]), at)
