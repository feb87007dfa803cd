"""The states of all slots, by provider: a change of one slot leaves the states of every other provider the same object."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import field

from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.records import frozen

States = Mapping[CapabilityName, SlotState]
"""The states of one provider's slots."""

NO_STATES: States = {}


@frozen(eq=False)
class Choices(Mapping[Slot, SlotState]):
    """A state for every slot ever selected in. Immutable."""

    by_provider: Mapping[Slug, States] = field(factory=dict)

    @classmethod
    def of(cls, states: Iterable[SlotState]) -> "Choices":
        return cls().with_states(states)

    def with_states(self, states: Iterable[SlotState]) -> "Choices":
        """With these states added; a state replaces the present one of its slot."""
        changed: dict[Slug, dict[CapabilityName, SlotState]] = {}
        for state in states:
            slug = state.slot.provider
            if slug not in changed:
                changed[slug] = dict(self.of_provider(slug))
            changed[slug][state.slot.capability] = state
        return Choices({**self.by_provider, **changed}) if changed else self

    def of_provider(self, slug: Slug) -> States:
        """The same object until one of the provider's slots changes."""
        return self.by_provider.get(slug, NO_STATES)

    def __getitem__(self, slot: Slot) -> SlotState:
        return self.of_provider(slot.provider)[slot.capability]

    def get(self, slot: Slot, default: Any = None) -> Any:
        return self.of_provider(slot.provider).get(slot.capability, default)

    def __iter__(self) -> Iterator[Slot]:
        return (state.slot for states in self.by_provider.values() for state in states.values())

    def __len__(self) -> int:
        return sum(map(len, self.by_provider.values()))
