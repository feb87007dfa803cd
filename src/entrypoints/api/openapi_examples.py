"""An example for every body and answer of the OpenAPI document, assembled from one example for each member's name.

A member with a name of its own meaning in one type is listed as `Type.member`. A member that is not listed gets an example of its type, so
that a new route needs no line here, and reads better with one. For a member that is an object, the line says in which of its members it differs.
"""

from collections.abc import Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from attrs import fields, has

from modeldesk.domain.model.providers.declared_model import DeclaredModels
from modeldesk.domain.model.values import texts

VALUES: Mapping[str, Any] = {
    "action": "model-selected",
    "active_models": 3,
    "active_providers": 24,
    "address": "203.0.113.7",
    "device": "Firefox on Windows",
    "after": {"model": "gpt-5"},
    "api_base_url": "https://api.openai.com/v1",
    "api_key": "sk-proj-…WXYZ",
    "at": "2026-11-24T12:30:00Z",
    "backend": "memory",
    "before": {"model": "gpt-4o"},
    "by": "sara",
    "capabilities": "chat",
    "capability": "chat",
    "changes": {"openai": {"sort_order": [1, 2]}},
    "checked_at": "2026-11-24T12:30:00Z",
    "code": "key-missing",
    "config": {"timeout": 60},
    "asked_for": "use",
    "consumer": "shop",
    "context_length": 400000,
    "created_at": "2026-11-24T12:30:00Z",
    "created_on": "2026-08-07",
    "csrf_token": "0p3Zc…",
    "current": "correct horse battery staple",
    "deactivated": [],
    "deprecated_on": "2027-01-01",
    "description": "Models of OpenAI",
    "detail": "the vendor accepts the key",
    "digest": "3f1c2ad09be84d7f5a6c1e0b92d7f3486ab5c09d1e2f7384a6b9c0d5e8f17a24",
    "display_name": "OpenAI",
    "documentation_url": "https://platform.openai.com/docs",
    "dry_run": False,
    "entries": 12,
    "excluded": {"id": "text-embedding-3-small", "name": "Embedding 3 small", "reason": "gives vectors (the vendor's modalities)"},
    "expires_at": "2027-02-22T12:30:00Z",
    "expires_in_days": 90,
    "fallbacks": "anthropic",
    "failure": "the vendor answered with status 503",
    "fetched_at": "2026-11-24T12:30:00Z",
    "generated_at": "2026-11-24T12:30:00Z",
    "generation": 42,
    "hint": "WXYZ",
    "id": "gpt-5",
    "input_modalities": "text",
    "issuer": "https://login.example.org/realms/acme",
    "is_free": False,
    "last_seen_at": "2026-11-24T12:30:00Z",
    "last_used_at": "2026-11-24T12:30:00Z",
    "lifecycle": {"state": "deprecated", "source": "vendor"},
    "logo_url": "",
    "message": "groq chat needs a key",
    "model_id": "gpt-5",
    "model_name": "GPT-5",
    "name": "GPT-5",
    "new": "another horse battery staple",
    "next": 4711,
    "note": "preview",
    "observed_at": "2026-11-24T12:30:00Z",
    "output_modalities": "text",
    "owner": "sara",
    "password": "correct horse battery staple",
    "previous": {"model_id": "gpt-4o", "model_name": "GPT-4o", "is_active": False, "slot_version": 3},
    "pricing": {"currency": "USD", "unit": "1M tokens", "prompt": "1.25", "completion": "10.00"},
    "pricing_info": {"type": "pay_per_use", "minimum_credit": 5},
    "provider": "openai",
    "provider_class": "OpenAIProvider",
    "reason": "gives text (the vendor's modalities)",
    "replacement": "gpt-5.5",
    "retires_on": "2028-01-01",
    "requests_24h": 1440,
    "requests_30d": 43200,
    "role": "super",
    "scope": "shared",
    "scopes": "read",
    "seen_at": "2026-11-24T12:30:00Z",
    "selected_at": "2026-11-24T12:30:00Z",
    "selected_by": "sara",
    "set_at": "2026-11-24T12:30:00Z",
    "set_by": "sara",
    "skipped": [],
    "slot_version": 4,
    "slug": "openai",
    "sort_order": 1,
    "source": "live",
    "sources": {"pricing": "models.dev"},
    "state": "deprecated",
    "subject": "openai/chat",
    "token": "mdk_…",
    "translations": "fa",
    "unchanged": [],
    "unused": {"openai": ["region"]},
    "unreadable": "personal",
    "updated": "openai",
    "DeclarationBody.uses": {"name": "support-chat", "capability": "chat", "provider": "in-house"},
    "FormerUseResponse.name": "support-chat",
    "deleted_at": "2026-11-23T09:00:00Z",
    "deleted_by": "sara",
    "ImportedUsesResponse.updated": [],
    "ImportedUsesResponse.created": "support-chat",
    "use": "support-chat",
    "use_version": 2,
    "username": "sara",
    "verdict": "valid",
    "version": "1.0.0",
    "waiting": 12,
    "website": "https://openai.com",
    "answer_status": 204,
    "attempts": 1,
    "delivery_state": "delivered",
    "event": "model.selected",
    "event_at": "2026-11-24T12:30:00Z",
    "event_id": "msg_f3c1a0b2d4e5f60718293a4b5c6d7e8f",
    "event_subject": "openai/chat",
    "events": "model.selected",
    "DeliveryResponse.failure": None,
    "last_attempt_at": "2026-11-24T12:30:01Z",
    "next_attempt_at": None,
    "previous_secret_until": "2026-11-25T12:30:00Z",
    "secret": "whsec_…",
    "url": "https://example.com/modeldesk",
    **{f"{kind}.id": "wh_0123456789abcdef" for kind in ("WebhookResponse", "NewWebhookResponse")},
    "AuditEntryResponse.id": 4711,
    "AuditEntryResponse.token": "nightly",
    "ModelChangeResponse.id": 4711,
    "ModelChangeResponse.kind": "context",
    "ModelChangeResponse.before": {"context_length": 400000},
    "ModelChangeResponse.after": {"context_length": 1000000},
    "BrowseResponse.unreadable": 2,
    "CapabilityOverviewResponse.model_count": 87,
    **{f"{kind}.description": "talks" for kind in ("CapabilityBody", "DeclaredCapabilityResponse", "ChangedCapabilityResponse")},
    **{f"{kind}.version": 5 for kind in ("DeclaredCapabilityResponse", "ChangedCapabilityResponse", "RemovedCapabilityResponse")},
    "CapabilityBody.version": 5,
    "CapabilityBody.has_dynamic_models": False,
    "CapabilityBody.models": [
        "gpt-5-mini",
        {"id": "gpt-5", "name": "GPT-5", "pricing": {"prompt": "1.25", "completion": "10.00"}, "context_length": 400000},
    ],
    "ChangedCapabilityResponse.changes": {"capabilities.chat.models[gpt-5].name": [None, "GPT-5"]},
    "ChangedCapabilityResponse.deselected": [],
    "include": "gpt-*",
    "exclude": "*-preview",
    "ChangedProviderResponse.changes": {"sort_order": [1, 2]},
    "ChangedProviderResponse.name": "OpenAI",
    "ChangedProviderResponse.version": 5,
    "DeclarationBody.providers": {
        "slug": "inhouse",
        "name": "In-house models",
        "capabilities": {"chat": {"supported": True, "models": ["small"]}},
    },
    "NewTokenBody.name": "nightly",
    "NewTokenResponse.name": "nightly",
    "ProviderBody.name": "OpenAI",
    "ProviderOverviewResponse.name": "OpenAI",
    "ProviderResponse.name": "OpenAI",
    "ProviderResponse.version": 4,
    "ShownProviderResponse.name": "OpenAI",
    "ShownProviderResponse.owners": {
        "description": "file",
        "sort_order": "admin",
        "capabilities.chat": "file",
        "capabilities.chat.models": "sync",
    },
    "ShownProviderResponse.version": 4,
    "ImportResponse.replaced": {"provider": "openai", "field": "sort_order", "imported": 3, "stored": 1, "declared": 2},
    "ImportedUsesResponse.replaced": {
        "use": "support-chat",
        "field": "description",
        "imported": "The assistant",
        "stored": "The assistant that answers customers",
        "declared": "The assistant",
    },
    "SessionResponse.current": True,
    "TranslationResponse.capabilities": {"chat": "گفتگو با GPT"},
    "TranslationResponse.description": "مدل‌های GPT",
    "TranslationResponse.display_name": "اوپن‌ای‌آی",
    "SessionResponse.expires_at": "2026-11-25T00:30:00Z",
    "SessionResponse.id": "b1946ac92492d234",
    "SetUpBody.token": "603yvQxVBhuoX8VK…",
    "TokenResponse.name": "nightly",
    **{f"{kind}.name": "support-chat" for kind in ("UseResponse", "ChangedUseResponse")},
    **{f"{kind}.description": "The assistant that answers customers" for kind in ("UseResponse", "ChangedUseResponse", "UseBody")},
    **{f"{kind}.version": 2 for kind in ("UseResponse", "ChangedUseResponse", "RolledBackUseResponse")},
    **{
        f"{kind}.previous": {"provider": "groq", "version": 1}
        for kind in ("ChangedUseResponse", "DeletedUseResponse", "RolledBackUseResponse")
    },
    "RolledBackUseResponse.current": {"version": 3},
    "Evaluation.key": "support-chat",
    "Evaluation.value": "openai/gpt-5",
    "Evaluation.reason": "STATIC",
    "Evaluation.variant": "4",
    "Evaluation.metadata": {"provider": "openai", "capability": "chat", "slot_version": 4},
    "DependentResponse.token": "shop",
    "EventMessage.id": "8f14e45fceea167a5a36dedd4bea2543",
    "EventMessage.data": '{"type":"refetchEvaluation","etag":"\\"8f14e45fceea167a5a36dedd4bea2543\\"","lastModified":1795521000}',
    "ListedModel.id": "openai/gpt-5",
    "ListedModel.object": "model",
    "ListedModel.created": 1795521000,
    "ModelList.object": "list",
    "ResolveResponse.base_url": "https://api.openai.com/v1",
    "ResolveResponse.fallbacks": {"provider": "anthropic"},
    "ResolveResponse.explain": "the use support-chat points at openai chat",
    "TotalsResponse.models": 9,
    "TotalsResponse.providers": 26,
}

