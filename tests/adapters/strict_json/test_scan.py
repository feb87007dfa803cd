"""Reading the text of a JSON document: what is refused, what is noted, and where everything stands."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modeldesk.adapters.strict_json.text import JsonBroken, JsonDocument, Path, Place, path_text, read_json
from modeldesk.domain.errors import Reason

Value = Any


def read(text: str) -> JsonDocument:
    return read_json(text.encode())


def broken(data: str | bytes, **limits: int) -> JsonBroken:
    with pytest.raises(JsonBroken) as caught:
        read_json(data.encode() if isinstance(data, str) else data, **limits)
    return caught.value


def said(text: str) -> list[tuple[str, str, tuple[int, int]]]:
    """The problems of a text as (path, message, (line, column))."""
    return [
        (path_text(problem.path), str(problem.reason), (problem.place.line, problem.place.column))
        for problem in read(text).problems
        if problem.path is not None and problem.place is not None
    ]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["a[b]", "}{", '"', "\\", "\\ud83d", "http://x:1", "مدل", "😀"]
)
scalars = (
    st.none() | st.booleans() | st.integers(-(10**18) + 1, 10**18 - 1) | st.decimals(-(10**6), 10**6, allow_nan=False, places=3) | texts
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12)
seeds = st.integers(0, 2**32)


class Writer:
    """Writes a value as JSON with white space and escapes wherever they may stand."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def gap(self) -> str:
        return self._random.choice(["", "", " ", "\n", "\t \r\n"])

    def write(self, value: Value) -> str:
        return f"{self.gap()}{self._solid(value)}{self.gap()}"

    def _solid(self, value: Value) -> str:
        if isinstance(value, dict):
            members = (f"{self.gap()}{self._solid(key)}{self.gap()}:{self.write(inner)}" for key, inner in value.items())
            return f"{{{','.join(members) or self.gap()}}}"
        if isinstance(value, list):
            return f"[{','.join(self.write(inner) for inner in value) or self.gap()}]"
        if isinstance(value, Decimal):
            return str(value)
        return json.dumps(value, ensure_ascii=self._random.random() < 0.5)


def paths_of(value: Value, path: Path = ()) -> list[Path]:
    found = [path]
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, inner in parts:
        found += paths_of(inner, (*path, part))
    return found


def at(value: Value, path: Path) -> Value:
    for part in path:
        value = value[part]
    return value


def from_place(text: str, place: Place) -> Value:
    """The JSON value that begins at this place."""
    lines = text.split("\n")
    offset = sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
    return json.JSONDecoder(parse_float=Decimal).raw_decode(text, offset)[0]


@settings(deadline=None)
@given(values, seeds)
def test_a_sound_text_is_read_as_the_standard_reader_reads_it(value: Value, seed: int) -> None:
    """Any value, written in any way, comes back equal to itself and to what `json.loads` makes of it, without a problem."""
    text = Writer(seed).write(value)
    document = read(text)
    assert document.problems == ()
    assert document.root == value == json.loads(text, parse_float=Decimal)


@settings(deadline=None)
@given(values, seeds)
def test_the_careful_reading_reads_the_same(value: Value, seed: int) -> None:
    """Where one key is repeated, so that the text is read with care, everything else in it still comes back equal."""
    writer = Writer(seed)
    document = read(f'{{"x":{writer.write(value)},"y":{writer.write(value)},"x":{writer.write(value)}}}')
    assert document.root == {"x": value, "y": value}
    assert [problem.path for problem in document.problems] == [("x",)]


