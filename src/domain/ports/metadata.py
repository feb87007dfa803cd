"""Names, prices and context sizes from other sources."""

from collections.abc import Mapping
from typing import Protocol

from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.providers.provider import Provider


class ModelMetadata(Protocol):
    """A source of names, prices and context sizes, independent of the vendors' own lists."""

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        """Facts about this vendor's models, by model id; empty for an unknown vendor."""
        ...
