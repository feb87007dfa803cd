"""Reads declarations of providers: `providers.json`, `capabilities.json` beside it, and the older system's Python list.

A document is taken whole or not at all, and everything that is wrong with it is told at once.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import evolve
from cattrs import Converter

from modeldesk.adapters.converter import wrong_type
from modeldesk.adapters.declaration.capabilities_json import CAPABILITIES_ROOT, CapabilityMerger
from modeldesk.adapters.declaration.entries import EntryReader, ReadResult
from modeldesk.adapters.declaration.gc_pause import collector_at_rest
from modeldesk.adapters.declaration.population_script import LIST_NAME, read_script
from modeldesk.adapters.declaration.report import opened, reported
from modeldesk.adapters.validation_errors import MOST_ERRORS, ValidationError, quoted, unknown_key
from modeldesk.domain.errors import DeclarationInvalid, Problem, Reason, UnknownProviders
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.services.import_plan import DeclaredProvider

KNOWN_MAJOR = "1"
TOP_KEYS = ("version", "providers")

_VERSION = re.compile(r"([0-9]{1,9})\.[0-9]{1,9}\.[0-9]{1,9}")


class DeclarationReader:
    """Reads documents into declared providers. Raises DeclarationInvalid with every problem and its place."""

    def __init__(self, converter: Converter, classes: ProviderClasses) -> None:
        self._converter = converter
        self._entries = EntryReader(converter, classes)

    def read(self, data: bytes, *, capabilities: bytes | None = None, slugs: Sequence[str] = (), file: str = "") -> list[DeclaredProvider]:
        """The providers of a `providers.json`, with the models of a `capabilities.json` after their own.

        With `slugs` only these are judged; of the rest of the document only its text must be sound. `file` is its name for people, where it
        has one. Raises DeclarationInvalid, and UnknownProviders for slugs that are not in it.
        """
        with refused_as(file):
            with collector_at_rest():
                judged, problems = self._providers(data, slugs)
                if capabilities is not None:
                    problems += self._merged(capabilities, judged, slugs)
            return _outcome(judged, problems, slugs)

    def read_population(self, source: bytes, *, file: str = "") -> list[DeclaredProvider]:
        """The providers of an older Python script: its list `providers_data`. The script is never run. Raises DeclarationInvalid."""
        with refused_as(file):
            script = read_script(source)
            entries, errors = script.entries()
            judged = self._entries.judged(entries, ())
            return _outcome(judged, reported(script, [*errors, *judged.errors], LIST_NAME))

    def _providers(self, data: bytes, slugs: Sequence[str]) -> tuple[ReadResult, list[Problem]]:
        document = opened(data)
        # A sound text is let go of at once; where something else turns out to be wrong, it is read again to tell the places.
        wrong = document if document.problems else None
        entries, errors = _top(document.root)
        del document
        judged = self._entries.judged(entries.copy() if wrong else entries, ("providers",), frozenset(slugs))
        errors += judged.errors
        if errors and wrong is None:
            wrong = opened(data)
        return judged, reported(wrong, errors) if wrong else []

    def _merged(self, data: bytes, judged: ReadResult, slugs: Sequence[str]) -> list[Problem]:
        try:
            document = opened(data, CAPABILITIES_ROOT)
        except DeclarationInvalid as broken:
            return list(broken.problems)
        errors = CapabilityMerger(self._converter, judged, frozenset(slugs)).merge(document.root)
        return reported(document, errors, CAPABILITIES_ROOT)


@contextmanager
def refused_as(file: str) -> Iterator[None]:
    """What is refused says in which file that is; what stands in `capabilities.json` says so in its path."""
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


def _outcome(judged: ReadResult, problems: Sequence[Problem], slugs: Sequence[str] = ()) -> list[DeclaredProvider]:
    if problems:
        raise DeclarationInvalid(problems)
    if unknown := [slug for slug in dict.fromkeys(slugs) if slug not in judged.providers]:
        raise UnknownProviders(unknown, judged.listed)
    return [provider for provider in judged.providers.values() if provider is not None]


def _top(root: object) -> tuple[list[Any], list[ValidationError]]:
    """The entries of a document, and what is wrong around them."""
    if not isinstance(root, dict):
        return [], [ValidationError((), wrong_type("declaration", root).reason)]
    unknown = [key for key in root if key not in TOP_KEYS][:MOST_ERRORS]
    errors = [ValidationError((key,), unknown_key(key, TOP_KEYS).reason) for key in unknown]
    errors += [ValidationError((), Reason("key-missing-in-object", key=key)) for key in TOP_KEYS if key not in root]
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