@settings(deadline=None)
@given(values, seeds, st.data(), st.booleans())
def test_a_place_points_at_its_value(value: Value, seed: int, data: st.DataObject, bom: bool) -> None:
    """At the place of a member stands its key, at the place of an item or the root the value itself."""
    text = Writer(seed).write(value)
    asked = data.draw(st.lists(st.sampled_from(paths_of(value)), max_size=5))
    places = read_json(text.encode("utf-8-sig" if bom else "utf-8")).places(asked)
    assert set(places) == set(asked)
    for path, place in places.items():
        is_member = path and isinstance(path[-1], str)
        assert from_place(text, place) == (path[-1] if is_member else at(value, path))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.10", Decimal("0.10")),
        ("1e3", Decimal("1e3")),
        ("-2.5E-7", Decimal("-2.5E-7")),
        ("0.1234567890123456789012345678901", Decimal("0.1234567890123456789012345678901")),
        ("999999999999999999", 999999999999999999),
        ("-999999999999999999", -999999999999999999),
        ("1e30", Decimal("1e30")),
        ("1e-30", Decimal("1e-30")),
        ("-0", 0),
        ("true", True),
        ('""', ""),
        ('"\\u0000\\ud83d\\ude00"', "\x00😀"),
    ],
)
def test_values_are_exact(text: str, value: Value) -> None:
    """Numbers with a fraction or an exponent are exact decimals, integers are integers, texts are returned as they are."""
    root = read(text).root
    assert (root, type(root), str(root)) == (value, type(value), str(value))


def test_a_bom_is_accepted_and_counts_as_no_column() -> None:
    """The mark at the start is not part of the text."""
    document = read_json(b'\xef\xbb\xbf{"a":1}')
    assert (document.root, document.problems, document.places([("a",)])) == ({"a": 1}, (), {("a",): Place(1, 2)})


