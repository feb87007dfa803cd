"""Providers as they are declared, how their keys stand, and what a change changes."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NotRequired, TypedDict

from modeldesk.domain.model.keys.key_choice import KeyState
from modeldesk.domain.model.providers.declared_model import DeclaredModel, DeclaredModels
from modeldesk.domain.model.providers.model_differences import bounded_changes
from modeldesk.domain.model.providers.ownership import owners
from modeldesk.domain.model.providers.provider import Capability, PricingInfo, Provider, ProviderConfig
from modeldesk.domain.model.providers.translation import Translation
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import CapabilityName
from modeldesk.domain.services.import_plan import Changes, Update
from modeldesk.entrypoints.responses.fragments import Fragments
from modeldesk.entrypoints.responses.serializer import Source, serialize


class DeclaredModelResponse(TypedDict):
    """What the declaration says, and no more; browsing shows what metadata adds."""

    id: str
    name: Annotated[str, Source("display_name")]
    is_free: NotRequired[bool]
    pricing: NotRequired[dict[str, Any]]
    context_length: NotRequired[int]


class CapabilityOptionsResponse(TypedDict):
    """What a capability declares besides its models."""

    supported: bool
    has_dynamic_models: bool
    description: str
    include: NotRequired[list[str]]
    exclude: NotRequired[list[str]]


class CapabilityResponse(CapabilityOptionsResponse):
    models: list[DeclaredModelResponse]


class EditableModelResponse(TypedDict):
    """A model as declared. A model declared by its id alone has no name here, so that sending it back changes nothing."""

    id: str
    name: NotRequired[str]
    is_free: NotRequired[bool]
    pricing: NotRequired[dict[str, Any]]
    context_length: NotRequired[int]


class CapabilityOfProviderResponse(TypedDict):
    """`version` is the provider's, for the next change."""

    provider: str
    capability: str
    version: int


class DeclaredCapabilityResponse(CapabilityOfProviderResponse, CapabilityOptionsResponse):
    models: list[EditableModelResponse]


class TranslationResponse(TypedDict):
    """What is missing is shown as the provider's own text."""

    display_name: NotRequired[str]
    description: NotRequired[str]
    capabilities: NotRequired[dict[str, str]]


class KeyStateResponse(TypedDict):
    """`usable`: the caller may use a key, and it can be decrypted; whether the vendor accepts it, `key/check/` asks. `unreadable` is there for damaged
    keys alone.
    """

    shared: bool
    personal: bool
    usable: bool
    hint: str
    unreadable: NotRequired[list[str]]


class ProviderResponse(TypedDict):
    slug: str
    name: str
    display_name: str
    description: str
    provider_class: str
    api_base_url: str
    website: str
    logo_url: str
    documentation_url: str
    capabilities: dict[str, CapabilityResponse]
    config: dict[str, Any]
    pricing_info: dict[str, Any]
    translations: NotRequired[dict[str, TranslationResponse]]
    sort_order: int
    is_active: bool
    is_recommended: bool
    allow_personal_keys: bool
    allow_shared_for_normal_admins: bool
    version: int
    key: KeyStateResponse


class ProvidersResponse(TypedDict):
    """`count`: how many there are in all, of which `providers` may be a part."""

    count: int
    providers: list[ProviderResponse]


class ShownProviderResponse(ProviderResponse):
    """`owners`: whose value each field has, `file`, `admin` or `sync`. Each capability is a field: `capabilities.chat`."""

    owners: dict[str, str]


class ChangedProviderResponse(ProviderResponse):
    """`changes`: what was changed in it, [old, new] by the field's name; `shared key` among them where its keys were suspended."""

    changes: dict[str, list[Any]]


class DeselectedResponse(TypedDict):
    capability: Annotated[str, Source("slot.capability")]
    model_id: Annotated[str, Source("model")]


class RemovedCapabilityResponse(CapabilityOfProviderResponse):
    """`deselected` are the active models of removed capabilities."""

    deselected: list[DeselectedResponse]


class ChangedCapabilityResponse(DeclaredCapabilityResponse):
    """`changes` has [old, new] by the name of the field. For a list of models it names the models that differ, or counts them if there are many.

    `deselected` are the active models of capabilities that are no longer offered: the first capability of a provider ends all others.
    """

    changes: dict[str, list[Any]]
    deselected: list[DeselectedResponse]


def provider_response(provider: Provider, key: KeyState) -> ProviderResponse:
    return serialize(ProviderResponse, provider, key=key)


def shown_provider_response(provider: Provider, key: KeyState) -> ShownProviderResponse:
    found = {name: owner.value for name, owner in owners(provider).items()}
    return serialize(ShownProviderResponse, provider, key=key, owners=found)


def providers_response(providers: Sequence[tuple[Provider, KeyState]], count: int) -> ProvidersResponse:
    return ProvidersResponse(count=count, providers=[provider_response(provider, key) for provider, key in providers])


class ProvidersAnswers:
    """Pages of providers as JSON: of those that are the same as in an earlier one, with keys in the same state, the encoding is, too."""

    def __init__(self) -> None:
        self._providers = Fragments[Provider](ProviderResponse, beside="key")

    def of(self, providers: Sequence[Provider], keys: Sequence[KeyState], count: int) -> Mapping[str, object]:
        return {**serialize(ProvidersResponse, count=count, providers=()), "providers": self._providers.joined(providers, keys)}


def changed_provider_response(update: Update, key: KeyState) -> ChangedProviderResponse:
    return serialize(ChangedProviderResponse, update.new, key=key, changes=changes_json(update.changes))


def capability_response(provider: Provider, name: CapabilityName) -> DeclaredCapabilityResponse:
    """Raises CapabilityNotFound."""
    return serialize(DeclaredCapabilityResponse, provider.declared_capability(name), **_of(provider, name))


def changed_capability_response(update: Update, name: CapabilityName) -> ChangedCapabilityResponse:
    changes = changes_json(bounded_changes(update.changes))
    return serialize(
        ChangedCapabilityResponse, update.new.declared_capability(name), **_of(update.new, name), changes=changes, deselected=update.lost
    )


def removed_capability_response(update: Update, name: CapabilityName) -> RemovedCapabilityResponse:
    return serialize(RemovedCapabilityResponse, **_of(update.new, name), deselected=update.lost)


def _of(provider: Provider, name: CapabilityName) -> dict[str, object]:
    return {"provider": provider.slug, "capability": name, "version": provider.version}


RESPONSES: Mapping[type, Any] = {Capability: CapabilityResponse, DeclaredModel: DeclaredModelResponse, Translation: TranslationResponse}


def field_json(value: object) -> Any:
    """The value of a provider's field as JSON."""
    match value:
        case Capability() | DeclaredModel() | Translation():
            return serialize(RESPONSES[type(value)], value)
        case ProviderConfig() | PricingInfo() | Pricing():
            return value.members
        case Mapping():
            return {key: field_json(entry) for key, entry in value.items()}
        case tuple() | DeclaredModels():
            return [field_json(entry) for entry in value]
    return value


def changes_json(changes: Changes) -> dict[str, list[Any]]:
    """Old and new as JSON, by the field's name."""
    return {name: [field_json(old), field_json(new)] for name, (old, new) in changes.items()}
