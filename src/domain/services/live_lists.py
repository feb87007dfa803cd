"""Reading vendors' lists: once however many ask, behind the answer where an old list will do, and never losing a good one."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

from modeldesk.domain.errors import KeyMissing, KeyRejected, KeyUnreadable, ModeldeskError, ProviderNotFound, TooSoon, VendorFailed
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import RETRY_COOLDOWN, Age, CacheTtl, Failure, ListKey, ListState, list_digest
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.key_choice import AvailableKeys
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.list_cache import ListCache
from modeldesk.domain.ports.queries import ListContents, Snapshots
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.ports.vendors import Progress, VendorCatalogues
from modeldesk.domain.services.list_request import CoalescingKey, ListRequest, RefreshMode, ServedList, no_progress, prepare_request

LOGGER = logging.getLogger(__name__)


class LiveLists:
    """Lives as long as the process: it holds the readings that are under way."""

    def __init__(
        self,
        *,
        unit_of_work: OpenUnitOfWork,
        snapshots: Snapshots,
        contents: ListContents,
        vendors: VendorCatalogues,
        cache: ListCache,
        vault: Vault,
        classes: ProviderClasses,
        clock: Clock,
        ttl: CacheTtl | None = None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._contents = contents
        self._vendors = vendors
        self._cache = cache
        self._vault = vault
        self._classes = classes
        self._clock = clock
        self._ttl = ttl or CacheTtl()
        self._under_way: dict[CoalescingKey, asyncio.Task[ServedList]] = {}
        self._behind = set[asyncio.Task[None]]()
        self._tried: dict[ListKey, datetime] = {}
        self._born = clock()

    def expired(self, snapshot: Snapshot) -> frozenset[Slug]:
        """The providers whose lists are older than any list is shown."""
        now = self._clock()
        states = snapshot.lists.values()
        return frozenset(state.provider for state in states if state.age(state.digest, now, self._ttl) is Age.EXPIRED)

    def peek_state(self, provider: Provider, snapshot: Snapshot) -> ListState | None:
        """How the list that everybody may know of stands. None where none may be shown."""
        state, digest = snapshot.list_state(provider.slug), self._shared_digest(provider, snapshot.shared_key(provider.slug))
        return None if state.age(digest, self._clock(), self._ttl) is Age.EXPIRED else state

    async def peek(self, provider: Provider, snapshot: Snapshot) -> ServedList | None:
        """The list that everybody may know of, as it stands: nobody is asked for it. None where none may be shown."""
        state = self.peek_state(provider, snapshot)
        if state is None:
            return None
        # What was cleared comes back into the cache by being asked for, not by being looked over.
        digest = self._shared_digest(provider, snapshot.shared_key(provider.slug))
        return await self._shown(state, digest, self._clock(), fills=not state.is_cleared)

    async def read(
        self,
        provider: Provider,
        snapshot: Snapshot,
        actor: Actor,
        mode: RefreshMode,
        *,
        is_accepted: bool = False,
        progress: Progress = no_progress,
    ) -> ServedList:
        """The list for this actor, whose key it may spend: their own list where it is read with their own key.

        Raises LiveListNotAvailable, KeyMissing, and TooSoon where a normal admin has it refreshed too often; KeyUnreadable and VendorFailed
        only where no list is at hand that may be shown.
        """
        request = prepare_request(provider, self._classes, snapshot, actor, self._clock(), is_accepted=is_accepted)
        if mode is RefreshMode.FORCE and request.actor.role is not Role.SUPER:
            await self._take_refresh(request)
        now, state, digest = self._clock(), request.state, request.digest
        age = state.age(digest, now, self._ttl)
        if self._is_waited_for(request, age, mode):
            if mode is RefreshMode.STALE_OK and (failure := self._late_failure(request)) is not None:
                raise failure.error(provider.slug)  # without a list everybody would wait, again and again, for a vendor that is down
            try:
                return await self._waited_for(request, progress)
            except (VendorFailed, KeyMissing, KeyUnreadable):
                present = await self._snapshots.current()
                state = present.list_state(provider.slug, request.owner)
                if state.age(digest, now, self._ttl) is Age.EXPIRED:  # as it was, or since it is another key's now
                    raise
                request.may_be_shown(present)  # what failed may have failed because they may no longer see it
        elif age is Age.STALE:
            self._refresh_behind(request, now)
        return await self._shown(state, digest, now) or await self._waited_for(request, progress)

    def is_cached(self, provider: Provider, snapshot: Snapshot, actor: Actor) -> bool:
        """Whether `read` would answer this actor without waiting for the vendor. Raises LiveListNotAvailable, KeyMissing."""
        request = prepare_request(provider, self._classes, snapshot, actor, self._clock())
        age = request.state.age(request.digest, self._clock(), self._ttl)
        return not self._is_waited_for(request, age, RefreshMode.STALE_OK) or self._late_failure(request) is not None

    async def close(self) -> None:
        """Ends what is under way."""
        tasks = [*self._behind, *self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _take_refresh(self, request: ListRequest) -> None:
        """One of the refreshes that normal admins have: counted with the list, so that it is one for all instances."""
        async with self._unit_of_work() as work:
            state, now = await work.lists.state(request.provider.slug, request.owner), self._clock()
            if wait := state.refresh_retry_after(now):
                raise TooSoon(request.provider.slug, wait)
            await work.lists.put(state.asked(now))
            await work.commit()

    def _is_waited_for(self, request: ListRequest, age: Age, mode: RefreshMode) -> bool:
        if age is Age.STALE and mode is RefreshMode.STALE_OK:
            return request.state.is_cleared and request.state.failure is None
        return age is not Age.FRESH or mode is RefreshMode.FORCE

    def _late_failure(self, request: ListRequest) -> Failure | None:
        """Why this very list could not be read a moment ago, if so and nobody is reading it now."""
        failure, now = request.state.failure, self._clock()
        if failure is None or failure.digest != request.digest or request.coalescing_key in self._under_way:
            return None
        if failure.at < self._born:
            return None  # another process met it, and what was wrong there may have been mended for this one
        tried = max(failure.at, self._tried.get(request.list_key, failure.at))
        return failure if abs(now - tried) < RETRY_COOLDOWN else None

    def _refresh_behind(self, request: ListRequest, now: datetime) -> None:
        last = self._tried.get(request.list_key)
        if last is not None and abs(now - last) < RETRY_COOLDOWN:
            return
        self._tried[request.list_key] = now
        task = asyncio.get_running_loop().create_task(_logged(self._joined(request, no_progress)))
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)

    async def _shown(self, state: ListState, digest: str, now: datetime, *, fills: bool = True) -> ServedList | None:
        """The list as it stands at `now`, None where a newer one has taken its place since."""
        models = await self._cache.get(state.key)
        if models is None:
            models = await self._contents.models(state)
            if models is None:
                return None
            if fills:
                models = await self._cached(state.key, models)
        source = Source.CACHE if state.age(digest, now, self._ttl) is Age.FRESH else Source.STALE
        return ServedList(state, models, source, state.fetched_at or now)

    async def _cached(self, key: ListKey, models: VendorList) -> VendorList:
        """The list as the cache keeps it: a cache packs more tightly than a vendor, and what is built from a list holds it."""
        await self._cache.put(key, models)
        return await self._cache.get(key) or models

    async def _waited_for(self, request: ListRequest, progress: Progress) -> ServedList:
        """The outcome of a reading, for an actor whose rights may have changed since they asked. Others began it, perhaps."""
        listed = await self._joined(request, progress)
        request.may_be_shown(await self._snapshots.current())
        return listed

    async def _joined(self, request: ListRequest, progress: Progress) -> ServedList:
        """The outcome of the reading that is under way, or of a new one. Who leaves does not end it for the others."""
        task = self._under_way.get(request.coalescing_key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._read_in_turn(request, progress))
            self._under_way[request.coalescing_key] = task
            task.add_done_callback(lambda done: self._on_done(request, done))
        return await asyncio.shield(task)

    def _on_done(self, request: ListRequest, done: asyncio.Task[ServedList]) -> None:
        self._under_way.pop(request.coalescing_key, None)
        if not done.cancelled():
            done.exception()  # looked at, for the case that all who waited have left

    async def _read_in_turn(self, request: ListRequest, progress: Progress) -> ServedList:
        self._tried[request.list_key] = self._clock()
        async with self._cache.lock(request.list_key):
            present = await self._snapshots.current()
            key = request.key_to_send(present)
            if (fetched := await self._fetched_elsewhere(request, present)) is not None:
                return fetched
            try:
                models = await self._asked(request, self._opened(key), progress)
            except (VendorFailed, KeyMissing) as error:
                await self._note_failure(request, error)
                raise
            return await self._keep(request, models)

    async def _asked(self, request: ListRequest, key: Secret | None, progress: Progress) -> VendorList:
        """What the vendor answers. Raises KeyMissing where it wants a key and none was sent."""
        provider = request.provider
        try:
            return await self._vendors.fetch(provider, key, progress)
        except KeyRejected as error:
            if key is None:
                raise KeyMissing(
                    provider.slug, f"{provider.slug!r} wants an API key for its list, and has none yet ({error.reason})"
                ) from error
            if request.provider_class.key_requirement is not KeyRequirement.PUBLIC:
                raise
            return await self._vendors.fetch(provider, None, progress)  # anybody may read it: a bad key stands in nobody's way

    async def _fetched_elsewhere(self, request: ListRequest, present: Snapshot) -> ServedList | None:
        """What another instance read while we waited for our turn. Raises VendorFailed where it failed meanwhile."""
        state, now = present.list_state(request.provider.slug, request.owner), self._clock()
        failure = state.failure
        if failure is not None and failure.digest == request.digest and failure.at > request.started_at:
            raise failure.error(request.provider.slug)
        if state.revision == request.state.revision or state.age(request.digest, now, self._ttl) is not Age.FRESH:
            return None
        return await self._shown(state, request.digest, now)

    def _opened(self, stored: StoredKey | None) -> Secret | None:
        return self._vault.open(stored.sealed, stored.binding) if stored is not None else None

    async def _keep(self, request: ListRequest, models: VendorList) -> ServedList:
        """Records the list where nothing that shapes it changed meanwhile. What is too late to be kept is still an answer for who asked."""
        now, serialized = self._clock(), await self._contents.serialized(models)
        async with self._unit_of_work() as work:
            state = await work.lists.state(request.provider.slug, request.owner)
            has_newer = state.digest == request.digest and state.revision != request.state.revision and not request.is_accepted
            if has_newer or not await self._still_holds(request, state, work):
                return ServedList(ListState(request.provider.slug, owner=request.owner), models, Source.LIVE, now)
            after = state.with_fetched(request.digest, models, now, seen=request.state.shrunk, is_accepted=request.is_accepted)
            await work.lists.put(after, serialized if after.revision != state.revision else None)
            if request.is_accepted:
                told = {"count": state.count}, {"count": after.count}
                accepted = audit_entry(request.actor, now, Action.LIST_ACCEPTED, request.provider.slug, before=told[0], after=told[1])
                await work.audit.add([accepted])
            await work.commit()
        if after.revision == state.revision:  # it shrank, and waits
            return await self._shown(after, request.digest, now) or ServedList(after, models, Source.LIVE, now)
        return ServedList(after, await self._cached(after.key, models), Source.LIVE, now)

    async def _still_holds(self, request: ListRequest, state: ListState, work: UnitOfWork) -> bool:
        """Whether the list was not cleared since the request began, and would be read in the same way now."""
        if state.invalidations != request.state.invalidations:
            return False
        try:
            provider = await work.providers.get(request.provider.slug)
        except ProviderNotFound:
            return False
        actor = request.actor.with_current_role(await work.accounts.admin(request.actor.name))
        available = AvailableKeys(await work.keys.get(provider.slug, actor.name), await work.keys.get(provider.slug, None))
        return request.holds(provider, self._classes.class_of(provider), actor, available)

    def _shared_digest(self, provider: Provider, stored: StoredKey | None) -> str:
        """Of the list as it is read with the shared key, where there is one."""
        return list_digest(provider, self._classes.class_of(provider), stored)

    async def _note_failure(self, request: ListRequest, error: VendorFailed | KeyMissing) -> None:
        """Of what was read in a way that does not hold any more, nothing is noted: a new key is not blamed for the old one."""
        async with self._unit_of_work() as work:
            state = await work.lists.state(request.provider.slug, request.owner)
            if await self._still_holds(request, state, work):
                await work.lists.put(state.failed(Failure(error.code, error.reason, request.digest, self._clock())))
                await work.commit()


async def _logged(reading: Coroutine[Any, Any, ServedList]) -> None:
    try:
        await reading
    except ModeldeskError as error:
        LOGGER.warning("a list was not refreshed: %s", error)
    except Exception:
        LOGGER.exception("a list was not refreshed")
