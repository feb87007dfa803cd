"""Reading the text of a JSON document: what is refused, what is noted, and where everything stands."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.adapters.strict_json.clean_values import MOST_AT_ONCE, clean_document, container_end
from modeldesk.adapters.strict_json.text import Place, path_text, read_json
from modeldesk.domain.errors import Reason
from tests.support.counted_calls import calls_of
from tests.support.json_texts import Value, Writer, at, broken, from_place, paths_of, read, said, seeds, too_deep, values


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


def test_a_flood_of_problems_ends_the_scan() -> None:
    """A text that is wrong in every byte costs no object of ours for each: 10,000 problems are listed, and that there may be more."""
    problems = read("[" + "NaN," * 12_000 + "1]").problems
    assert len(problems) == 10_001
    assert problems[-1].reason == Reason("problems-cut", most=10_000)
    assert (problems[-1].path, problems[-1].place) == (None, None)
    assert problems[9_999].path == (9_999,)


def test_very_many_members_are_put_into_an_object_in_pieces() -> None:
    """Each call holds the interpreter's lock: 700,000 in one held it for 145 ms. A key that is repeated in another piece is found."""
    text = "{" + ",".join(f'"{number}":null' for number in range(3 * MOST_AT_ONCE)) + "}"
    assert (
        calls_of(lambda: clean_document(text, 1, surely_shallow=True)) == calls_of(lambda: clean_document("{}", 1, surely_shallow=True)) + 2
    )
    assert clean_document(text, 1, surely_shallow=True) == json.loads(text)
    with pytest.raises(ValueError, match=r"^$"):
        clean_document(text[:-1] + ',"0":null}', 1, surely_shallow=True)


@pytest.mark.parametrize("value", ["{}", '{"a":"b"}', "1", "1e5"])
def test_skipping_a_long_list_lets_others_run(value: str) -> None:
    """The interpreter's lock changes hands between calls of Python, of which there is one for each value that is skipped."""
    text = f"[{','.join([value] * 5_000)}]"
    assert container_end(text, 0) == len(text)
    assert calls_of(lambda: container_end(text, 0)) >= 5_000
