"""The layers of metadata."""

from collections.abc import Sequence
from typing import TypedDict

from modeldesk.domain.model.catalogue.metadata_layers import LayerStatus
from modeldesk.entrypoints.responses.serializer import serialize


class LayerResponse(TypedDict):
    """`size` is in bytes."""

    source: str
    origin: str
    observed_at: str | None
    vendors: int
    size: int


class MetadataResponse(TypedDict):
    layers: list[LayerResponse]


def metadata_response(layers: Sequence[LayerStatus]) -> MetadataResponse:
    return serialize(MetadataResponse, layers=layers)
