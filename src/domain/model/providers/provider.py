"""A declared provider and its parts: frozen values with validated texts."""

from collections.abc import Iterator, Mapping
from typing import Any, NewType

from attrs import evolve, field, fields

from modeldesk.domain.errors import CapabilityNotFound, CapabilityNotOffered, InvalidValue, ProviderInactive, ProviderVersionConflict
from modeldesk.domain.model.providers.declared_model import DeclaredModels, declared_models
from modeldesk.domain.model.providers.translation import Translations, translation_for
from modeldesk.domain.model.values.numbers import RetryCount, Seconds, SortOrder, UsDollars
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, ModelPattern, MultilineText, SingleLineText, Slug
from modeldesk.domain.model.values.vendor_calls import HeaderName, HeaderValue, KeyHeaderName, KeyScheme, ListPath, QueryName, QueryValue
from modeldesk.domain.records import frozen

Json = Any  # None, bool, int, float, str, list or dict of the same

OPERATOR_FLAGS = ("is_active", "allow_personal_keys", "allow_shared_for_normal_admins")
"""The flags that operators set at run time. An import keeps those that the declaration does not name."""

ProviderClassName = NewType("ProviderClassName", str)
"""The name of a provider class that exists."""

STORED_ONLY = "stored only"
"""The metadata key of attributes that a declaration does not contain."""

GENERIC_CLASS = ProviderClassName("OpenAICompatibleProvider")

MOST_CAPABILITIES = 100
"""Capabilities that a provider has after edits. Imports take more."""


@frozen
class Capability:
    """A capability of a provider: whether it is supported, and whether its models are declared or read live.

    Beside a live list, `models` are joined to it. `include` and `exclude` are shell patterns over ids; without `include` every id is included.
    """

    supported: bool
    has_dynamic_models: bool = False
    description: MultilineText = MultilineText("")
    models: DeclaredModels = field(default=DeclaredModels(), converter=declared_models)
    include: tuple[ModelPattern, ...] = ()
    exclude: tuple[ModelPattern, ...] = ()

    @property
    def changes_list(self) -> bool:
        """Whether the declaration adds to a vendor's list, or takes something out of it."""
        return bool(self.models or self.include or self.exclude)


OPEN_CAPABILITY = Capability(supported=True)
"""Any capability of a provider that declares none."""


@frozen
class ProviderConfig:
    """Settings for calls to a vendor. `timeout` is in seconds, `max_retry` counts attempts after the first. `further` holds unknown keys.

    `headers` and `query` are sent with every call, `list_path` stands in place of the class's own, and `key_header` and `key_scheme` say how the
    key is sent. None is the class's own way.
    """

    supports_streaming: bool | None = None
    max_retry: RetryCount | None = None
    timeout: Seconds | None = None
    headers: Mapping[HeaderName, HeaderValue] | None = None
    query: Mapping[QueryName, QueryValue] | None = None
    list_path: ListPath | None = None
    key_header: KeyHeaderName | None = None
    key_scheme: KeyScheme | None = None
    further: Mapping[str, Json] = field(factory=dict)

    @property
    def members(self) -> dict[str, Json]:
        """The JSON members: known fields first, then `further`."""
        return _known_members(self, _CONFIG_NAMES)

    @property
    def shapes_list(self) -> bool:
        """Whether something other than a limit is declared, so that the vendor may give another list."""
        return any((self.headers, self.query, self.list_path, self.key_header, self.key_scheme is not None))


@frozen
class PricingInfo:
    """How a vendor charges. `minimum_credit` is in US dollars. `further` holds unknown keys."""

    type: SingleLineText | None = None
    minimum_credit: UsDollars | None = None
    free_tier: bool | None = None
    further: Mapping[str, Json] = field(factory=dict)

    @property
    def members(self) -> dict[str, Json]:
        """The JSON members: known fields first, then `further`."""
        return _known_members(self, _PRICING_NAMES)


_CONFIG_NAMES, _PRICING_NAMES = (
    tuple(attribute.name for attribute in fields(kind) if attribute.name != "further") for kind in (ProviderConfig, PricingInfo)
)