TYPES: Mapping[Any, Any] = {
    bool: True,
    int: 1,
    str: "…",
    datetime: "2026-11-24T12:30:00Z",
    texts.CapabilityName: "chat",
    texts.HttpUrl: "https://acme.example/",
    texts.Slug: "openai",
}
"""Examples by type, for members that VALUES does not name: a new field has a valid example at once."""


def example_of(kind: Any, member: str = "", within: str = "") -> Any:
    """An example of a response type, of a type of body, or of one of its members, as JSON."""
    kind = _bare(kind)
    if kind is DeclaredModels:
        return _listed(member, within)
    if is_typeddict(kind) or has(kind):
        hints = get_type_hints(kind, include_extras=True)
        names = [field.name for field in fields(kind)] if has(kind) else list(hints)
        differs = _listed(member, within)
        return {name: example_of(hints[name], name, kind.__name__) for name in names} | (differs if isinstance(differs, dict) else {})
    items = get_args(kind)
    if get_origin(kind) in (list, tuple):
        listed = _listed(member, within)
        if isinstance(listed, list):
            return listed
        return [listed if listed is not None and not _is_made(items[0]) else example_of(items[0], member, within)]
    if get_origin(kind) is dict and _is_made(items[1]):
        return {_listed(member, within) or "chat": example_of(items[1], member, within)}
    listed = _listed(member, within)
    return listed if listed is not None else TYPES.get(kind, {"status": "ok"} if kind == dict[str, str] else "…")


def _listed(member: str, within: str) -> Any:
    return VALUES.get(f"{within}.{member}", VALUES.get(member))


def _is_made(kind: Any) -> bool:
    """Whether an example of it is assembled from its members."""
    kind = _bare(kind)
    return is_typeddict(kind) or has(kind)


def _bare(kind: Any) -> Any:
    """The type itself: without what marks a member, and without null."""
    while get_origin(kind) in (NotRequired, Annotated):
        kind = get_args(kind)[0]
    if get_origin(kind) in (UnionType, Union):
        return _bare(next(item for item in get_args(kind) if item is not NoneType))
    return kind