@pytest.mark.parametrize(
    ("text", "path", "reason", "place"),
    [
        ("", "$", "json-empty", (1, 1)),
        (" \n ", "$", "json-empty", (2, 2)),
        ("[1 2]", "$[0]", "json-unexpected: expected='comma-or-]', token='2'", (1, 4)),
        ('{"a":1\n "b":2}', "$.a", "json-comma-missing: expected='comma-or-}', token='\"'", (2, 2)),
        ('[{"a":1}{"a":2}]', "$[0]", "json-comma-missing", (1, 9)),
        ('{"a":1,\n}', "$.a", "json-trailing-comma: closer='}'", (1, 7)),
        ("[1, 2, ]", "$[1]", "json-trailing-comma: closer=']'", (1, 6)),
        ("[1,,2]", "$[1]", "json-unexpected: expected='value', token=','", (1, 4)),
        ('{"a" 1}', "$.a", "json-unexpected: expected='colon', token='1'", (1, 6)),
        ('{"a":}', "$.a", "json-unexpected: expected='value', token='}'", (1, 6)),
        ("{a:1}", "$", "json-unexpected: expected='key-or-}', token='a'", (1, 2)),
        ("{1:1}", "$", "json-unexpected: expected='key-or-}', token='1'", (1, 2)),
        ('{"a":1,2:3}', "$.a", "json-unexpected: expected='key', token='2'", (1, 8)),
        ("{'a':1}", "$", "json-quote", (1, 2)),
        ("['a']", "$[0]", "json-quote: expected='value', token=\"'\"", (1, 2)),
        ('{"a": “x”}', "$.a", "json-quote", (1, 7)),
        ("// note\n{}", "$", "json-comment", (1, 1)),
        ("[1, /* two */ 2]", "$[1]", "json-comment", (1, 5)),
        ("[1 # one\n]", "$[0]", "json-comment", (1, 4)),
        ('{"a":1, // one\n"b":2}', "$.a", "json-comment", (1, 9)),
        ('{"a": [\n1,\n2', "$.a[1]", "json-ends-unclosed: expected='comma-or-]', opener='[', line=1, column=7", (3, 2)),
        ('[\n {"a": 1', "$[0].a", "opener='{', line=2, column=2", (2, 9)),
        ('{\n"a": [1, 2}', "$.a[1]", "json-wrong-bracket: expected='comma-or-]', token='}', opener='[', line=2, column=6", (2, 11)),
        ("[1}", "$[0]", "expected='comma-or-]', token='}'", (1, 3)),
        ("{} []", "$", "json-unexpected: expected='end', token='['", (1, 4)),
        ("[1]]", "$", "json-unexpected: expected='end', token=']'", (1, 4)),
        ("[True]", "$[0]", "json-word-misspelled: word='True', meant='true'", (1, 2)),
        ("[None]", "$[0]", "json-word-misspelled: word='None', meant='null'", (1, 2)),
        ("[nulls]", "$[0]", "json-word-unquoted: word='nulls'", (1, 2)),
        ("[" + "x" * 100_000 + "]", "$[0]", f"json-word-unquoted: word='{'x' * 40}…'", (1, 2)),
        ("[01]", "$[0]", "json-not-a-number: word='01'", (1, 2)),
        ("[+1]", "$[0]", "json-not-a-number: word='+1'", (1, 2)),
        ("[.5]", "$[0]", "json-not-a-number: word='.5'", (1, 2)),
        ("[1.]", "$[0]", "json-not-a-number: word='1.'", (1, 2)),
        ("[1e]", "$[0]", "json-not-a-number: word='1e'", (1, 2)),
        ("[0x1F]", "$[0]", "json-not-a-number: word='0x1F'", (1, 2)),
        ("[1٢]", "$[0]", "json-not-a-number: word='1٢'", (1, 2)),
        ("[-]", "$[0]", "json-not-a-number: word='-'", (1, 2)),
        ('["abc', "$[0]", "json-string-not-closed: opener='\"', line=1, column=2", (1, 6)),
        ('["abc\\', "$[0]", "json-string-not-closed", (1, 6)),
        ('{"ab": "cd\n"}', "$.ab", "json-line-end-in-string", (1, 11)),
        ('["a\tb"]', "$[0]", "json-character-in-string: character='U+0009', escaped='\\\\t'", (1, 4)),
        ('["C:\\dir"]', "$[0]", "json-escape-unknown: escape='\\\\d'", (1, 5)),
        ('["\\u12g4"]', "$[0]", "json-escape-unfinished", (1, 3)),
        ("[\u00a01]", "$[0]", "json-unexpected: expected='value', token='U+00A0'", (1, 2)),
        ("\ufeff\ufeff{}", "$", "token='U+FEFF'", (1, 1)),
        ("[1\u202e]", "$[0]", "token='U+202E'", (1, 3)),
        ("[1\x00]", "$[0]", "token='U+0000'", (1, 3)),
        ('{"x":1,"x":NaN,"y":', "$.y", "json-ends-unclosed: expected='value'", (1, 20)),
    ],
)
def test_broken_grammar_is_named_with_its_place(text: str, path: str, reason: str, place: tuple[int, int]) -> None:
    """Broken grammar stops alone, with line and column and what was being read."""
    error = broken(text)
    assert reason in str(error.problem.reason)
    assert error.problem.place == Place(*place)
    assert error.problem.path is not None
    assert path_text(error.problem.path) == path
    assert str(error) == f"{error.problem.reason} (line {place[0]}, column {place[1]})"


def test_a_bracket_that_closes_is_not_called_unclosed() -> None:
    """The hint about an open bracket is kept for where it is left open."""
    assert broken('{"a":}').problem.reason == Reason("json-unexpected", expected="value", token="}")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_another_encoding_is_named(encoding: str) -> None:
    """A text of two or four bytes a character is told from its first bytes, with a BOM or without."""
    reason = broken('{"a": "ب"}'.encode(encoding)).problem.reason
    assert (reason.code, encoding.upper() in str(reason.facts["encoding"])) == ("text-other-encoding", True)


@pytest.mark.parametrize(
    ("data", "byte", "place"),
    [
        (b'["caf\xe9"]', "0xE9", (1, 6)),
        (b'\xef\xbb\xbf{"a":\n "\xd9\x85 \xe3"}', "0xE3", (2, 5)),
        (b'["\xed\xa0\x80"]', "0xED", (1, 3)),
        (b'["\xd9', "0xD9", (1, 3)),
    ],
)
def test_the_first_byte_that_is_not_utf8_is_pointed_at(data: bytes, byte: str, place: tuple[int, int]) -> None:
    """An older encoding, an encoded surrogate, a character that was cut: the byte, its line and its column in characters."""
    problem = broken(data).problem
    assert problem.reason == Reason("text-not-utf8", byte=byte)
    assert (problem.path, problem.place) == (None, Place(*place))


