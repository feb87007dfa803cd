"""A provider's list of models, the models that were selected, and what selecting changes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, NotRequired, TypedDict

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.catalogue import DECLARATION_SOURCE, METADATA_SOURCE, CatalogueModel
from modeldesk.domain.model.catalogue.query import CatalogueQuery, search_excluded
from modeldesk.domain.model.selection import SelectionResult, StoredModelStatus
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.entrypoints.responses.fragments import Fragments, encoded_list
from modeldesk.entrypoints.responses.serializer import GIVEN, Source, serialize


class LifecycleClaimResponse(TypedDict):
    source: str
    deprecated_on: str | None
    retires_on: str | None
    observed_at: str | None


class LifecycleResponse(TypedDict):
    state: str
    deprecated_on: str | None
    retires_on: str | None
    replacement: str | None
    source: str
    observed_at: str | None
    disagreements: list[LifecycleClaimResponse]


class ModelResponse(TypedDict):
    """What is unknown of most models is left out, so that a list of thousands stays small."""

    id: str
    name: str
    is_free: bool | None
    pricing: dict[str, Any] | None
    context_length: int | None
    is_active: bool
    input_modalities: NotRequired[Annotated[list[str], Source("inputs")]]
    output_modalities: NotRequired[Annotated[list[str], Source("outputs")]]
    created_on: NotRequired[str]
    deprecated_on: NotRequired[str]
    retires_on: NotRequired[str]
    note: NotRequired[str]
    lifecycle: NotRequired[Annotated[LifecycleResponse, GIVEN]]
    reason: NotRequired[Annotated[str, GIVEN]]
    sources: NotRequired[Annotated[dict[str, str], GIVEN]]


class ExcludedModelResponse(TypedDict):
    id: str
    name: str
    reason: str


def _failure(listing: SlotCatalogue) -> Reason | None:
    """Why the list is not as it should be."""
    return listing.unread or (listing.failure.reason if listing.failure is not None else None)


class BrowseResponse(TypedDict):
    provider: Annotated[str, Source("slot.provider")]
    capability: Annotated[str, Source("slot.capability")]
    source: str
    fetched_at: Annotated[str | None, Source("catalogue.fetched_at")]
    count: int
    total: int
    models: list[ModelResponse]
    failure: NotRequired[Annotated[str, Source(_failure)]]
    incomplete: NotRequired[Annotated[bool, Source(lambda listing: listing.is_incomplete or None)]]
    waiting: NotRequired[Annotated[int, Source("shrunk_count")]]
    unreadable: NotRequired[Annotated[int, Source("catalogue.unreadable")]]
    excluded: NotRequired[Annotated[list[ExcludedModelResponse], GIVEN]]


class StoredModelResponse(TypedDict):
    provider: Annotated[str, Source("model.slot.provider")]
    capability: Annotated[str, Source("model.slot.capability")]
    model_id: Annotated[str, Source("model.model_id")]
    model_name: Annotated[str, Source("model.model_name")]
    is_free: Annotated[bool | None, Source("model.is_free")]
    pricing: dict[str, Any] | None
    is_active: bool
    in_catalogue: bool | None
    lifecycle: LifecycleResponse | None
    selected_at: Annotated[str, Source("model.selected_at")]
    selected_by: Annotated[str, Source("model.selected_by")]
    slot_version: int


class ModelsResponse(TypedDict):
    """`count`: how many there are in all, of which `models` may be a part."""

    count: int
    models: list[StoredModelResponse]


class DeselectResponse(TypedDict):
    previous: StoredModelResponse | None


class SelectResponse(StoredModelResponse, DeselectResponse):
    """The model that is active now, and the one before it."""


class RollbackResponse(TypedDict):
    active: Annotated[StoredModelResponse | None, Source("current")]
    previous: StoredModelResponse | None
    slot_version: Annotated[int, Source("version")]


def browse_response(listing: SlotCatalogue, query: CatalogueQuery, *, explain: bool = False) -> BrowseResponse:
    """A page of a list. With `explain` each model says why it is offered and where its facts come from, and the others why they are not."""
    response, models = _browsed(listing, query, explain=explain)
    response["models"] = list(models)
    return response


def browse_answer(listing: SlotCatalogue, query: CatalogueQuery, *, explain: bool = False) -> Mapping[str, object]:
    """The answer with its models encoded. Few of thousands are in memory at a time."""
    response, models = _browsed(listing, query, explain=explain)
    return {**response, "models": encoded_list(models)}


def _browsed(listing: SlotCatalogue, query: CatalogueQuery, *, explain: bool) -> tuple[BrowseResponse, Iterator[ModelResponse]]:
    """The answer without its models, and its models."""
    page, excluded = listing.page(query), search_excluded(listing.catalogue, query) if explain else None
    response = serialize(BrowseResponse, listing, count=len(page.models), total=page.total, models=(), excluded=excluded)
    return response, (_model(model, listing, explain=explain) for model in page.models)


def _model(model: CatalogueModel, listing: SlotCatalogue, *, explain: bool) -> ModelResponse:
    given: dict[str, object] = {"is_active": model.id == listing.active, "lifecycle": model.lifecycle(listing.today)}
    if explain:
        filled = {MEMBER_OF_FIELD.get(name, name): model.metadata_sources.get(name, METADATA_SOURCE) for name in model.metadata_fields}
        given |= {"reason": model.reason, "sources": filled | dict.fromkeys(model.declared_fields, DECLARATION_SOURCE)}
    return serialize(ModelResponse, model, **given)


MEMBER_OF_FIELD = {"inputs": "input_modalities", "outputs": "output_modalities"}


class ModelsAnswers:
    """Pages of stored models as JSON: of models that are the same as in an earlier one, the encoding is, too."""

    def __init__(self) -> None:
        self._models = Fragments[StoredModelStatus](StoredModelResponse)

    def of(self, models: Sequence[StoredModelStatus], count: int) -> Mapping[str, object]:
        return {**serialize(ModelsResponse, count=count, models=()), "models": self._models.joined(models)}


def models_response(models: Sequence[StoredModelStatus], count: int) -> ModelsResponse:
    return serialize(ModelsResponse, count=count, models=models)


def select_response(result: SelectionResult) -> SelectResponse:
    return serialize(SelectResponse, result.current, previous=result.previous)
