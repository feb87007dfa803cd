"""Providers in a unit of work."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import Slug

NO_DIGESTS: Mapping[Slug, str] = {}


class ProviderStore(Protocol):
    """Providers."""

    async def get(self, slug: Slug) -> Provider:
        """Raises ProviderNotFound with the slugs that exist, in display order."""
        ...

    async def all(self) -> Sequence[Provider]:
        """In no particular order."""
        ...

    async def some(self, slugs: Collection[Slug]) -> Sequence[Provider]:
        """Those of these slugs that exist, in no particular order."""
        ...

    async def imported(self) -> Sequence[ImportedEntry]:
        """The providers that were last written with a digest, in no particular order."""
        ...

    async def put(self, providers: Sequence[Provider], digests: Mapping[Slug, str] = NO_DIGESTS) -> None:
        """Adds new slugs, replaces existing ones. `digests` are those of the entries that they were written from; others lose theirs."""
        ...

    async def version_floor(self) -> int:
        """The version that those of new providers must be above: 0 unless the database was restored."""
        ...
