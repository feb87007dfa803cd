"""Providers in memory."""

from collections.abc import Collection, Mapping, Sequence

from modeldesk.adapters.memory.contents import Draft
from modeldesk.domain.errors import ProviderNotFound
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Provider, provider_order
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.provider_store import NO_DIGESTS
from modeldesk.domain.records import frozen


@frozen
class InMemoryProviders:
    draft: Draft

    async def get(self, slug: Slug) -> Provider:
        held = (await self.draft.read()).providers
        if slug not in held:
            raise ProviderNotFound(slug, [entry.slug for entry in sorted(held.values(), key=provider_order)])
        return held[slug]

    async def all(self) -> Sequence[Provider]:
        return list((await self.draft.read()).providers.values())

    async def some(self, slugs: Collection[Slug]) -> Sequence[Provider]:
        held = (await self.draft.read()).providers
        return [held[slug] for slug in slugs if slug in held]

    async def imported(self) -> Sequence[ImportedEntry]:
        return list((await self.draft.read()).imported.values())

    async def put(self, providers: Sequence[Provider], digests: Mapping[Slug, str] = NO_DIGESTS) -> None:
        held, written = await self.draft.read(), {provider.slug: provider for provider in providers}
        kept = {slug: entry for slug, entry in held.imported.items() if slug not in written}
        added = {slug: ImportedEntry(slug, written[slug].display_name, digest) for slug, digest in digests.items() if slug in written}
        self.draft.write("catalogue", providers={**held.providers, **written}, imported={**kept, **added})

    async def version_floor(self) -> int:
        return 0  # nothing is restored into memory