def _known_members(value: ProviderConfig | PricingInfo, names: tuple[str, ...]) -> dict[str, Json]:
    known = {name: entry for name in names if (entry := getattr(value, name)) is not None}
    return {**known, **value.further}


@frozen
class Provider:
    """A vendor of models. `provider_class` names the client for its API. `api_base_url` is empty if there is none.

    `version` counts from 1 and grows by one with each change. `imported_values` holds what the last import wrote into fields that
    were edited since, by the paths of `field_value`.
    """

    slug: Slug
    name: SingleLineText
    display_name: SingleLineText
    description: MultilineText = MultilineText("")
    provider_class: ProviderClassName = GENERIC_CLASS
    api_base_url: HttpUrl = HttpUrl("")
    website: HttpUrl = HttpUrl("")
    logo_url: HttpUrl = HttpUrl("")
    documentation_url: HttpUrl = HttpUrl("")
    capabilities: Mapping[CapabilityName, Capability] = field(factory=dict)
    config: ProviderConfig = ProviderConfig()
    pricing_info: PricingInfo = PricingInfo()
    translations: Translations = field(factory=dict)
    sort_order: SortOrder = SortOrder(0)
    is_active: bool = True
    is_recommended: bool = False
    allow_personal_keys: bool = True
    allow_shared_for_normal_admins: bool = False
    version: int = field(default=1, metadata={STORED_ONLY: True})
    imported_values: Mapping[str, Any] = field(factory=dict, metadata={STORED_ONLY: True})

    def display_name_in(self, language: str) -> SingleLineText:
        """The display name in this language, or the plain one."""
        return translation_for(self.translations, language).display_name or self.display_name

    def description_in(self, language: str) -> MultilineText:
        """The description in this language, or the plain one."""
        found = translation_for(self.translations, language).description
        return self.description if found is None else found

    def capability_text_in(self, language: str, name: CapabilityName) -> MultilineText:
        """What the declaration says of a capability, in this language or plainly; empty for one that is not declared."""
        found = translation_for(self.translations, language).capabilities.get(name)
        declared = self.capabilities.get(name)
        return found if found is not None else declared.description if declared is not None else MultilineText("")

    def field_value(self, path: str) -> object:
        """The value of a field, or with `capabilities.chat` that capability; None where it is not declared."""
        name, _, capability = path.partition(".")
        return self.capabilities.get(CapabilityName(capability)) if capability else getattr(self, name)

    def with_fields(self, values: Mapping[str, Any]) -> "Provider":
        """The provider with these values, by the paths of `field_value`. A capability that becomes None is no longer declared."""
        plain = {path: value for path, value in values.items() if "." not in path}
        changed = {path.partition(".")[2]: value for path, value in values.items() if "." in path}
        if changed:
            kept = {name: value for name, value in self.capabilities.items() if name not in changed or changed[name] is not None}
            plain["capabilities"] = kept | {CapabilityName(name): value for name, value in changed.items() if value is not None}
        return evolve(self, **plain)

    def capability(self, name: CapabilityName) -> Capability:
        """The capability of this name. A provider that declares no capability accepts every one.

        Raises CapabilityNotOffered if the provider declares other capabilities only, or declares this one as unsupported.
        """
        if not self.capabilities:
            return OPEN_CAPABILITY
        declared = self.capabilities.get(name)
        if declared is None or not declared.supported:
            raise CapabilityNotOffered(self.slug, name, [key for key, value in self.capabilities.items() if value.supported])
        return declared

    def declared_capability(self, name: CapabilityName) -> Capability:
        """The capability as it is declared, offered or not. Raises CapabilityNotFound."""
        if (declared := self.capabilities.get(name)) is None:
            raise CapabilityNotFound(self.slug, name, list(self.capabilities))
        return declared

    def offers(self, name: CapabilityName) -> bool:
        """Whether a model may be active for this capability."""
        if not self.capabilities:
            return True
        declared = self.capabilities.get(name)
        return declared is not None and declared.supported

    def require_active(self) -> None:
        """Raises ProviderInactive if the provider is disabled."""
        if not self.is_active:
            raise ProviderInactive(self.slug)

    def require_version(self, expected: int | None) -> None:
        """Raises ProviderVersionConflict if the provider's version is not the expected one. None expects nothing."""
        if expected is not None and self.version != expected:
            raise ProviderVersionConflict(self.slug, expected, self.version)


