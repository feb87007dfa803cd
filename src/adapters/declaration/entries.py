"""Reads a list of entries as declared providers: fills in defaults, and reports repeated slugs and all other problems."""

from collections.abc import Collection
from traceback import clear_frames
from typing import Any

from cattrs import Converter
from msgspec import Struct

from modeldesk.adapters.strict_json.text import Path
from modeldesk.adapters.validation_errors import MOST_ERRORS, REFUSALS, ValidationError, errors_in, quoted
from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.values.texts import Slug, slug
from modeldesk.domain.services.import_plan import DeclaredProvider


class ReadResult(Struct):
    """The providers of a list, and its problems.

    `providers` has None for an invalid entry. `listed` has all slugs if only some were requested. `seen` has the path of each slug.
    `field_sets` shares equal sets of explicit fields.
    """

    providers: dict[str, DeclaredProvider | None] = {}
    listed: list[str] = []
    errors: list[ValidationError] = []
    seen: dict[str, Path] = {}
    field_sets: dict[frozenset[str], frozenset[str]] = {}


class EntryReader:
    """Reads entries as providers. The converter reads values; provider classes supply defaults."""

    def __init__(self, converter: Converter, classes: ProviderClasses) -> None:
        self._structure = converter.get_structure_hook(Provider)
        self._classes = classes

    def read(self, entries: list[Any], at: Path, slugs: Collection[str] = ()) -> ReadResult:
        """Reads the entries of the list at this path; with `slugs`, only those. Empties the list."""
        result = ReadResult()
        for index in range(len(entries)):
            # Frees each entry once its value exists, so that the JSON tree and the values are never in memory together.
            entry, entries[index] = entries[index], None
            name = _slug_of(entry)
            if slugs and name is not None and _is_slug(name):
                result.listed.append(name)
            if not slugs or name in slugs:
                self._read_entry(entry, name, (*at, index), result)
            if len(result.errors) >= MOST_ERRORS:
                break
        return result

    def _read_entry(self, entry: Any, name: str | None, path: Path, result: ReadResult) -> None:
        provider: DeclaredProvider | None = None
        defaults = self._defaults(entry) if isinstance(entry, dict) else {}
        try:
            provider = self._declared(entry, defaults, result)
        except REFUSALS as error:
            result.errors += (found for found in errors_in(error, path) if not _is_below(found.path, path, defaults))
            # Frames hold errors, and errors frames: collecting thousands of such cycles would stop everybody.
            clear_frames(error.__traceback__)
        if name is None:
            return
        here = (*path, "slug")
        first = result.seen.setdefault(name, here)
        if first is not here:
            result.errors.append(ValidationError(here, Reason("slug-repeated", slug=quoted(name)), first))
        result.providers[name] = provider

    def _declared(self, entry: Any, defaults: dict[str, Any], result: ReadResult) -> DeclaredProvider:
        provider = self._structure({**entry, **defaults} if defaults else entry, Provider)
        explicit = frozenset(entry)
        # Most entries have the same fields, so they share one set.
        return DeclaredProvider(provider, result.field_sets.setdefault(explicit, explicit))

    def _defaults(self, entry: dict[str, Any]) -> dict[str, Any]:
        """The defaults of missing fields that depend on the entry."""
        defaults: dict[str, Any] = {}
        if entry.get("display_name", "") == "":
            defaults["display_name"] = entry.get("name", "")
        if "provider_class" not in entry:
            defaults["provider_class"] = self._classes.default_class_for(entry.get("slug", Slug(""))).name
        if "api_base_url" not in entry:
            defaults["api_base_url"] = self._default_url(entry.get("provider_class", defaults.get("provider_class")))
        return defaults

    def _default_url(self, class_name: object) -> str:
        try:
            return self._classes.find(class_name).api_base_url if isinstance(class_name, str) else ""
        except InvalidValue:
            return ""  # the field `provider_class` reports an unknown class


def _slug_of(entry: object) -> str | None:
    name = entry.get("slug") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else None


def _is_slug(text: str) -> bool:
    try:
        return bool(slug(text))
    except InvalidValue:
        return False


def _is_below(path: Path, entry: Path, defaults: dict[str, Any]) -> bool:
    """Whether the problem is in a default. The field that the default came from reports it already."""
    return len(path) > len(entry) and path[len(entry)] in defaults
