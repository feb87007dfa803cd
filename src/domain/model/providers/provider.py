"""A provider of models and its parts, as declared: frozen values whose texts are already known to be good (`texts`)."""

from collections.abc import Iterator, Mapping
from typing import Any, NewType

from attrs import asdict, evolve, field, fields, frozen

from modeldesk.domain.errors import CapabilityNotOffered, ProviderInactive
from modeldesk.domain.model.values.numbers import RetryCount, Seconds, SortOrder, Tokens, UsDollars
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, ModelId, MultilineText, SingleLineText, Slug

Json = Any  # None, bool, int, float, str, list or dict of the same

OPERATOR_FLAGS = ("is_active", "allow_personal_keys", "allow_shared_for_normal_admins")
"""What an operator switches on a running desk: a declaration that does not name them leaves them as they are."""

ProviderClassName = NewType("ProviderClassName", str)
"""The name of a provider class that exists."""

GENERIC_CLASS = ProviderClassName("OpenAICompatibleProvider")


@frozen
class DeclaredModel:
    """One entry of a static list. Whatever is None here is not said by the declaration, and may be filled from metadata."""

    id: ModelId
    name: SingleLineText | None = None
    is_free: bool | None = None
    pricing: Pricing | None = None
    context_length: Tokens | None = None


@frozen
class Capability:
    """What a provider says of one use: whether it serves it, and whether its models are listed here or read live."""

    supported: bool
    has_dynamic_models: bool = False
    description: MultilineText = MultilineText("")
    models: tuple[DeclaredModel, ...] = ()


OPEN_CAPABILITY = Capability(supported=True)
"""What every capability looks like at a provider that declares none."""


@frozen
class ProviderConfig:
    """How a vendor is called. `timeout` is in seconds, `max_retry` counts attempts after the first; `further` is kept and handed on."""

    supports_streaming: bool | None = None
    max_retry: RetryCount | None = None
    timeout: Seconds | None = None
    further: Mapping[str, Json] = field(factory=dict)

    @property
    def members(self) -> dict[str, Json]:
        """As JSON shows it: what is known, then what is kept."""
        return _known_members(self)


@frozen
class PricingInfo:
    """How a vendor charges, in words: `minimum_credit` is in US dollars; `further` is kept."""

    type: SingleLineText | None = None
    minimum_credit: UsDollars | None = None
    free_tier: bool | None = None
    further: Mapping[str, Json] = field(factory=dict)

    @property
    def members(self) -> dict[str, Json]:
        """As JSON shows it: what is known, then what is kept."""
        return _known_members(self)


def _known_members(value: ProviderConfig | PricingInfo) -> dict[str, Json]:
    known = {attribute.name: getattr(value, attribute.name) for attribute in fields(type(value)) if attribute.name != "further"}
    return {**{name: entry for name, entry in known.items() if entry is not None}, **value.further}


@frozen
class Provider:
    """A vendor of models. `provider_class` names the way its API is spoken to; `api_base_url` may be empty for none."""

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
    sort_order: SortOrder = SortOrder(0)
    is_active: bool = True
    is_recommended: bool = False
    allow_personal_keys: bool = True
    allow_shared_for_normal_admins: bool = False

    def capability(self, name: CapabilityName) -> Capability:
        """What it says of `name`. A provider that declares no capability at all takes every one.

        Raises CapabilityNotOffered where it declares others but not this one, or says that it does not support it.
        """
        if not self.capabilities:
            return OPEN_CAPABILITY
        declared = self.capabilities.get(name)
        if declared is None or not declared.supported:
            raise CapabilityNotOffered(self.slug, name, [key for key, value in self.capabilities.items() if value.supported])
        return declared

    def offers(self, name: CapabilityName) -> bool:
        """Whether a model may be in use here for `name`."""
        if not self.capabilities:
            return True
        declared = self.capabilities.get(name)
        return declared is not None and declared.supported

    def must_be_active(self) -> None:
        """Raises ProviderInactive where an operator switched it off."""
        if not self.is_active:
            raise ProviderInactive(self.slug)


@frozen
class ProviderChange:
    """What is to become of a provider; None leaves it as it is. The slug, the class and what is declared of capabilities come by imports alone."""

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
        """The provider as it is to be."""
        return evolve(provider, **{name: value for name, value in asdict(self).items() if value is not None})


PROVIDER_FIELDS: tuple[str, ...] = tuple(attribute.name for attribute in fields(Provider))


def provider_order(provider: Provider) -> tuple[int, str]:
    """The key by which lists of providers are sorted."""
    return (provider.sort_order, provider.slug)


def provider_changes(old: Provider, new: Provider) -> dict[str, tuple[object, object]]:
    """What differs, old and new, by the field's name; inside capabilities by `capabilities.chat.models`."""
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
    """One provider and one capability: the place that holds at most one active model."""

    provider: Slug
    capability: CapabilityName

    @property
    def path(self) -> str:
        """Names it in one word: `openai/chat`. Neither part holds a slash."""
        return f"{self.provider}/{self.capability}"