def test_a_text_that_is_too_large_is_not_even_decoded() -> None:
    """The size is judged first, and both the size and the limit are named."""
    problem = broken(b"\xff" * 2001, most_bytes=2000).problem
    assert problem.reason == Reason("text-too-large", count=2_001, most=2_000)
    assert read_json(b" " * 1999 + b"1", most_bytes=2000).root == 1
    assert broken(bytes(64 * 1024 * 1024 + 1)).problem.reason.facts["most"] == 67_108_864


SEED_TEXT = json.dumps(
    {
        "version": "1.0.0",
        "providers": [
            {
                "slug": "anthropic",
                "description": "بهترین 😀 [x] \\ud83d",
                "n": [1, -2.5, 3e5, True, None],
                "chat": {"models": ["a", "b"], "x": {}},
            },
            {"slug": "cohere", "sort_order": 8, "empty": [], "quote": 'a "quoted" text\n'},
        ],
    },
    ensure_ascii=False,
    indent=1,
).encode()
SPLINTERS = st.binary(max_size=3) | st.sampled_from(
    [
        b"NaN",
        b'"',
        b"\\",
        b"\\ud800",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"9" * 20,
        b"1e99",
        b"//",
        b"[" * 40,
        b'{"":' * 40,
        b'"slug":1,',
        b"\n",
    ]
)
MUTATIONS = st.lists(
    st.tuples(st.integers(0, len(SEED_TEXT)), st.integers(0, 3) | st.just(len(SEED_TEXT)), SPLINTERS), min_size=1, max_size=4
)


def is_json(data: bytes) -> bool:
    try:
        json.loads(data.decode("utf-8-sig"))
    except ValueError:
        return False
    return True


def has_repeats(data: bytes) -> bool:
    seen = []
    json.loads(data.decode("utf-8-sig"), object_pairs_hook=lambda pairs: seen.append(len(pairs) != len(dict(pairs))))
    return any(seen)