@frozen
class ProviderChange:
    """A change to a provider. None keeps the current value. Only imports change the slug and the class."""

    name: SingleLineText | None = None
    display_name: SingleLineText | None = None
    description: MultilineText | None = None
    api_base_url: HttpUrl | None = None
    website: HttpUrl | None = None
    logo_url: HttpUrl | None = None
    documentation_url: HttpUrl | None = None
    sort_order: SortOrder | None = None
    is_active: bool | None = None
    is_recommended: bool | None = None
    allow_personal_keys: bool | None = None
    allow_shared_for_normal_admins: bool | None = None

    def applied(self, provider: Provider) -> Provider:
        """The changed provider. It remembers what the last import wrote into the fields that differ from it now."""
        before = {path: provider.field_value(path) for path in self.values} | dict(provider.imported_values)
        after = provider.with_fields(self.values)
        edited = {path: value for path, value in before.items() if value != after.field_value(path)}
        return evolve(after, imported_values=edited)

    @property
    def values(self) -> dict[str, object]:
        """The new values, by the paths of `Provider.field_value`."""
        values = {attribute.name: getattr(self, attribute.name) for attribute in fields(ProviderChange)}
        return {name: value for name, value in values.items() if value is not None}


@frozen
class CapabilityChange(ProviderChange):
    """A change to the capabilities of a provider. Each that is named is replaced as a whole, and removed by None; others stay."""

    capabilities: Mapping[CapabilityName, Capability | None] = field(factory=dict)

    def applied(self, provider: Provider) -> Provider:
        """Raises CapabilityNotFound if the change removes a capability that is not declared, InvalidValue if it adds one to MOST_CAPABILITIES."""
        for name, value in self.capabilities.items():
            if value is None:
                provider.declared_capability(name)
            elif name not in provider.capabilities and len(provider.capabilities) >= MOST_CAPABILITIES:
                raise InvalidValue("capabilities-too-many", most=MOST_CAPABILITIES)
        return super().applied(provider)

    @property
    def values(self) -> dict[str, object]:
        return {**super().values, **{f"capabilities.{name}": value for name, value in self.capabilities.items()}}


PROVIDER_FIELDS: tuple[str, ...] = tuple(attribute.name for attribute in fields(Provider) if STORED_ONLY not in attribute.metadata)
"""The fields of a declaration."""


def provider_order(provider: Provider) -> tuple[int, str]:
    """The key by which lists of providers are sorted."""
    return (provider.sort_order, provider.slug)


def provider_changes(old: Provider, new: Provider) -> dict[str, tuple[object, object]]:
    """The old and new values of each differing field, by name. Names inside capabilities are paths: `capabilities.chat.models`."""
    differing: dict[str, tuple[object, object]] = {}
    for name in PROVIDER_FIELDS:
        before, after = getattr(old, name), getattr(new, name)
        if name == "capabilities":
            differing.update(_capability_changes(before, after))
        elif before != after:
            differing[name] = (before, after)
    return differing


def _capability_changes(
    old: Mapping[CapabilityName, Capability], new: Mapping[CapabilityName, Capability]
) -> Iterator[tuple[str, tuple[object, object]]]:
    for name in [*old, *(name for name in new if name not in old)]:
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            yield f"capabilities.{name}", (before, after)
        elif before != after:
            for attribute in fields(Capability):
                pair = (getattr(before, attribute.name), getattr(after, attribute.name))
                if pair[0] != pair[1]:
                    yield f"capabilities.{name}.{attribute.name}", pair


@frozen
class Slot:
    """One provider and one capability. A slot has at most one active model."""

    provider: Slug
    capability: CapabilityName

    @property
    def path(self) -> str:
        """The slot's name, `openai/chat`. Neither part contains a slash."""
        return f"{self.provider}/{self.capability}"
