"""Uses, and which model is active."""

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired, TypedDict

from modeldesk.domain.model.use import Use
from modeldesk.domain.services.resolution import Resolution
from modeldesk.domain.services.uses import UseResult
from modeldesk.entrypoints.responses.models import LifecycleResponse
from modeldesk.entrypoints.responses.serializer import GIVEN, Source, serialize


class UseResponse(TypedDict):
    name: str
    description: str
    capability: str
    provider: str
    fallbacks: list[str]
    version: int


class UsesResponse(TypedDict):
    count: int
    uses: list[UseResponse]


class ChangedUseResponse(UseResponse):
    previous: UseResponse | None


class DeletedUseResponse(TypedDict):
    previous: UseResponse | None


class RolledBackUseResponse(TypedDict):
    current: UseResponse | None
    previous: UseResponse | None
    version: int


class FallbackResponse(TypedDict):
    """An active model, with what a client needs to call it."""

    provider: Annotated[str, Source("slot.provider")]
    model_id: Annotated[str, Source("model.model_id")]
    model_name: Annotated[str, Source("model.model_name")]
    provider_class: Annotated[str, Source("provider.provider_class")]
    base_url: str
    context_length: int | None
    pricing: dict[str, Any] | None
    lifecycle: LifecycleResponse | None
    in_catalogue: bool | None
    slot_version: int


class ResolveResponse(FallbackResponse):
    """The answer to a product. `use` and `use_version` are null where a provider and capability were asked for."""

    use: str | None
    capability: Annotated[str, Source("slot.capability")]
    use_version: int | None
    generation: int
    selected_at: str
    fallbacks: list[FallbackResponse]
    explain: NotRequired[Annotated[list[str], GIVEN]]


def uses_response(uses: Sequence[Use], count: int) -> UsesResponse:
    return serialize(UsesResponse, count=count, uses=uses)


def changed_use_response(result: UseResult) -> ChangedUseResponse:
    return serialize(ChangedUseResponse, result.current, previous=result.previous)


def resolve_response(found: Resolution, *, explain: bool = False) -> ResolveResponse:
    """With `explain`, how the answer was found, step by step."""
    return serialize(
        ResolveResponse,
        found.resolved,
        use=found.use.name if found.use is not None else None,
        use_version=found.use.version if found.use is not None else None,
        generation=found.generation,
        fallbacks=found.fallbacks,
        explain=found.steps if explain else None,
    )
