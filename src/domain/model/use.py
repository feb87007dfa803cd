"""Uses: the names that products ask for. Each points at exactly one provider and capability."""

from collections.abc import Mapping
from datetime import datetime
from typing import NewType

from attrs import evolve, field, fields

from modeldesk.domain.errors import InvalidValue, ProviderNotFound, UseVersionConflict
from modeldesk.domain.model.providers.provider import STORED_ONLY, Provider, Slot
from modeldesk.domain.model.values.texts import CapabilityName, MultilineText, Slug, slug
from modeldesk.domain.records import frozen

UseName = NewType("UseName", str)
"""The name that products ask for, `support-chat`: the grammar of slugs."""

MOST_FALLBACKS = 16


def use_name(text: str) -> UseName:
    """A name that products ask for. Raises InvalidValue."""
    return UseName(slug(text))


@frozen
class Use:
    """A name that products ask for. Its model is the active one of `slot`.

    `fallbacks` are further providers in order; products learn of them, and Modeldesk never switches to one. `version` counts the changes of
    the name from 1; a deletion is one of them. `imported_values` holds what the last import wrote into fields that an admin has changed since,
    and None for each field of a use that no import has written.
    """

    name: UseName
    capability: CapabilityName
    provider: Slug
    description: MultilineText = MultilineText("")
    fallbacks: tuple[Slug, ...] = ()
    version: int = field(default=1, metadata={STORED_ONLY: True})
    imported_values: Mapping[str, object] = field(factory=dict, eq=False, metadata={STORED_ONLY: True})

    def edited_from(self, before: "Use | None") -> "Use":
        """The use as an admin sets it in the place of another one, or of none. It remembers what the last import wrote."""
        was = {name: before.imported_values.get(name, getattr(before, name)) if before else None for name in EDITABLE}
        return evolve(self, imported_values={name: value for name, value in was.items() if value != getattr(self, name)})

    @property
    def slot(self) -> Slot:
        return Slot(self.provider, self.capability)

    @property
    def fallback_slots(self) -> tuple[Slot, ...]:
        return tuple(Slot(provider, self.capability) for provider in self.fallbacks)

    def require_valid(self, providers: Mapping[Slug, Provider]) -> None:
        """Its providers exist and offer the capability, and none stands twice.

        Raises InvalidValue, ProviderNotFound, CapabilityNotOffered.
        """
        if len(self.fallbacks) > MOST_FALLBACKS:
            raise InvalidValue("too-many-fallbacks", most=MOST_FALLBACKS, count=len(self.fallbacks))
        seen = {self.provider}
        for fallback in self.fallbacks:
            if fallback in seen:
                raise InvalidValue("fallback-twice", provider=fallback)
            seen.add(fallback)
        for name in (self.provider, *self.fallbacks):
            if (provider := providers.get(name)) is None:
                raise ProviderNotFound(name, list(providers))
            provider.capability(self.capability)


@frozen
class UseState:
    """A name at one moment: `use` None where no use has it now. `version` rises with each change, and `version_floor` is as in `SlotState`."""

    name: UseName
    version: int = 0
    use: Use | None = None
    version_floor: int = field(default=0, eq=False)

    @property
    def next_version(self) -> int:
        return max(self.version, self.version_floor) + 1

    def with_use(self, use: Use) -> "UseState":
        """The state after the use was set."""
        return UseState(self.name, self.next_version, evolve(use, version=self.next_version))

    def without_use(self) -> "UseState":
        """The state after the use was deleted."""
        return UseState(self.name, self.next_version)

    def require_version(self, expected: int | None) -> None:
        """Raises UseVersionConflict if the use has another version than the expected one. None expects nothing."""
        current = self.use.version if self.use is not None else 0
        if expected is not None and current != expected:
            raise UseVersionConflict(self.name, expected, current)

    def holds(self, use: Use) -> bool:
        """Whether setting the use would change nothing."""
        return self.use is not None and evolve(use, version=self.use.version) == self.use


@frozen
class UseChange:
    """One change in a use's history. `use` None: the use was deleted. `restores` is as in a slot's history."""

    name: UseName
    version: int
    use: Use | None
    changed_at: datetime
    changed_by: str
    restores: int | None = None


USE_FIELDS: tuple[str, ...] = tuple(attribute.name for attribute in fields(Use) if STORED_ONLY not in attribute.metadata)
"""The fields of a declared use."""

EDITABLE: tuple[str, ...] = tuple(name for name in USE_FIELDS if name != "name")


def changed_fields(old: Use | None, new: Use | None) -> dict[str, tuple[object, object]]:
    """The old and new values of each differing field, by name; None on the side where there is no use."""
    pairs = {name: (getattr(old, name, None), getattr(new, name, None)) for name in USE_FIELDS}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
