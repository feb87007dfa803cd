"""Rotation of the master key: keys sealed under older master keys are sealed anew under the newest, one row at a time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from attrs import evolve

from modeldesk.domain.errors import KeyUnreadable, MasterKeyMissing, ProviderNotFound
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.catalogue.list_state import list_digest
from modeldesk.domain.model.keys.provider_key import KeyRef, StoredKey
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.model.webhooks.webhook import Webhook
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.records import frozen


@frozen
class KeysUnder:
    """How many keys are sealed under a master key. `state`: `newest`, `older`, or `unknown` where it is not available."""

    id: str
    count: int
    state: str


class RotationProgress(Protocol):
    """Called after each key with how many are done, of how many."""

    def __call__(self, done: int, count: int, /) -> None: ...


@frozen
class RotationResult:
    """The outcome of a rotation. `is_new`: it created a new master key. `resealed` and `remaining` count keys and secrets of webhooks.

    `unreadable` keys, and the secrets of the webhooks in `unreadable_webhooks`, stay as they are, and count as `remaining`.
    """

    is_new: bool
    resealed: int
    unreadable: Sequence[KeyRef]
    unreadable_webhooks: Sequence[str]
    under: Sequence[KeysUnder]

    @property
    def remaining(self) -> int:
        """Keys and secrets that are not under the newest master key."""
        return sum(entry.count for entry in self.under if entry.state != "newest")


def keys_under(keys: Iterable[StoredKey], vault: Vault, webhooks: Iterable[Webhook] = ()) -> list[KeysUnder]:
    """The count for each master key: the available ones in their order, zeros included, then the unknown ones.

    Secrets of `webhooks` count as keys do.
    """
    sealed = [*(key.sealed for key in keys), *(secret for webhook in webhooks for secret in webhook.secrets)]
    available, counts = list(vault.master_key_ids()), Counter(map(vault.master_key_id, sealed))
    known = [KeysUnder(name, counts[name], "older" if index else "newest") for index, name in enumerate(available)]
    return known + [KeysUnder(name, counts[name], "unknown") for name in sorted(set(counts) - set(available))]


def no_rotation_progress(done: int, count: int) -> None:
    """Reports to nobody."""


class MasterKeyRotation:
    """May be killed at any moment: every key stays readable, and the next run continues."""

    def __init__(self, *, unit_of_work: OpenUnitOfWork, vault: Vault, classes: ProviderClasses, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._vault = vault
        self._classes = classes
        self._clock = clock

    async def rotate(self, progress: RotationProgress = no_rotation_progress) -> RotationResult:
        """Creates a new master key, unless an earlier rotation is unfinished; then seals every key under the newest one.

        Raises MasterKeyWrong where a new one cannot be written, MasterKeyMissing where there is none and something stored needs one.
        """
        is_new = await self._begin()
        resealed, unreadable_webhooks = await self._reseal_webhooks()
        unreadable = list[KeyRef]()
        # A process that loaded the older master key may still have sealed with it: repeat until no such key is left.
        while waiting := [ref for ref in await self._older() if ref not in unreadable]:
            for number, ref in enumerate(waiting, start=1):
                try:
                    resealed += await self._reseal(*ref)
                except KeyUnreadable:
                    unreadable.append(ref)
                progress(number, len(waiting))
        async with self._unit_of_work() as work:
            keys = await work.keys.all()
            under = keys_under(keys, self._vault, await work.webhooks.all())
        lost = {entry.id for entry in under if entry.state == "unknown"}
        unreadable += [_ref(key) for key in keys if self._vault.master_key_id(key.sealed) in lost]
        return RotationResult(is_new, resealed, sorted(unreadable, key=_in_order), unreadable_webhooks, under)

    async def _begin(self) -> bool:
        # In a unit of work, as keys are entered in one too: none is sealed under a master key that is deleted here.
        async with self._unit_of_work() as work:
            under = keys_under(await work.keys.all(), self._vault, await work.webhooks.all())
            if not self._vault.master_key_ids() and any(entry.id for entry in under):
                raise MasterKeyMissing(sum(entry.count for entry in under if entry.id))
            is_settled = all(entry.count == 0 for entry in under if entry.state == "older")
            if not is_settled or not self._vault.renew():
                return False
            # The new master key is on the disk by now: a crash can lose the audit entry, not the key.
            details = {"master_key": self._vault.master_key_ids()[0]}
            await work.audit.add([audit_entry(CLI_ACTOR, self._clock(), Action.MASTER_KEY_CHANGED, "", after=details)])
            await work.commit()
            return True

    async def _older(self) -> list[KeyRef]:
        older = {entry.id for entry in await self._under() if entry.state == "older"}
        async with self._unit_of_work() as work:
            return sorted((_ref(key) for key in await work.keys.all() if self._vault.master_key_id(key.sealed) in older), key=_in_order)

    async def _under(self) -> list[KeysUnder]:
        async with self._unit_of_work() as work:
            return keys_under(await work.keys.all(), self._vault, await work.webhooks.all())

    async def _reseal_webhooks(self) -> tuple[int, Sequence[str]]:
        """Seals every secret of a webhook that signs under the newest master key, in one unit of work: they are few. Those that are unreadable stay.

        Returns how many it sealed, and the webhooks of those that are unreadable.
        """
        resealed, unreadable = 0, list[str]()
        async with self._unit_of_work() as work:
            newest, now = next(iter(self._vault.master_key_ids()), ""), self._clock()
            for webhook in await work.webhooks.all():
                if all(self._vault.master_key_id(sealed) == newest for sealed in webhook.secrets):
                    continue
                secrets = [(sealed, self._opened(webhook, sealed)) for sealed in webhook.signing(now)]
                anew = [self._vault.seal(text, webhook.binding) if text is not None else sealed for sealed, text in secrets]
                if webhook.resealed(anew) != webhook:
                    await work.webhooks.put(webhook.resealed(anew))
                resealed += sum(text is not None for _, text in secrets)
                if any(text is None for _, text in secrets):
                    unreadable.append(webhook.id)
            await work.commit()
        return resealed, unreadable

    def _opened(self, webhook: Webhook, sealed: bytes) -> Secret | None:
        """None where it cannot be decrypted."""
        try:
            return self._vault.open(sealed, webhook.binding)
        except KeyUnreadable:
            return None

    async def _reseal(self, slug: Slug, owner: str | None) -> bool:
        """Reseals one key in one unit of work; False where it was deleted or entered anew meanwhile. Raises KeyUnreadable."""
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
        """Keeps the list that was read with the key: its digest follows the key's new fingerprint."""
        slug, owner = before.binding.provider, before.binding.owner
        try:
            provider = await work.providers.get(slug)
        except ProviderNotFound:
            return
        provider_class = self._classes.class_of(provider)
        state = await work.lists.state(slug, owner)
        carried = state.with_digest_replaced(list_digest(provider, provider_class, before), list_digest(provider, provider_class, after))
        if carried != state:
            await work.lists.put(carried)


def _ref(key: StoredKey) -> KeyRef:
    return key.binding.provider, key.binding.owner


def _in_order(ref: KeyRef) -> tuple[str, str]:
    """The shared key of a provider before personal ones."""
    return ref[0], ref[1] or ""