@settings(deadline=None)
@given(MUTATIONS)
@example([(len(SEED_TEXT) // 2, len(SEED_TEXT), b"")])
@example([(0, 0, b"[" * 40), (len(SEED_TEXT), 0, b"]" * 39)])
def test_a_damaged_text_is_refused_or_read_but_never_fails(mutations: list[tuple[int, int, bytes]]) -> None:
    """Whatever is cut out of a text or put into it: it is broken, and the standard reader thinks so too, or it is read."""
    data = SEED_TEXT
    for start, length, splinter in mutations:
        data = data[:start] + splinter + data[start + length :]
    try:
        document = read_json(data)
    except JsonBroken:
        assert not is_json(data)
        return
    document.places(paths_of(document.root))
    if not document.problems:
        assert document.root == json.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    if not too_deep(document):
        assert has_repeats(data) == any(problem.reason.code == "key-repeated" for problem in document.problems)


def too_deep(document: JsonDocument) -> bool:
    return any(problem.reason.code == "too-deep" for problem in document.problems)


@pytest.mark.parametrize(
    ("text", "root", "problems"),
    [
        ('{"a":1,\n "a":2}', {"a": 2}, [("$.a", "key-repeated: line=1, column=2", (2, 2))]),
        ('{"a":1,"a":2,\n"a":3}', {"a": 3}, [("$.a", "line=1, column=2", (1, 8)), ("$.a", "line=1, column=2", (2, 1))]),
        ('{"a":1,"\\u0061":2}', {"a": 2}, [("$.a", "key-repeated", (1, 8))]),
        ('{"":1,"":2}', {"": 2}, [('$[""]', "key-repeated", (1, 7))]),
        ('[{"a":{"b":1}},\n{"a":{"b":1,"b":2}}]', [{"a": {"b": 1}}, {"a": {"b": 2}}], [("$[1].a.b", "line=2, column=7", (2, 13))]),
        (
            '[NaN, {"a": Infinity}, -Infinity]',
            [None, {"a": None}, None],
            [("$[0]", "word='NaN'", (1, 2)), ("$[1].a", "word='Infinity'", (1, 8)), ("$[2]", "word='-Infinity'", (1, 24))],
        ),
        ("NaN", None, [("$", "json-not-a-number: word='NaN'", (1, 1))]),
        ("[1234567890123456789]", [None], [("$[0]", "number-out-of-range", (1, 2))]),
        ("[-1234567890123456789, 5]", [None, 5], [("$[0]", "number-out-of-range", (1, 2))]),
        ("[" + "9" * 5000 + "]", [None], [("$[0]", "number-out-of-range", (1, 2))]),
        ("[0." + "1" * 40 + ", 1.5]", [Decimal("0." + "1" * 40), Decimal("1.5")], []),
        ("[0." + "1" * 41 + ", 1.5]", [None, Decimal("1.5")], [("$[0]", "number-out-of-range", (1, 2))]),
        ("[1.5" + "0" * 100_000 + "]", [None], [("$[0]", "number-out-of-range", (1, 2))]),
        (
            "[1e31, 1e-31, 1e400, -1e999999999]",
            [None] * 4,
            [("$[0]", "", (1, 2)), ("$[1]", "", (1, 8)), ("$[2]", "", (1, 15)), ("$[3]", "", (1, 22))],
        ),
        (
            "[1e99999999999999999999999, 0e99]",
            [None] * 2,
            [("$[0]", "number-out-of-range", (1, 2)), ("$[1]", "number-out-of-range", (1, 29))],
        ),
        ('["\\ud800"]', ["\ud800"], [("$[0]", "lone-surrogate: character='\\\\ud800'", (1, 2))]),
        ('["\\uDFFF\\uD83D"]', ["\udfff\ud83d"], [("$[0]", "lone-surrogate: character='\\\\udfff'", (1, 2))]),
        ('["\\ud83d\\ude00\\ude00"]', ["😀\ude00"], [("$[0]", "\\\\ude00", (1, 2))]),
        ('["\\\\ud83d\\ude00"]', ["\\ud83d\ude00"], [("$[0]", "\\\\ude00", (1, 2))]),
        ('["\\\\ud83d", "\\\\\\ud83d\\ude00"]', ["\\ud83d", "\\😀"], []),
        (
            '{"\\udc00": {"\\ud800": 1}}',
            {"\udc00": {"\ud800": 1}},
            [('$["\\udc00"]', "lone-surrogate", (1, 2)), ('$["\\udc00"]["\\ud800"]', "lone-surrogate", (1, 13))],
        ),
        (
            '{"a": NaN, "b": 1e99,\n"a": "\\ud800", "c": {"d": 1, "d": 2}}',
            {"a": "\ud800", "b": None, "c": {"d": 2}},
            [
                ("$.a", "NaN", (1, 2)),
                ("$.b", "out-of-range", (1, 12)),
                ("$.a", "key-repeated", (2, 1)),
                ("$.a", "lone", (2, 1)),
                ("$.c.d", "key-repeated", (2, 30)),
            ],
        ),
    ],
)
def test_what_is_wrong_is_noted_and_reading_goes_on(text: str, root: Value, problems: list[tuple[str, str, tuple[int, int]]]) -> None:
    """Each wrong thing is one problem with its path and place, all of them in the order of the text."""
    found = said(text)
    assert [(path, place) for path, _, place in found] == [(path, place) for path, _, place in problems]
    assert all(part in message for (_, part, _), (_, message, _) in zip(problems, found, strict=True))
    assert read(text).root == root


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "b\n", 0]), max_size=28), values, values, st.sampled_from(["k", "", "کلید", 'q"']))
def test_a_repeated_key_is_found_at_any_depth(way: list[str | int], first: Value, last: Value, key: str) -> None:
    """However deep the object stands, the second of two equal keys is the problem, and the last value counts."""
    name = json.dumps(key)
    text, root = f"{{{name}:{Writer(1).write(first)},\n{name}:{Writer(2).write(last)}}}", {key: last}
    for part in reversed(way):
        text = f"[{text}]" if part == 0 else f"{{{json.dumps(part)}: {text}}}"
    document = read(text)
    repeated = [problem for problem in document.problems if problem.reason.code == "key-repeated"]
    assert [problem.path for problem in repeated] == [(*way, key)]
    assert repeated[0].place is not None
    assert from_place(text, repeated[0].place) == key
    if not too_deep(document):
        assert at(document.root, tuple(way)) == root


