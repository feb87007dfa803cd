"""Plain entries are read exactly as by the strict parser, which reads all other entries."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.adapters.declaration.plain_entries import PlainEntryReader
from modeldesk.domain.errors import DeclarationInvalid
from modeldesk.domain.services.import_plan import DeclaredProvider
from tests.support.counted_calls import calls_of
from tests.support.counts import count
from tests.support.declarations import CONVERTER, READER, document

PLAIN = PlainEntryReader(CONVERTER)
CHAT = {"supported": True, "has_dynamic_models": False, "description": "Talk.", "models": ["a", "b:free"]}
USUAL: dict[str, Any] = {
    "slug": "acme",
    "name": "Acme",
    "display_name": "Acme (Official)",
    "description": "Models: of all kinds.",
    "provider_class": "OpenAICompatibleProvider",
    "api_base_url": "https://api.acme.example/v1",
    "website": "https://acme.example",
    "capabilities": {"chat": CHAT, "image": {"supported": False}},
    "config": {"timeout": 1.5, "max_retry": 2, "own": {"a": [1, 2.5]}},
    "pricing_info": {"type": "free"},
    "sort_order": 3,
    "is_active": True,
}
TEXTS = [
    "", " ", "x", " x", "x y", "a" * 64, "a" * 65, "a" * 200, "a" * 201, "a" * 10_000, "a" * 10_001, "é", "e\u0301", "a:b", 'a"b', "a\\b", "\x7f", "\x85", "\t",
    "http://x", "https://u:p@acme.example", "ftp://acme.example", "https://acme.example:99999", "chat", "GroqProvider", "NoProvider",
]  # fmt: skip
VALUES: list[object] = [
    "left out", *TEXTS, None, True, 0, 1, -1, 2**31 - 1, 2**31, 10**19, 1.0, 0.5, 1e99, [], {}, *([text] for text in TEXTS), ["a", 1], ["a", "a"],
    {"id": "a"}, [{"id": "a", "name": "A"}], {"chat": CHAT}, {"Chat": CHAT}, {"chat": None}, {"timeout": 0}, {"further": {"x": "\x00"}},
]  # fmt: skip
PATHS: list[tuple[str, ...]] = [
    *((name,) for name in (*USUAL, "logo_url", "documentation_url", "allow_personal_keys", "translations", "version", "unknown")),
    *(("capabilities", "chat", name) for name in (*CHAT, "include", "exclude", "unknown")),
    *(("capabilities", name) for name in ("chat", "Chat", "a b", "x" * 65)),
    *(("config", name) for name in ("timeout", "max_retry", "headers", "list_path", "own")),
    *(("pricing_info", name) for name in ("type", "minimum_credit", "own")),
]
EDITS = st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(VALUES)), min_size=2, max_size=3)


def strictly(entry: bytes) -> DeclaredProvider | None:
    """The only entry of a document as the strict parser reads it; None if it refuses the document."""
    try:
        (found,) = READER.read_strictly(b'{"version":"1.0.0","providers":[%b]}' % entry).providers
    except DeclarationInvalid:
        return None
    return DeclaredProvider(found.provider, found.explicit_fields)


def edited(edits: list[tuple[tuple[str, ...], object]]) -> dict[str, Any]:
    """The usual entry with values replaced, added or left out."""
    entry = json.loads(json.dumps(USUAL))
    for path, value in edits:
        place = entry
        for part in path[:-1]:
            place = place.get(part) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.pop(path[-1], None)
            if value != "left out":
                place[path[-1]] = json.loads(json.dumps(value))
    return entry


@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_an_entry_with_one_edit_is_what_the_strict_reading_reads(path: tuple[str, ...]) -> None:
    """The same provider with the same explicit fields, or nothing, for every value at every place."""
    for value in [*VALUES, CHAT]:
        entry = json.dumps(edited([(path, value)]), ensure_ascii=False).encode()
        assert PLAIN.read(entry) in (None, strictly(entry))


@settings(max_examples=count(80, 2_000), deadline=None)
@given(EDITS, st.booleans())
def test_an_entry_with_several_edits_is_what_the_strict_reading_reads(
    edits: list[tuple[tuple[str, ...], object]], is_escaped: bool
) -> None:
    """Several edits of one entry at once, with escapes and without."""
    entry = json.dumps(edited(edits), ensure_ascii=is_escaped).encode()
    assert PLAIN.read(entry) in (None, strictly(entry))


def test_usual_entries_are_plain() -> None:
    """Entries with every field, with the fewest, and in any layout are plain: without this test, the reader might read nothing."""
    fewest = {name: USUAL[name] for name in ("slug", "name", "display_name", "provider_class", "api_base_url")}
    for entry in (json.dumps(USUAL), json.dumps(USUAL, indent=2), json.dumps(fewest, separators=(",", ":"))):
        assert PLAIN.read(entry.encode()) == strictly(entry.encode()) is not None


@pytest.mark.parametrize(
    ("usual", "other"),
    [
        (b'"sort_order": 3', b'"sort_order": 3, "sort_order": 3'),
        (b'"models"', b'"models": ["c"], "models"'),
        (b'"chat": {', b'"chat": {"supported": true}, "chat": {'),
        (b'"timeout": 1.5', b'"timeout": 1.5, "timeout": 2'),
        (b'"own": {', b'"own": {"b": 1, "b": 2, '),
        (b'"type": "free"', b'"type": "fr\\u0065e"'),
        (b'"Talk."', b'"T\xc3\xa4lk."'),
        (b'"Talk."', b'"Talk.\x7f"'),
        (b'"Talk."', b'"Talk."}'),
        (b'"a": [1, 2.5]', b'"a": ' + b"[" * 28 + b"]" * 28),
        (b'"sort_order": 3', b'"sort_order": 3.0'),
        (b'"a", "b:free"', b'"a", "b free"'),
        (b'"a", "b:free"', b'{"id": "a"}'),
    ],
)
def test_what_only_the_strict_reading_can_judge_is_left_to_it(usual: bytes, other: bytes) -> None:
    """Duplicate keys, escapes, other characters, depth, and models with more than an id are not plain."""
    entry = json.dumps(USUAL).encode()
    assert usual in entry
    assert PLAIN.read(entry.replace(usual, other, 1)) is None


def test_a_document_is_read_entry_by_entry() -> None:
    """Plain or not, entries and digests equal those of the strict parser."""
    data = document(USUAL, {"slug": "other", "name": "Other", "capabilities": {"chat": {"supported": True, "include": ["a*"]}}})
    assert list(READER.read(data).providers) == READER.read_strictly(data).providers


def test_plain_entries_take_a_third_of_the_calls_everywhere() -> None:
    """REST and the panel read as the command line does; a choice of slugs needs the whole document."""
    data = document(*({**USUAL, "slug": f"acme-{number}"} for number in range(100)))
    assert 3 * calls_of(lambda: READER.read(data)) < calls_of(lambda: READER.read_strictly(data))
    assert [found.provider.slug for found in READER.read(data, slugs=["acme-7"]).providers] == ["acme-7"]
