"""The shapes of what the desk answers: the contract's, from which the OpenAPI document is made. `answers` fills them."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict


class DeclaredModelAnswer(TypedDict):
    id: str
    name: str
    is_free: NotRequired[bool]
    pricing: NotRequired[dict[str, str]]
    context_length: NotRequired[int]


class CapabilityAnswer(TypedDict):
    supported: bool
    has_dynamic_models: bool
    description: str
    models: list[DeclaredModelAnswer]


class KeyStateAnswer(TypedDict):
    shared: bool
    personal: bool
    usable: bool
    hint: str
    unreadable: NotRequired[list[str]]


class ProviderAnswer(TypedDict):
    slug: str
    name: str
    display_name: str
    description: str
    provider_class: str
    api_base_url: str
    website: str
    logo_url: str
    documentation_url: str
    capabilities: dict[str, CapabilityAnswer]
    config: dict[str, Any]
    pricing_info: dict[str, Any]
    sort_order: int
    is_active: bool
    is_recommended: bool
    allow_personal_keys: bool
    allow_shared_for_normal_admins: bool
    key: KeyStateAnswer


class ProvidersAnswer(TypedDict):
    count: int
    providers: list[ProviderAnswer]


class ModelAnswer(TypedDict):
    id: str
    name: str
    is_free: bool | None
    pricing: dict[str, str] | None
    context_length: int | None
    is_active: bool
    input_modalities: NotRequired[list[str]]
    output_modalities: NotRequired[list[str]]
    created_on: NotRequired[str]
    deprecated_on: NotRequired[str]
    retires_on: NotRequired[str]
    note: NotRequired[str]
    reason: NotRequired[str]
    sources: NotRequired[dict[str, str]]


class ExcludedAnswer(TypedDict):
    id: str
    name: str
    reason: str


class BrowseAnswer(TypedDict):
    provider: str
    capability: str
    source: str
    fetched_at: str | None
    count: int
    total: int
    models: list[ModelAnswer]
    failure: NotRequired[str]
    waiting: NotRequired[int]
    excluded: NotRequired[list[ExcludedAnswer]]


class KeyAnswer(TypedDict):
    provider: str
    scope: str
    hint: str
    set_at: str
    set_by: str


class KeyRemovedAnswer(TypedDict):
    removed: bool


class ListedKeyAnswer(KeyAnswer):
    owner: str | None
    master_key: str
    state: str


class MasterKeyAnswer(TypedDict):
    id: str
    state: str
    count: int


class KeysAnswer(TypedDict):
    count: int
    keys: list[ListedKeyAnswer]
    master_keys: list[MasterKeyAnswer]


class RotatedAnswer(TypedDict):
    is_new: bool
    resealed: int
    remaining: int
    unreadable: list[dict[str, str | None]]
    master_keys: list[MasterKeyAnswer]


class KeyVerdictAnswer(TypedDict):
    verdict: str
    detail: str
    checked_at: str


class StoredModelAnswer(TypedDict):
    provider: str
    capability: str
    model_id: str
    model_name: str
    is_free: bool | None
    pricing: dict[str, str] | None
    is_active: bool
    in_catalogue: bool | None
    selected_at: str
    selected_by: str
    slot_version: int


class SelectedAnswer(StoredModelAnswer):
    previous: StoredModelAnswer | None


class DeselectedAnswer(TypedDict):
    previous: StoredModelAnswer | None


class RolledBackAnswer(TypedDict):
    active: StoredModelAnswer | None
    previous: StoredModelAnswer | None
    slot_version: int


class AuditEntryAnswer(TypedDict):
    id: int
    at: str
    by: str | None
    token: str | None
    address: str | None
    action: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class AuditAnswer(TypedDict):
    count: int
    entries: list[AuditEntryAnswer]
    next: int | None


class ModelsAnswer(TypedDict):
    count: int
    models: list[StoredModelAnswer]


class CapabilityOverviewAnswer(TypedDict):
    supported: bool
    has_dynamic_models: bool
    model_count: int | None
    fetched_at: str | None
    active_model: StoredModelAnswer | None


class ProviderOverviewAnswer(TypedDict):
    slug: str
    name: str
    display_name: str
    sort_order: int
    is_active: bool
    is_recommended: bool
    capabilities: dict[str, CapabilityOverviewAnswer]


class TotalsAnswer(TypedDict):
    providers: int
    active_providers: int
    models: int
    active_models: int


class CacheAnswer(TypedDict):
    backend: str
    entries: int


class NoticeAnswer(TypedDict):
    code: str
    provider: str
    capability: str
    message: str


class OverviewAnswer(TypedDict):
    generation: int
    generated_at: str
    totals: TotalsAnswer
    providers: list[ProviderOverviewAnswer]
    cache: CacheAnswer
    warnings: list[NoticeAnswer]


class ClearedAnswer(TypedDict):
    cleared: int


class MeAnswer(TypedDict):
    username: str
    role: str
    csrf_token: str


class AdminAnswer(TypedDict):
    username: str
    role: str
    is_active: bool
    created_at: str


class AdminsAnswer(TypedDict):
    count: int
    admins: list[AdminAnswer]


class TokenAnswer(TypedDict):
    name: str
    owner: str
    scopes: list[str]
    created_at: str
    expires_at: str
    last_used_at: str | None
    hint: str


class NewTokenAnswer(TokenAnswer):
    token: str


class TokensAnswer(TypedDict):
    count: int
    tokens: list[TokenAnswer]


class RevokedAnswer(TypedDict):
    revoked: bool


class SessionAnswer(TypedDict):
    id: str
    created_at: str
    seen_at: str
    expires_at: str
    address: str
    current: bool


class SessionsAnswer(TypedDict):
    count: int
    sessions: list[SessionAnswer]


class EndedAnswer(TypedDict):
    ended: int


class ChangedProviderAnswer(ProviderAnswer):
    """`changes`: what was changed in it, [old, new] by the field's name; `shared key` among them where its keys were suspended."""

    changes: dict[str, list[Any]]


class ImportAnswer(TypedDict):
    created: list[str]
    updated: list[str]
    unchanged: list[str]
    skipped: list[str]
    deactivated: list[str]
    changes: dict[str, dict[str, list[Any]]]
    dry_run: bool
