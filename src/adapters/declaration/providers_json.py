"""Reads declarations of providers: `providers.json`, the `capabilities.json` beside it, and the older system's Python script.

A document is accepted completely or not at all, and an error lists all its problems.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from typing import Any, cast

from attrs import evolve
from cattrs import Converter
from msgspec import Raw

from modeldesk.adapters.declaration.capabilities_json import CAPABILITIES_ROOT, CapabilityMerger
from modeldesk.adapters.declaration.entries import EntryReader, ReadResult
from modeldesk.adapters.declaration.entry_digests import EntryDigests, split
from modeldesk.adapters.declaration.gc_pause import gc_paused
from modeldesk.adapters.declaration.plain_entries import PlainEntryReader, is_plain
from modeldesk.adapters.declaration.population_script import LIST_NAME, read_script
from modeldesk.adapters.declaration.report import open_document, problems_of
from modeldesk.adapters.declaration.uses import read_uses
from modeldesk.adapters.json_values import wrong_type
from modeldesk.adapters.strict_json.text import JsonDocument
from modeldesk.adapters.validation_errors import MOST_ERRORS, ValidationError, quoted, unknown_key
from modeldesk.domain.errors import DeclarationInvalid, Problem, Reason, UnknownProviders
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.use import Use
from modeldesk.domain.services.declaration import Declaration, DeclaredEntry, UnreadEntry
from modeldesk.domain.services.import_plan import DeclaredProvider

NOTHING_KNOWN: Mapping[str, ImportedEntry] = {}
MOST_FIELD_SETS = 256
KNOWN_MAJOR = "1"
REQUIRED_KEYS = ("version", "providers")
TOP_KEYS = (*REQUIRED_KEYS, "uses", "$schema")

_VERSION = re.compile(r"([0-9]{1,9})\.[0-9]{1,9}\.[0-9]{1,9}")


class DeclarationReader:
    """Reads documents as declared providers. Raises DeclarationInvalid with every problem and its location."""

    def __init__(self, converter: Converter, classes: ProviderClasses) -> None:
        self._converter = converter
        self._entries = EntryReader(converter, classes)
        self._plain_entries = PlainEntryReader(converter)
        self._digests = EntryDigests(classes)

    def read(self, data: bytes, *, capabilities: bytes | None = None, slugs: Sequence[str] = (), file: str = "") -> Declaration:
        """The providers and uses of a `providers.json`, with the models of a `capabilities.json` after their own.

        With `slugs`, only these providers, and the uses that point at them, are checked; the rest must only be valid JSON. `file` is the
        document's name for messages. Raises DeclarationInvalid, and UnknownProviders for slugs that the document does not contain.
        """
        if capabilities is None and not slugs:
            return self.read_unless_known(data, NOTHING_KNOWN, file=file)
        return self.read_strictly(data, capabilities=capabilities, slugs=slugs, file=file)

    def read_strictly(self, data: bytes, *, capabilities: bytes | None = None, slugs: Sequence[str] = (), file: str = "") -> Declaration:
        """As `read`, with the whole document in memory as JSON: it takes longer, and reports everything that is wrong."""
        with errors_naming(file):
            with gc_paused():
                result, uses, problems = self._read(data, slugs)
                if capabilities is not None:
                    problems += self._merged(capabilities, result, slugs)
            providers = _outcome(result, problems, slugs)
            is_whole = capabilities is None and not slugs
            return Declaration(self._with_digests(data, providers) if is_whole else providers, uses)

    def read_unless_known(self, data: bytes, known: Mapping[str, ImportedEntry], *, file: str = "") -> Declaration:
        """As `read`, but skips entries with `known` digests: they were valid when they were imported."""
        with suppress(DeclarationInvalid), gc_paused():
            if (known or is_plain(data)) and (declaration := self._read_parts(data, known)) is not None:
                return declaration
        return self.read_strictly(data, file=file)  # what is wrong, with its location in the whole text

    def read_population(self, source: bytes, *, file: str = "") -> list[DeclaredProvider]:
        """The providers in the list `providers_data` of an older Python script, which is never run. Raises DeclarationInvalid."""
        with errors_naming(file):
            script = read_script(source)
            entries, errors = script.entries()
            result = self._entries.read(entries, ())
            return _outcome(result, problems_of(script, [*errors, *result.errors], LIST_NAME))

    def _read(self, data: bytes, slugs: Sequence[str]) -> tuple[ReadResult, list[Use], list[Problem]]:
        document = open_document(data)
        if not document.is_complete:
            return ReadResult(), [], problems_of(document, ())
        # The value of a valid text is freed while its entries are read, to save memory.
        located = document if document.problems else JsonDocument.of_valid(data)
        entries, errors = _top(document.root)
        uses, faults = read_uses(self._converter, document.root, frozenset(slugs))
        del document
        result = self._entries.read(entries.copy() if located.problems else entries, ("providers",), frozenset(slugs))
        return result, uses, problems_of(located, [*errors, *result.errors, *faults])

    def _read_parts(self, data: bytes, known: Mapping[str, ImportedEntry]) -> Declaration | None:
        """None where only the whole document can be read. Raises DeclarationInvalid for an entry that is not valid."""
        if (parts := split(data)) is None:
            return None
        uses, faults = read_uses(self._converter, parts.rest.root)
        _, errors = _top(parts.rest.root)
        entries = [self._known_or_read(entry, known) for entry in parts.entries]
        if errors or faults or len({entry.slug for entry in entries}) < len(entries):
            return None
        return Declaration(entries, uses)

    def _known_or_read(self, entry: Raw, known: Mapping[str, ImportedEntry]) -> DeclaredEntry:
        digest = self._digests.of(entry)
        found = known.get(digest)
        return UnreadEntry(found.slug, digest, partial(self._read_alone, entry, digest)) if found else self._read_alone(entry, digest)

    def _read_alone(self, raw: Raw, digest: str) -> DeclaredProvider:
        entry = bytes(raw)
        if (plain := self._plain_entries.read(entry)) is not None:
            return self._with_digest(plain, digest)
        document = open_document(b"[[%b]]" % entry)  # as deep as in its document
        if document.problems:
            raise DeclarationInvalid(())  # the whole document is read then, with the location of each problem in it
        result = self._entries.read(cast("list[Any]", document.root)[0].copy(), (0,))
        if result.errors:
            raise DeclarationInvalid(())
        return self._with_digest(_outcome(result, ())[0], digest)

    def _with_digests(self, data: bytes, providers: Sequence[DeclaredProvider]) -> Sequence[DeclaredProvider]:
        digests = self._digests.of_document(data)
        if len(digests) != len(providers):
            return providers  # a form that only the strict reading understands
        return [self._with_digest(provider, digest) for provider, digest in zip(providers, digests, strict=True)]

    def _with_digest(self, declared: DeclaredProvider, digest: str) -> DeclaredProvider:
        is_complete = self._digests.are_complete_for(declared.provider)
        return DeclaredProvider(declared.provider, _one_object(declared.explicit_fields), digest if is_complete else None)

    def _merged(self, data: bytes, result: ReadResult, slugs: Sequence[str]) -> list[Problem]:
        try:
            document = open_document(data, CAPABILITIES_ROOT)
        except DeclarationInvalid as broken:
            return list(broken.problems)
        merger = CapabilityMerger(self._converter, result, frozenset(slugs))
        errors = merger.merge(document.root) if document.is_complete else ()
        return problems_of(document, errors, CAPABILITIES_ROOT)


@lru_cache(maxsize=MOST_FIELD_SETS)
def _one_object(fields: frozenset[str]) -> frozenset[str]:
    """The same object for equal sets: thousands of entries name the same fields."""
    return fields


@contextmanager
def errors_naming(file: str) -> Iterator[None]:
    """Adds the file's name to errors. Problems in `capabilities.json` name their file in the path instead."""
    try:
        yield
    except DeclarationInvalid as error:
        error.problems = [
            problem if problem.path.startswith(CAPABILITIES_ROOT) else evolve(problem, file=file) for problem in error.problems
        ]
        raise
    except UnknownProviders as error:
        error.file = file
        raise


