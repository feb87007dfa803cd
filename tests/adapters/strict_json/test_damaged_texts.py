"""A damaged text is refused or read, and never fails."""

import json
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from modeldesk.adapters.strict_json.text import JsonBroken, read_json
from tests.support.json_texts import paths_of, too_deep

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
