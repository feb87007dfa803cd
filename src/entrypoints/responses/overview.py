"""Everything in one response, and what clearing the cache answers."""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from modeldesk.domain.services.alerts import Alert
from modeldesk.domain.services.dashboard import Overview, ProviderOverview
from modeldesk.entrypoints.responses.fragments import Fragments
from modeldesk.entrypoints.responses.models import StoredModelResponse
from modeldesk.entrypoints.responses.serializer import Source, serialize
from modeldesk.entrypoints.words.english import PLAIN


class CapabilityOverviewResponse(TypedDict):
    supported: Annotated[bool, Source("declared.supported")]
    has_dynamic_models: Annotated[bool, Source("declared.has_dynamic_models")]
    model_count: int | None
    fetched_at: str | None
    active_model: Annotated[StoredModelResponse | None, Source("active")]


class ProviderOverviewResponse(TypedDict):
    slug: Annotated[str, Source("provider.slug")]
    name: Annotated[str, Source("provider.name")]
    display_name: Annotated[str, Source("provider.display_name")]
    sort_order: Annotated[int, Source("provider.sort_order")]
    is_active: Annotated[bool, Source("provider.is_active")]
    is_recommended: Annotated[bool, Source("provider.is_recommended")]
    capabilities: dict[str, CapabilityOverviewResponse]


class TotalsResponse(TypedDict):
    providers: int
    active_providers: int
    models: int
    active_models: int


class CacheResponse(TypedDict):
    backend: Annotated[str, Source("cache_backend")]
    entries: Annotated[int, Source("cache_entries")]


class AlertResponse(TypedDict):
    code: str
    provider: Annotated[str, Source("slot.provider")]
    capability: Annotated[str, Source("slot.capability")]
    message: Annotated[str, Source(lambda alert: PLAIN.alert(alert.code, alert.facts))]


class OverviewResponse(TypedDict):
    generation: int
    generated_at: str
    totals: TotalsResponse
    providers: list[ProviderOverviewResponse]
    cache: Annotated[CacheResponse, Source(lambda overview: overview)]
    warnings: list[AlertResponse]


class OverviewAnswers:
    """Overviews as JSON: of providers and alerts that are the same as in the last one, the encoding is, too."""

    def __init__(self) -> None:
        self._providers = Fragments[ProviderOverview](ProviderOverviewResponse)
        self._warnings = Fragments[Alert](AlertResponse)

    def of(self, overview: Overview) -> Mapping[str, object]:
        response = serialize(OverviewResponse, overview, providers=(), warnings=())
        return {**response, "providers": self._providers.joined(overview.providers), "warnings": self._warnings.joined(overview.warnings)}


class ClearedResponse(TypedDict):
    cleared: int
