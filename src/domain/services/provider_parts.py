"""Results for each provider, kept while their sources stay the same: a write makes one provider's result be computed anew, not all."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from modeldesk.domain.model.choices import States
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.snapshot import Snapshot, are_same
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen
from modeldesk.domain.services.breaks import Break

T = TypeVar("T")
Compute = Callable[[Provider, States], Awaitable[T]]


WITHOUT_A_BREAK = 50
"""Parts that are computed at a stretch. It takes some milliseconds, for which nobody else is answered."""


@frozen
class _Kept(Generic[T]):
    basis: Hashable
    snapshot: Snapshot
    parts: Mapping[Slug, T]


class ProviderParts(Generic[T]):
    """One part for each provider. A part that is kept is the same object as before."""

    def __init__(self) -> None:
        self._kept: _Kept[T] | None = None

    async def current(self, snapshot: Snapshot, basis: Hashable, compute: Compute[T]) -> Sequence[T]:
        """The part of each provider, in display order.

        `basis` is everything that a part depends on besides what the snapshot holds of its provider.
        """
        kept = self._kept
        if kept is None or kept.basis != basis:
            known, changed = dict[Slug, T](), set(snapshot.providers)
        else:
            known, changed = dict(kept.parts), snapshot.changed_since(kept.snapshot)
        for number, slug in enumerate(changed, start=1):
            known[slug] = await compute(snapshot.providers[slug], snapshot.choices.of_provider(slug))
            if number % WITHOUT_A_BREAK == 0:
                await Break()
        # In the order of the snapshot, which a provider that comes, goes or moves changes.
        parts = known if are_same(known, snapshot.providers) else {slug: known[slug] for slug in snapshot.providers}
        self._kept = _Kept(basis, snapshot, parts)
        return list(parts.values())
