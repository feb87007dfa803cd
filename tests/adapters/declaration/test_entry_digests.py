"""Reading a declaration of which some entries are known by their digests."""

import json
from collections.abc import Sequence

import pytest
from attrs import evolve

from modeldesk.adapters.declaration.providers_json import DeclarationReader
from modeldesk.domain.errors import DeclarationInvalid
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.values.texts import HttpUrl
from modeldesk.domain.services.declaration import DeclaredEntry, UnreadEntry
from modeldesk.domain.services.import_plan import DeclaredProvider
from tests.support.declarations import CLASSES, CONVERTER, READER, document, entry, read

ACME, OTHER = entry("acme"), entry("other", capabilities={"chat": {"supported": True, "models": ["m"]}})


def known(*declared: DeclaredEntry) -> dict[str, ImportedEntry]:
    """As a store knows these entries after their import."""
    return {one.digest: ImportedEntry(one.slug, one.provider.display_name, one.digest) for one in read_ones(declared) if one.digest}


def read_ones(declared: Sequence[DeclaredEntry]) -> list[DeclaredProvider]:
    return [one for one in declared if isinstance(one, DeclaredProvider)]


def kinds(data: bytes, *declared: DeclaredEntry) -> list[type]:
    return [type(one) for one in READER.read_unless_known(data, known(*declared)).providers]


def test_known_entries_stay_unread_and_others_are_read() -> None:
    """In the document's order; an entry that is unread says the same when it is read after all."""
    acme, other = read(document(ACME, OTHER))
    first, second = READER.read_unless_known(document(ACME, OTHER), known(other)).providers
    assert first == acme
    assert isinstance(second, UnreadEntry)
    assert second.read() == other


def test_an_entry_is_known_by_all_of_its_bytes() -> None:
    """A digit more or a blank more is another entry."""
    (acme,) = read(document(ACME))
    assert kinds(document(ACME), acme) == [UnreadEntry]
    assert kinds(document({**ACME, "sort_order": 1}), acme) == [DeclaredProvider]
    assert kinds(json.dumps({"version": "1.0.0", "providers": [ACME]}, indent=1).encode(), acme) == [DeclaredProvider]


def test_what_the_entry_alone_does_not_say_has_no_digest() -> None:
    """Models of `capabilities.json`, and some providers of a document: what was read is not what the next import reads."""
    static = entry("acme", capabilities={"chat": {"supported": True}})
    (merged,) = read(document(static), capabilities=b'{"acme": {"chat": ["more"]}}')
    (chosen,) = read(document(static, OTHER), slugs=["acme"])
    assert (merged.digest, chosen.digest) == (None, None)


def test_an_entry_is_known_under_the_same_classes_alone() -> None:
    """Another default address of its class makes another provider of the same bytes."""
    acme = entry("acme", provider_class=CLASSES.classes[0].name)
    moved = evolve(CLASSES, classes=(evolve(CLASSES.classes[0], api_base_url=HttpUrl("https://elsewhere.example")), *CLASSES.classes[1:]))
    (before,), (after,) = (DeclarationReader(CONVERTER, classes).read(document(acme)).providers for classes in (CLASSES, moved))
    assert read_ones([before])[0].provider.api_base_url != read_ones([after])[0].provider.api_base_url
    assert before.digest != after.digest


def test_a_byte_order_mark_only_costs_the_digests() -> None:
    """The document is read as before."""
    (acme,) = read(b"\xef\xbb\xbf" + document(ACME))
    assert (acme.slug, acme.digest) == ("acme", None)


@pytest.mark.parametrize(
    "data",
    [
        document(ACME, ACME),
        document(ACME, version="9.0.0"),
        document(ACME, more=1),
        document(ACME, uses=[{"name": "x"}]),
        document(ACME, {"slug": "b"}),
        b'{"version": "1.0.0", "providers": [{"slug": "acme", "name": "Acme"}], "providers": [{"slug": "acme", "name": "Acme"}]}',
        b'{"version": "1.0.0", "providers": [], "providers": [{"slug": "acme", "name": "Acme"}]}',
        b'{"version": "1.0.0", "version": "1.0.0", "providers": [{"slug": "acme", "name": "Acme"}]}',
        document(ACME, {**OTHER, "config": json.loads("[" * 31 + "]" * 31)}),
        document(ACME)[:-1],
        document(ACME).replace(b'"version"', b'"version\xff"'),
    ],
)
def test_known_entries_hide_no_fault_of_the_document(data: bytes) -> None:
    """The problems and their locations are those of the full reading."""
    with pytest.raises(DeclarationInvalid) as full:
        READER.read_strictly(data)
    with pytest.raises(DeclarationInvalid) as quick:
        READER.read_unless_known(data, known(*read(document(ACME))))
    assert list(quick.value.problems) == list(full.value.problems)
