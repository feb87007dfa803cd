"""Changing the master key: what is sealed under older ones is sealed anew under the newest, one row after the other."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from attrs import evolve, frozen

from modeldesk.domain.errors import KeyUnreadable, ProviderNotFound
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.catalogue.list_state import list_digest
from modeldesk.domain.model.keys.provider_key import KeyRef, StoredKey
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork


@frozen
class KeysUnder:
    """How many keys are sealed under a master key. `state`: `newest`, `older`, or `unknown` where it is not at hand."""

    id: str
    count: int
    state: str


class RotationProgress(Protocol):
    """Called after each key that was sealed anew: so many are done, of so many."""

    def __call__(self, done: int, count: int, /) -> None: ...


@frozen
class RotationResult:
    """How a rotation ended. `is_new`: a new master key was made for it; `unreadable` keys stay as they are, under `remaining`."""

    is_new: bool
    resealed: int
    unreadable: Sequence[KeyRef]
    under: Sequence[KeysUnder]

    @property
    def remaining(self) -> int:
        """Keys that are not under the newest master key."""
        return sum(entry.count for entry in self.under if entry.state != "newest")


def keys_under(keys: Iterable[StoredKey], vault: Vault) -> list[KeysUnder]:
    """How many there are under each master key: the ring in its order, with its zeros, then those that are not at hand."""
    ring, counts = list(vault.master_key_ids()), Counter(vault.master_key_id(key.sealed) for key in keys)
    available = [KeysUnder(name, counts[name], "older" if number else "newest") for number, name in enumerate(ring)]
    return available + [KeysUnder(name, counts[name], "unknown") for name in sorted(set(counts) - set(ring))]


def no_rotation_progress(done: int, count: int) -> None:
    """Tells nobody."""


class MasterKeyRotation:
    """Can be ended at any moment: every key is under one master key of the ring or another, and the next run goes on from there."""

    def __init__(self, *, unit_of_work: OpenUnitOfWork, vault: Vault, classes: ProviderClasses, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._vault = vault
        self._classes = classes
        self._clock = clock

    async def rotate(self, told: RotationProgress = no_rotation_progress) -> RotationResult:
        """Makes a new master key, unless an older rotation is to be finished first; then seals every key under the newest one.

        Raises MasterKeyWrong where a new one cannot be written.
        """
        is_new = await self._begin()
        resealed, unreadable = 0, list[KeyRef]()
        # Whoever read the older key before it was replaced may have sealed with it since: until a look finds none.
        while waiting := [place for place in await self._older() if place not in unreadable]:
            for number, place in enumerate(waiting, start=1):
                try:
                    resealed += await self._reseal(*place)
                except KeyUnreadable:
                    unreadable.append(place)
                told(number, len(waiting))
        return RotationResult(is_new, resealed, unreadable, await self._under())

    async def _begin(self) -> bool:
        # In a unit of work, where keys are entered too: none is sealed under a master key that goes here.
        async with self._unit_of_work() as work:
            is_settled = all(entry.count == 0 for entry in keys_under(await work.keys.all(), self._vault) if entry.state == "older")
            if not is_settled or not self._vault.renew():
                return False
            # The new key is a file by now: what is told of it can be lost by a crash, the key cannot.
            told = {"master_key": self._vault.master_key_ids()[0]}
            await work.audit.add([audit_entry(CLI_ACTOR, self._clock(), Action.MASTER_KEY_CHANGED, "", after=told)])
            await work.commit()
            return True

    async def _older(self) -> list[KeyRef]:
        older = {entry.id for entry in await self._under() if entry.state == "older"}
        async with self._unit_of_work() as work:
            return sorted(
                (
                    (key.binding.provider, key.binding.owner)
                    for key in await work.keys.all()
                    if self._vault.master_key_id(key.sealed) in older
                ),
                key=lambda place: (place[0], place[1] or ""),
            )

    async def _under(self) -> list[KeysUnder]:
        async with self._unit_of_work() as work:
            return keys_under(await work.keys.all(), self._vault)

    async def _reseal(self, slug: Slug, owner: str | None) -> bool:
        """One key in one unit of work; False where it went away or was entered anew meanwhile. Raises KeyUnreadable."""
        async with self._unit_of_work() as work:
            stored = await work.keys.get(slug, owner)
            if stored is None or self._vault.master_key_id(stored.sealed) == self._vault.master_key_ids()[0]:
                return False
            key = self._vault.open(stored.sealed, stored.binding)
            anew = evolve(stored, sealed=self._vault.seal(key, stored.binding), fingerprint=self._vault.fingerprint(key))
            await work.keys.put(anew)
            await self._carry_list(work, stored, anew)
            await work.commit()
        return True

    async def _carry_list(self, work: UnitOfWork, before: StoredKey, after: StoredKey) -> None:
        """The list that was read with the key stays its list, though the key's fingerprint is another one now."""
        slug, owner = before.binding.provider, before.binding.owner
        try:
            provider = await work.providers.get(slug)
        except ProviderNotFound:
            return
        known = self._classes.class_of(provider)
        state = await work.lists.state(slug, owner)
        carried = state.with_digest_replaced(list_digest(provider, known, before), list_digest(provider, known, after))
        if carried != state:
            await work.lists.put(carried)