@pytest.mark.parametrize(
    ("opening", "closing", "part"),
    [
        ("[", "]", 0),
        ('{"a":', "}", "a"),
        ('["[", ', "]", 1),
        ('["]", ', ', "["]', 1),
        ('["\\"]\\"", ', ', "\\"[\\""]', 1),
        ('{"\\"]": 1, "a":', "}", "a"),
    ],
)
@pytest.mark.parametrize("inner", ["1", "[]", "{}"])
def test_the_limit_of_depth_is_exact(opening: str, closing: str, part: str | int, inner: str) -> None:
    """32 containers within each other are read, the 33rd is a problem; brackets in texts are no containers."""
    for depth, wrong in ((31, False), (32, inner != "1"), (33, True), (900, True)):
        text = f"[{opening * (depth - 1)}{inner}{closing * (depth - 1)}, 7]"
        document = read(text)
        assert too_deep(document) is wrong
        assert document.root[-1] == 7  # type: ignore[index]
        if wrong:
            assert [problem.path for problem in document.problems] == [(0, *[part] * 31)]
            assert document.problems[0].place == document.places([(0, *[part] * 31)])[(0, *[part] * 31)]
            assert at(document.root, (0, *[part] * 31)) is None


def test_a_shallow_neighbour_hides_no_depth() -> None:
    """A list of 31 levels before one of 32, both within one more: the second is too deep, the first is not."""
    document = read(f"[{'[' * 31}{']' * 31}, {'[' * 32}{']' * 32}]")
    assert [problem.path for problem in document.problems] == [(1, *[0] * 31)]


def test_what_lies_deeper_is_not_judged() -> None:
    """Beyond the limit only brackets and quotes are heeded: no second complaint about what is refused anyway."""
    document = read("[" * 40 + '01 NaN "a\\\n]\\"["' + "]" * 40)
    assert [problem.reason for problem in document.problems] == [Reason("too-deep", most=32)]


