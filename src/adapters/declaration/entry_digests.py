"""Digests of the entries of a declaration: an entry with a known digest need not be read again.

A digest covers the entry's own bytes and what reads them: the version of Modeldesk, the provider classes with their defaults, and the version of
Unicode. Splitting a document into its entries takes a tenth of the time of parsing it.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from typing import Any

import msgspec
from attrs import field

from modeldesk.adapters.strict_json.text import MOST_BYTES, JsonBroken, JsonDocument, read_json
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.records import frozen

_BETWEEN = re.compile(rb"[\s,]*")


class _Document(msgspec.Struct):
    providers: list[msgspec.Raw]


@frozen
class SplitDocument:
    """A document in parts: the bytes of each entry, as views of the document, and the rest with an empty list of providers."""

    entries: Sequence[msgspec.Raw] = field(repr=False)
    rest: JsonDocument


class EntryDigests:
    """Digests under the rules of this process."""

    def __init__(self, classes: ProviderClasses) -> None:
        self._classes = classes

    def of(self, entry: msgspec.Raw) -> str:
        """64 hexadecimal digits."""
        digest = self._rules.copy()
        digest.update(entry)
        hexadecimal: str = digest.hexdigest()
        return hexadecimal

    def of_document(self, data: bytes) -> list[str]:
        """The digest of each entry, in the document's order; none of a text that is no plain document."""
        return [self.of(entry) for entry in _entries(data)]

    def are_complete_for(self, provider: Provider) -> bool:
        """Whether everything that shapes this provider is in its digest: the class of another package may change under its name."""
        return provider.provider_class in self._shipped

    @cached_property
    def _rules(self) -> Any:
        rules = (version("modeldesk"), unicodedata.unidata_version, self._classes.classes)
        return sha256(repr(rules).encode())

    @cached_property
    def _shipped(self) -> frozenset[str]:
        return frozenset(shipped.name for shipped in self._classes.classes)


def split(data: bytes) -> SplitDocument | None:
    """The parts of a document. None where it is not valid, or too long, or where it takes a full reading to tell."""
    if len(data) > MOST_BYTES or not (entries := _entries(data)) or (rest := _without(data, entries)) is None:
        return None
    try:
        document = read_json(rest)
    except JsonBroken:
        return None
    is_whole = not document.problems and isinstance(document.root, dict) and document.root.get("providers") == []
    return SplitDocument(entries, document) if is_whole else None


def _entries(data: bytes) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(data, type=_Document).providers
    except (msgspec.MsgspecError, RecursionError):
        return []


def _without(data: bytes, entries: Sequence[msgspec.Raw]) -> bytes | None:
    """The document without its entries. None where they do not follow one another, as in a list that is given twice."""
    start = at = data.find(bytes(entries[0]))
    for raw in entries:
        entry = bytes(raw)  # one at a time: copies of all entries would double the memory of the document
        at = _BETWEEN.match(data, at).end()  # type: ignore[union-attr] # it matches nothing, too
        if not data.startswith(entry, at):
            return None
        at += len(entry)
    return data[:start] + data[at:]
