"""Reading vendors' lists: once however many ask, behind the answer where an old list will do, and never losing a good one."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from modeldesk.domain.catalogue import Source
from modeldesk.domain.credentials import Asker, Secret, StoredKey, shared_key_for
from modeldesk.domain.errors import (
    KeyMissing,
    KeyRejected,
    KeyUnreadable,
    LiveListNotAvailable,
    ModeldeskError,
    ProviderNotFound,
    VendorFailed,
)
from modeldesk.domain.live_lists import BETWEEN_TRIES, Age, Failure, Lifetimes, ListHead, ListKey, list_digest
from modeldesk.domain.providers import KeyUse, Provider, ProviderClass, ProviderClasses
from modeldesk.domain.snapshot import Snapshot
from modeldesk.domain.vendor_models import VendorList

if TYPE_CHECKING:  # the ports are drawn in terms of the values of this layer
    from modeldesk.domain.ports import Clock, KeptLists, ListCache, OpenUnitOfWork, Progress, Snapshots, UnitOfWork, Vault, VendorCatalogues

LOGGER = logging.getLogger(__name__)


class Patience(Enum):
    """What to do about a list that is stale: show it AT_ONCE and refresh it behind, or WAIT for the refresh; REFRESH even a fresh one.

    A list is shown all the same where the refresh that was waited for fails.
    """

    AT_ONCE = "at once"
    WAIT = "wait"
    REFRESH = "refresh"


Flight = tuple[ListKey, int, bool]


@frozen
class LiveList:
    """A list to show: where it came from, and how it stands. A list that was read and could not be kept has a head of its own."""

    head: ListHead
    models: VendorList
    source: Source
    read_at: datetime


@frozen
class Errand:
    """One reading of a list: of which provider, with which key, and as the list stood when it began."""

    provider: Provider
    known: ProviderClass
    key: StoredKey | None
    begun: ListHead
    is_accepted: bool

    @property
    def digest(self) -> str:
        return list_digest(self.provider, self.known, self.key.fingerprint if self.key else None)

    @property
    def list_key(self) -> ListKey:
        """Whoever reads the same list has the same, on every instance."""
        return ListKey(self.provider.slug, self.digest)

    @property
    def flight(self) -> Flight:
        """Whose outcome serves the same callers: not who accepts a shrunk list by a reading that does not, nor who looks after a clearing
        by one that began before it."""
        return self.list_key, self.begun.clearings, self.is_accepted


def no_progress(pages: int, models: int) -> None:
    """Tells nobody."""


class LiveLists:
    """Lives as long as the process: it holds the readings that are under way."""

    def __init__(
        self,
        *,
        unit_of_work: "OpenUnitOfWork",
        snapshots: "Snapshots",
        kept: "KeptLists",
        vendors: "VendorCatalogues",
        cache: "ListCache",
        vault: "Vault",
        classes: ProviderClasses,
        clock: "Clock",
        lifetimes: Lifetimes | None = None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._kept = kept
        self._vendors = vendors
        self._cache = cache
        self._vault = vault
        self._classes = classes
        self._clock = clock
        self._lifetimes = lifetimes or Lifetimes()
        self._under_way: dict[Flight, asyncio.Task[LiveList]] = {}
        self._behind = set[asyncio.Task[None]]()
        self._tried: dict[ListKey, datetime] = {}

    def known_head(self, provider: Provider, snapshot: Snapshot) -> ListHead | None:
        """How the list that everybody may know of stands. None where none may be shown."""
        head, digest = snapshot.list_head(provider.slug), self._shared_digest(provider, snapshot.shared_key(provider.slug))
        return None if head.age(digest, self._clock(), self._lifetimes) is Age.GONE else head

    async def known(self, provider: Provider, snapshot: Snapshot) -> LiveList | None:
        """The list that everybody may know of, as it stands: nobody is asked for it. None where none may be shown."""
        head = self.known_head(provider, snapshot)
        # What was cleared comes back into the cache by being asked for, not by being looked over.
        return await self._shown(head, head.digest, self._clock(), fills=not head.is_cleared) if head is not None else None

    async def read(
        self,
        provider: Provider,
        snapshot: Snapshot,
        asker: Asker,
        patience: Patience,
        *,
        is_accepted: bool = False,
        progress: "Progress" = no_progress,
    ) -> LiveList:
        """The list for this asker, whose key it may spend.

        Raises LiveListNotAvailable, KeyMissing, KeyUnreadable, VendorFailed; none of them where a list is at hand that may be shown.
        """
        errand = self._errand(provider, snapshot, asker, is_accepted=is_accepted)
        now, head, digest = self._clock(), errand.begun, errand.digest
        age = head.age(digest, now, self._lifetimes)
        is_waited_for = patience is Patience.WAIT or (head.is_cleared and head.failure is None)
        if patience is Patience.REFRESH or age is Age.GONE or (age is Age.STALE and is_waited_for):
            self._must_be_worth_a_try(errand, age, patience)
            try:
                return await self._joined(errand, progress)
            except (VendorFailed, KeyMissing, KeyUnreadable):
                head = (await self._snapshots.current()).list_head(provider.slug)
                if head.age(digest, now, self._lifetimes) is Age.GONE:  # as it was, or since it is another key's now
                    raise
        elif age is Age.STALE:
            self._refresh_behind(errand, now)
        return await self._shown(head, digest, now) or await self._joined(errand, progress)

    async def close(self) -> None:
        """Ends what is under way."""
        tasks = [*self._behind, *self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _errand(self, provider: Provider, snapshot: Snapshot, asker: Asker, *, is_accepted: bool) -> Errand:
        known = self._classes.of(provider)
        address = known.address(provider)
        if not address:
            raise LiveListNotAvailable(provider.slug)
        stored = _key_to_send(provider, known, asker, snapshot.shared_key(provider.slug))
        return Errand(provider, known, stored, snapshot.list_head(provider.slug), is_accepted)

    def _must_be_worth_a_try(self, errand: Errand, age: Age, patience: Patience) -> None:
        # Without a list everybody who looks would wait for a vendor that is known to be down.
        failure = errand.begun.failure
        if age is not Age.GONE or patience is Patience.REFRESH or failure is None or failure.digest != errand.digest:
            return
        if abs(self._clock() - failure.at) < BETWEEN_TRIES and errand.flight not in self._under_way:
            raise failure.error(errand.provider.slug)

    def _refresh_behind(self, errand: Errand, now: datetime) -> None:
        last = self._tried.get(errand.list_key)
        if last is not None and abs(now - last) < BETWEEN_TRIES:
            return
        self._tried[errand.list_key] = now
        task = asyncio.get_running_loop().create_task(_logged(self._joined(errand, no_progress)))
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)

    async def _shown(self, head: ListHead, digest: str, now: datetime, *, fills: bool = True) -> LiveList | None:
        """The list as it stands at `now`, None where a newer one has taken its place since."""
        models = await self._cache.get(head.key)
        if models is None:
            models = await self._kept.models(head)
            if models is None:
                return None
            if fills:
                await self._cache.put(head.key, models)
        source = Source.CACHE if head.age(digest, now, self._lifetimes) is Age.FRESH else Source.STALE
        return LiveList(head, models, source, head.fetched_at or now)

    async def _joined(self, errand: Errand, progress: "Progress") -> LiveList:
        """The outcome of the reading that is under way, or of a new one. Who leaves does not end it for the others."""
        task = self._under_way.get(errand.flight)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._read_in_turn(errand, progress))
            self._under_way[errand.flight] = task
            task.add_done_callback(lambda done: self._landed(errand, done))
        return await asyncio.shield(task)

    def _landed(self, errand: Errand, done: "asyncio.Task[LiveList]") -> None:
        self._under_way.pop(errand.flight, None)
        if not done.cancelled():
            done.exception()  # looked at, for the case that all who waited have left

    async def _read_in_turn(self, errand: Errand, progress: "Progress") -> LiveList:
        self._tried[errand.list_key] = self._clock()
        async with self._cache.turn(errand.list_key):
            if (brought := await self._brought_meanwhile(errand)) is not None:
                return brought
            try:
                models = await self._vendors.fetch(errand.provider, self._opened(errand.key), progress)
            except VendorFailed as error:
                told = _wants_a_key(error) if isinstance(error, KeyRejected) and errand.key is None else error
                await self._note_failure(errand, told)
                raise told from None
            return await self._keep(errand, models)

    async def _brought_meanwhile(self, errand: Errand) -> LiveList | None:
        """What another instance read while we waited for our turn."""
        head, now = (await self._snapshots.current()).list_head(errand.provider.slug), self._clock()
        if head.stamp == errand.begun.stamp or head.age(errand.digest, now, self._lifetimes) is not Age.FRESH:
            return None
        return await self._shown(head, errand.digest, now)

    def _opened(self, stored: StoredKey | None) -> Secret | None:
        return self._vault.open(stored.sealed, stored.binding) if stored is not None else None

    async def _keep(self, errand: Errand, models: VendorList) -> LiveList:
        """Records the list where nothing that shapes it changed meanwhile. What is too late to be kept is still an answer for who asked."""
        now = self._clock()
        async with self._unit_of_work() as work:
            head = await work.lists.head(errand.provider.slug)
            if head.clearings != errand.begun.clearings or not await self._still_holds(errand, work):
                return LiveList(ListHead(errand.provider.slug), models, Source.LIVE, now)
            after = head.receiving(errand.digest, models, now, is_accepted=errand.is_accepted)
            await work.lists.put(after, models if after.stamp != head.stamp else None)
            await work.commit()
        if after.stamp == head.stamp:  # it shrank, and waits
            return await self._shown(after, errand.digest, now) or LiveList(after, models, Source.LIVE, now)
        await self._cache.put(after.key, models)
        return LiveList(after, models, Source.LIVE, now)

    async def _still_holds(self, errand: Errand, work: "UnitOfWork") -> bool:
        try:
            provider = await work.providers.get(errand.provider.slug)
        except ProviderNotFound:
            return False
        return self._shared_digest(provider, await work.keys.get(provider.slug, None)) == errand.digest

    def _shared_digest(self, provider: Provider, stored: StoredKey | None) -> str:
        """Of the list as it is read with the shared key, where there is one."""
        return list_digest(provider, self._classes.of(provider), stored.fingerprint if stored else None)

    async def _note_failure(self, errand: Errand, error: VendorFailed | KeyMissing) -> None:
        """Written only where it is news: every write makes every process look again. Without a list to show, when it was is news."""
        now = self._clock()
        failure = Failure(error.code, error.reason, errand.digest, now)
        async with self._unit_of_work() as work:
            if not await self._still_holds(errand, work):
                return
            head = await work.lists.head(errand.provider.slug)
            is_told = head.failure is not None and evolve(head.failure, at=now) == failure
            if is_told and head.age(errand.digest, now, self._lifetimes) is not Age.GONE:
                return
            await work.lists.put(head.failed(failure))
            await work.commit()


def _key_to_send(provider: Provider, known: ProviderClass, asker: Asker, stored: StoredKey | None) -> StoredKey | None:
    """The key that goes with the question. Raises KeyMissing where the list hangs on one that this asker may not spend."""
    if stored is None and known.key_use is not KeyUse.NEEDED:
        return None
    try:
        return shared_key_for(provider, known.address(provider), asker, stored)
    except KeyMissing:
        if known.key_use is KeyUse.PUBLIC:
            return None
        raise


def _wants_a_key(refusal: KeyRejected) -> KeyMissing:
    return KeyMissing(refusal.slug, f"{refusal.slug!r} wants an API key for its list, and has none yet")


async def _logged(reading: Coroutine[Any, Any, LiveList]) -> None:
    try:
        await reading
    except ModeldeskError as error:
        LOGGER.warning("a list was not refreshed: %s", error)
