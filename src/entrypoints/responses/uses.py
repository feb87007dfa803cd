"""Uses, and which model is active."""

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired, TypedDict

from modeldesk.domain.model.use import Use
from modeldesk.domain.services.resolution import Resolution, ResolvedModel
from modeldesk.domain.services.uses import UseResult
from modeldesk.entrypoints.responses.models import LifecycleResponse
from modeldesk.entrypoints.responses.serializer import GIVEN, Source, serialize
from modeldesk.entrypoints.words.english import PLAIN


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

    use: Annotated[str | None, GIVEN]
    capability: Annotated[str, Source("slot.capability")]
    use_version: Annotated[int | None, GIVEN]
    generation: Annotated[int, GIVEN]
    selected_at: str
    fallbacks: Annotated[list[FallbackResponse], GIVEN]
    explain: NotRequired[list[str]]


def uses_response(uses: Sequence[Use], count: int) -> UsesResponse:
    return UsesResponse(count=count, uses=[serialize(UseResponse, use) for use in uses])


def use_response(use: Use) -> UseResponse:
    return serialize(UseResponse, use)


def changed_use_response(result: UseResult) -> ChangedUseResponse:
    return ChangedUseResponse(**serialize(UseResponse, result.current), previous=_or_null(result.previous))


def deleted_use_response(result: UseResult) -> DeletedUseResponse:
    return DeletedUseResponse(previous=_or_null(result.previous))


def rolled_back_use_response(result: UseResult) -> RolledBackUseResponse:
    return RolledBackUseResponse(current=_or_null(result.current), previous=_or_null(result.previous), version=result.version)


def resolve_response(found: Resolution, *, explain: bool = False) -> ResolveResponse:
    """With `explain`, how the answer was found, step by step."""
    response = serialize(
        ResolveResponse,
        found.resolved,
        use=found.use.name if found.use is not None else None,
        use_version=found.use.version if found.use is not None else None,
        generation=found.generation,
        fallbacks=[_fallback(entry) for entry in found.fallbacks],
        explain=[PLAIN.reason(step) for step in found.steps],
    )
    if not explain:
        response.pop("explain", None)
    return response


def _fallback(entry: ResolvedModel) -> FallbackResponse:
    return serialize(FallbackResponse, entry)


def _or_null(use: Use | None) -> UseResponse | None:
    return use_response(use) if use is not None else None