@pytest.mark.parametrize("depth", [5_000, 1_000_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]"), ('["\\"]", ', "]")])
def test_absurd_depth_is_one_problem_and_no_crash(opening: str, closing: str, depth: int) -> None:
    """What lies deeper is stepped over, so that the rest of the text is still read."""
    depth //= len(opening)
    document = read(f'{{"deep": {opening * depth}1{closing * depth}, "nan": NaN}}')
    assert [problem.reason for problem in document.problems] == [Reason("too-deep", most=32), Reason("json-not-a-number", word="NaN")]
    assert document.places([("nan",)])[("nan",)] == document.problems[1].place


def test_each_place_that_crosses_the_limit_is_a_problem() -> None:
    """A limit of the caller's is kept, and crossing it twice is two problems."""
    document = read_json(b'{"a": [[1]],\n "b": [2],\n "c": [{"x": {}}, []]}', most_depth=2)
    assert [(problem.path, problem.place) for problem in document.problems] == [
        (("a", 0), Place(1, 8)),
        (("c", 0), Place(3, 8)),
        (("c", 1), Place(3, 19)),
    ]
    assert document.root == {"a": [None], "b": [2], "c": [None, None]}
    assert document.places([("c", 0, "x")]) == {("c", 0, "x"): Place(3, 8)}


@pytest.mark.parametrize("text", ["[" * 5_000, "[" * 5_000 + '"', '{"a":' * 5_000, "[" * 40 + "]" * 39])
def test_depth_that_never_closes_is_broken(text: str) -> None:
    """The bracket that crossed the limit is named where no end of it is found, or the last that is still open."""
    assert "opener" in broken(text).problem.reason.facts


def test_a_flood_of_problems_is_counted_but_not_listed_whole() -> None:
    """A text that is wrong in every byte costs no object of ours for each: 10,000 problems are listed, the others counted."""
    problems = read("[" + "NaN," * 12_000 + "1]").problems
    assert len(problems) == 10_001
    assert problems[-1].reason == Reason("problems-unlisted", count=2_000)
    assert (problems[-1].path, problems[-1].place) == (None, None)
    assert problems[9_999].path == (9_999,)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (1, 1)),
        (("a",), (2, 2)),
        (("a", 0), (2, 9)),
        (("a", 1, "b"), (3, 4)),
        (("a", 2), (2, 2)),
        (("a", "b"), (2, 2)),
        (("a", -1), (2, 2)),
        (("a", 1, "b", "c", 5), (3, 4)),
        (("nosuch", "x"), (1, 1)),
        (("key-repeated",), (7, 2)),
        (("key-repeated", "x"), (7, 2)),
        (("after", 0), (8, 11)),
    ],
)
def test_a_path_that_leads_nowhere_stands_where_its_parent_does(path: Path, place: tuple[int, int]) -> None:
    """Members stand at their key, items at their value, what is not there at the nearest parent; the last of equal keys counts."""
    document = read('{\n "a": [ "مدل",\n  {"b": "\\"]\\\\"}\n ],\n\n "key-repeated": {"x": 1},\n "key-repeated": {"y": 2},\n "after":[3]}')
    assert document.places([path, path, ("after",)]) == {path: Place(*place), ("after",): Place(8, 2)}


def test_places_step_over_texts_of_any_kind() -> None:
    """Hundreds of texts and escapes in a row, brackets within texts, and texts that end in a backslash hide nothing behind them."""
    before = ["a"] * 200 + ['"[{' * 200, "\\", "]", "", "\n" * 300, [["}"] * 100, {"]": '"'}]]
    text = json.dumps({"before": before, "last": 1})
    place = read(text).places([("last",)])[("last",)]
    assert from_place(text, place) == "last"
    assert read(text).places([]) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "$"),
        (("providers", 3, "capabilities", "chat", "models", 1), "$.providers[3].capabilities.chat.models[1]"),
        (("has_dynamic-models", "_x", "A9"), "$.has_dynamic-models._x.A9"),
        (("odd key",), '$["odd key"]'),
        (("",), '$[""]'),
        (("9a", "a.b", "-x"), '$["9a"]["a.b"]["-x"]'),
        (('q"\\',), '$["q\\"\\\\"]'),
        (("توضیح",), '$["توضیح"]'),
        (("می\u200cخواهم",), '$["می\u200cخواهم"]'),
        (("a\n\x00\x7f\x9b",), '$["a\\n\\u0000\\u007f\\u009b"]'),
        (("\u202eabc\u2066\u200f\u061c\ufeff\u2028",), '$["\\u202eabc\\u2066\\u200f\\u061c\\ufeff\\u2028"]'),
        (("\ud800",), '$["\\ud800"]'),
        (("k" * 100,), f"$.{'k' * 100}"),
        (("k" * 101,), f'$["{"k" * 100}…"]'),
        (("x\n" * 1000, 0), '$["' + "x\\n" * 50 + '…"][0]'),
    ],
)
def test_a_path_is_written_for_people(path: Path, text: str) -> None:
    """Plain keys follow a dot, odd ones are quoted, and nothing in them can hide, reorder or flood what is printed."""
    assert path_text(path) == text
    path_text(path).encode()
