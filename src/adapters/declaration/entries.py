"""A list of entries becomes declared providers: what an entry leaves out, slugs that stand twice, and everything that is wrong."""

from collections.abc import Collection
from typing import Any

from attrs import define, field
from cattrs import Converter

from modeldesk.adapters.strict_json.text import Path
from modeldesk.adapters.validation_errors import MOST_ERRORS, REFUSALS, ValidationError, errors_in, quoted
from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.values.texts import Slug, slug
from modeldesk.domain.services.import_plan import DeclaredProvider


@define
class ReadResult:
    """What a list of entries says: `providers` holds None where an entry is wrong; `listed` are all slugs, where only some were asked for."""

    providers: dict[str, DeclaredProvider | None] = field(factory=dict)
    listed: list[str] = field(factory=list)
    errors: list[ValidationError] = field(factory=list)
    seen: dict[str, Path] = field(factory=dict)
    named: dict[frozenset[str], frozenset[str]] = field(factory=dict)


class EntryReader:
    """Turns entries into providers: their values by the converter, their defaults from the provider classes."""

    def __init__(self, converter: Converter, classes: ProviderClasses) -> None:
        self._structure = converter.get_structure_hook(Provider)
        self._classes = classes

    def judged(self, entries: list[Any], at: Path, slugs: Collection[str] = ()) -> ReadResult:
        """Reads the entries of the list at this path, with `slugs` only those. Empties the list as it goes."""
        judged = ReadResult()
        for index in range(len(entries)):
            # Each entry goes as its value comes, so that the tree and the values never stand whole side by side.
            entry, entries[index] = entries[index], None
            name = _slug_of(entry)
            if slugs and name is not None and _is_slug(name):
                judged.listed.append(name)
            if not slugs or name in slugs:
                self._judge(entry, name, (*at, index), judged)
            if len(judged.errors) >= MOST_ERRORS:
                break
        return judged

    def _judge(self, entry: Any, name: str | None, path: Path, judged: ReadResult) -> None:
        provider: DeclaredProvider | None = None
        defaults = self._defaults(entry) if isinstance(entry, dict) else {}
        try:
            provider = self._declared(entry, defaults, judged)
        except REFUSALS as error:
            judged.errors += (found for found in errors_in(error, path) if not _is_below(found.path, path, defaults))
        if name is None:
            return
        here = (*path, "slug")
        first = judged.seen.setdefault(name, here)
        if first is not here:
            judged.errors.append(ValidationError(here, Reason("slug-repeated", slug=quoted(name)), first))
        judged.providers[name] = provider

    def _declared(self, entry: Any, defaults: dict[str, Any], judged: ReadResult) -> DeclaredProvider:
        provider = self._structure({**entry, **defaults} if defaults else entry, Provider)
        named = frozenset(entry)
        # Most entries name the same fields; one set serves them all.
        return DeclaredProvider(provider, judged.named.setdefault(named, named))

    def _defaults(self, entry: dict[str, Any]) -> dict[str, Any]:
        """What an entry leaves open and is not the same for all providers."""
        defaults: dict[str, Any] = {}
        if entry.get("display_name", "") == "":
            defaults["display_name"] = entry.get("name", "")
        if "provider_class" not in entry:
            defaults["provider_class"] = self._classes.default_class_for(entry.get("slug", Slug(""))).name
        if "api_base_url" not in entry:
            defaults["api_base_url"] = self._address(entry.get("provider_class", defaults.get("provider_class")))
        return defaults

    def _address(self, class_name: object) -> str:
        try:
            return self._classes.find(class_name).api_base_url if isinstance(class_name, str) else ""
        except InvalidValue:
            return ""  # an unknown class is told where it stands


def _slug_of(entry: object) -> str | None:
    name = entry.get("slug") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else None


def _is_slug(text: str) -> bool:
    try:
        return bool(slug(text))
    except InvalidValue:
        return False


def _is_below(path: Path, entry: Path, defaults: dict[str, Any]) -> bool:
    """Whether the fault lies in a default: that was taken from something which is wrong itself, and told there."""
    return len(path) > len(entry) and path[len(entry)] in defaults