def _outcome(result: ReadResult, problems: Sequence[Problem], slugs: Sequence[str] = ()) -> list[DeclaredProvider]:
    if problems:
        raise DeclarationInvalid(problems)
    if unknown := [slug for slug in dict.fromkeys(slugs) if slug not in result.providers]:
        raise UnknownProviders(unknown, result.listed)
    return [provider for provider in result.providers.values() if provider is not None]


def _top(root: object) -> tuple[list[Any], list[ValidationError]]:
    """The entries of a document, and the problems at its top level."""
    if not isinstance(root, dict):
        return [], [ValidationError((), wrong_type("declaration", root).reason)]
    unknown = [key for key in root if key not in TOP_KEYS][:MOST_ERRORS]
    errors = [ValidationError((key,), unknown_key(key, TOP_KEYS).reason) for key in unknown]
    errors += [ValidationError((), Reason("key-missing-in-object", key=key)) for key in REQUIRED_KEYS if key not in root]
    if "version" in root and (fault := _version_fault(root["version"])):
        errors.append(ValidationError(("version",), fault))
    entries = root.get("providers", [])
    if not isinstance(entries, list):
        errors.append(ValidationError(("providers",), wrong_type("list", entries).reason))
        entries = []
    return entries, errors


def _version_fault(version: object) -> Reason | None:
    if not isinstance(version, str):
        return wrong_type("string", version).reason
    parts = _VERSION.fullmatch(version)
    if parts is None:
        return Reason("version-malformed", found=quoted(version))
    if parts[1] != KNOWN_MAJOR:
        return Reason("version-unknown", found=version, choices=[f"{KNOWN_MAJOR}.x.y"])
    return None
