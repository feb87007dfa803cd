"""Results for each provider, kept while their sources stay the same: a selection makes one provider's result be computed anew, not all."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from attrs import frozen

from modeldesk.domain.model.choices import Choices, States
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import Slug

T = TypeVar("T")
Compute = Callable[[Provider, States], Awaitable[T]]


@frozen
class _Kept(Generic[T]):
    basis: Hashable
    choices: Choices
    parts: Mapping[Slug, T]


class ProviderParts(Generic[T]):
    """One part for each provider. A part that is kept is the same object as before."""

    def __init__(self) -> None:
        self._kept: _Kept[T] | None = None

    async def current(self, snapshot: Snapshot, basis: Hashable, compute: Compute[T]) -> Sequence[T]:
        """The part of each provider, in display order.

        `basis` is everything that a part depends on besides the states of its provider's slots; it differs where the providers do.
        """
        kept, choices = self._kept, snapshot.choices
        if kept is not None and kept.basis == basis:
            parts, changed = dict(kept.parts), choices.changed_since(kept.choices)
        else:
            parts, changed = dict[Slug, T](), list(snapshot.providers)
        for slug in changed:
            parts[slug] = await compute(snapshot.providers[slug], choices.of_provider(slug))
        self._kept = _Kept(basis, choices, parts)
        return list(parts.values())
