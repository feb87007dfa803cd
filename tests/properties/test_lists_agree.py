"""Live lists and keys, whatever happens in between: answers and states are held to the plain ones, and nothing late or foreign is kept."""

import asyncio
from collections.abc import Coroutine
from copy import deepcopy
from datetime import timedelta
from typing import Any, ClassVar

from attrs import define
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from modeldesk.adapters.cache.memory import InMemoryListCache
from modeldesk.domain.errors import KeyRejected, ModeldeskError, VendorFailed
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import Secret
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.ports.vendors import Progress
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.domain.services.list_request import RefreshMode
from tests.support import plain_lists
from tests.support.actors import by
from tests.support.counts import count
from tests.support.desk_services import KnownMetadata
from tests.support.fake_vendors import PUBLIC, FakeVendors, vendor_models
from tests.support.list_strategies import CHAT, KEYS, KINDS, NORMAL, PROCESSES, SLUGS, SUPER, TIMES, URLS, declared, settled
from tests.support.samples import ManualClock, store_with_admins
from tests.support.services import Services
from tests.support.shares import in_shares

MODELS = st.sampled_from(["abcd", "abcd", "abc", "bcda", "ab", "ba", "cd", "a", "abcdefgh"]).map(list)
SAID = in_shares(MODELS, MODELS, MODELS, MODELS, st.sampled_from(["vendor-failed", "key-rejected"]))
ASKERS = st.sampled_from([SUPER, SUPER, SUPER, NORMAL])
MODES = st.sampled_from([RefreshMode.STALE_OK, RefreshMode.STALE_OK, RefreshMode.WAIT_IF_STALE, RefreshMode.FORCE, RefreshMode.FORCE])


@define(eq=False)
class NamingVendors(FakeVendors):
    """Every id names the key that it was read with, where the list hangs on one. `begun` counts the questions."""

    begun: int = 0

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        self.begun += 1
        found = await super().fetch(provider, key, progress)
        hangs_on = key.reveal() if key and provider.provider_class != PUBLIC else None
        return vendor_models(*(f"{hangs_on}-{model.id}" for model in found.models))


class LiveMachine(RuleBasedStateMachine):
    """Two processes over one desk in memory; `shares_cache` as instances do that have a Redis."""

    shares_cache: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.clock = ManualClock()
        self.began = self.clock.now
        self.vendors = NamingVendors()
        self.desk = store_with_admins()
        cache = InMemoryListCache()
        self.processes = [
            Services(self.desk, self.clock, KnownMetadata(), self.vendors, cache if self.shares_cache else InMemoryListCache())
            for _ in range(2)
        ]
        self.plain = plain_lists.empty_desk()
        self.revisions = dict[tuple[str, int], int]()

    def run(self, story: Coroutine[Any, Any, Any]) -> Any:
        """To its end, and whatever it began behind."""

        async def whole() -> Any:
            try:
                return await story
            except ModeldeskError as refusal:
                return refusal.code
            finally:
                await settled()

        return self.loop.get_loop().run_until_complete(whole())

    @initialize(urls=st.tuples(URLS, URLS, URLS), allowed=st.tuples(st.booleans(), st.booleans(), st.booleans()), said=SAID)
    def providers_are_imported(self, urls: tuple[str, ...], allowed: tuple[bool, ...], said: Any) -> None:
        for kind, url, is_allowed in zip(KINDS, urls, allowed, strict=True):
            self.plain["providers"][kind] = {"kind": kind, "url": url, "allowed": is_allowed}
            self.vendor_says(kind, said)
        entries = [declared(kind, url, allowed=each) for kind, url, each in zip(KINDS, urls, allowed, strict=True)]
        self.run(self.processes[0].registration.register(entries, ImportOptions(), CLI_ACTOR))
        self.key_is_set(0, "needed", "k1-long-enough")
        for kind in KINDS:
            self.browse(0, kind, SUPER, RefreshMode.STALE_OK, False)

    @rule(slug=SLUGS, said=SAID)
    def vendor_says(self, slug: str, said: Any) -> None:
        """From now on."""
        self.plain["vendors"][slug] = said
        if isinstance(said, str):
            self.vendors.fail(slug, "as written", KeyRejected if said == "key-rejected" else VendorFailed)
        else:
            self.vendors.write(slug, said)

    @rule(seconds=TIMES)
    def time_passes(self, seconds: int) -> None:
        self.plain["now"] += seconds
        self.clock.forward(timedelta(seconds=seconds))

    @rule(process=PROCESSES, slug=SLUGS, actor=ASKERS, mode=MODES, accepts=st.sampled_from([False] * 5 + [True]))
    def browse(self, process: int, slug: str, actor: Actor, mode: RefreshMode, accepts: bool) -> None:
        answer = self.run(looked(self.processes[process], slug, actor, mode, accepts))
        plain = plain_lists.browse(self.plain, process, slug, actor.role.value, mode.name.lower(), accepts)
        assert answer == plain, f"{answer} for {actor.name} at {slug}, and plainly {plain}"

    @rule(said=SAID, seconds=st.sampled_from([0, 0, 1]) | TIMES, process=PROCESSES, slug=SLUGS, mode=MODES, times=st.integers(1, 3))
    def a_list_changes_and_is_looked_at(self, said: Any, seconds: int, process: int, slug: str, mode: RefreshMode, times: int) -> None:
        """Where it matters most, once or several times."""
        self.vendor_says(slug, said)
        self.time_passes(seconds)
        for _ in range(times):
            self.browse(process, slug, SUPER, mode, False)

    @rule(process=PROCESSES, slug=SLUGS, model=st.sampled_from("abcd"), of=st.none() | KEYS)
    def select(self, process: int, slug: str, model: str, of: str | None) -> None:
        select_model = SelectModel(Slot(Slug(slug), CHAT), ModelId(f"{of}-{model}"))
        asked = self.vendors.begun
        selected = self.run(self.processes[process].selection.select(select_model, by("ann")))
        assert (selected.current.is_active, selected.current.model.model_id) == (True, select_model.model_id)
        assert selected.current.in_catalogue is plain_lists.select(self.plain, slug, select_model.model_id)
        assert self.vendors.begun == asked

    @rule(process=PROCESSES, slug=st.none() | SLUGS)
    def clear(self, process: int, slug: str | None) -> None:
        self.run(self.processes[process].discovery.clear(Slug(slug) if slug else None, CLI_ACTOR))
        plain_lists.clear(self.plain, slug)

    @rule(process=PROCESSES, slug=SLUGS, text=KEYS)
    def key_is_set(self, process: int, slug: str, text: str) -> None:
        answer = self.run(self.processes[process].key_keeping.set(Slug(slug), None, Secret(text), SUPER))
        assert (answer if isinstance(answer, str) else None) == plain_lists.set_key(self.plain, slug, text)

    @rule(process=PROCESSES, slug=SLUGS)
    def key_is_deleted(self, process: int, slug: str) -> None:
        was_there = self.run(self.processes[process].key_keeping.delete(Slug(slug), None, SUPER))
        assert was_there is plain_lists.delete_key(self.plain, slug)

    @rule(process=PROCESSES, slug=SLUGS, url=URLS)
    def provider_moves(self, process: int, slug: str, url: str) -> None:
        entry = declared(slug, url, allowed=self.plain["providers"][slug]["allowed"])
        plan = self.run(self.processes[process].registration.register([entry], ImportOptions(force=True), CLI_ACTOR))
        assert any(update.suspends_keys for update in plan.updated) is plain_lists.move(self.plain, slug, url)

    @invariant()
    def what_stands_is_as_it_plainly_is(self) -> None:
        for (slug, owner), state in self.desk.contents.lists.items():
            assert owner is None, "nobody entered a key of their own"
            plain = plain_lists.listed(self.plain, slug)
            assert (state.invalidations, state.is_cleared) == (plain["invalidations"], plain["cleared"])
            # A revision is made of the time: a new one for each list that takes the place, above the one before, and no other.
            assert self.revisions.setdefault((slug, plain["revision"]), state.revision) == state.revision
            assert state.revision > self.revisions.get((slug, plain["revision"] - 1), 0) if plain["revision"] else state.revision == 0
            assert state.count == len(plain["ids"])
            assert (state.failure.code if state.failure else None) == (plain["failure"]["code"] if plain["failure"] else None)
            assert (state.shrunk.count if state.shrunk else None) == (len(plain["shrunk"]) if plain["shrunk"] is not None else None)
        keys = {slug: {"origin": key.binding.origin, "aside": key.is_suspended} for (slug, _), key in self.desk.contents.keys.items()}
        assert keys == {slug: {"origin": key["origin"], "aside": key["aside"]} for slug, key in self.plain["keys"].items()}

    @invariant()
    def every_process_overlooks_the_same(self) -> None:
        for process in self.processes:
            assert self.run(overlooked(process)) == plain_lists.overview(deepcopy(self.plain))

    def teardown(self) -> None:
        self.loop.run(self.processes[0].close())
        self.loop.run(self.processes[1].close())
        self.loop.close()


async def looked(process: Services, slug: str, actor: Actor, mode: RefreshMode, accepts: bool) -> Any:
    listing = await process.discovery.listing(Slot(Slug(slug), CHAT), actor, mode, is_accepted=accepts)
    return [listing.source.value, [model.id for model in listing.catalogue.models]]


async def overlooked(process: Services) -> dict[str, Any]:
    overview = await process.oversight.overview()
    reported: dict[str, list[str]] = {entry.provider.slug: [] for entry in overview.providers}
    for notice in overview.warnings:
        if notice.code != "not-in-catalogue":
            reported[notice.slot.provider].append(notice.code)
    return {entry.provider.slug: [entry.capabilities[CHAT].model_count, reported[entry.provider.slug]] for entry in overview.providers}


class SharingMachine(LiveMachine):
    """The same with one cache for both."""

    shares_cache = True


TestLiveLists = LiveMachine.TestCase
TestLiveLists.settings = settings(max_examples=count(12, 2_000), stateful_step_count=30, deadline=None)
TestLiveListsOfInstances = SharingMachine.TestCase
TestLiveListsOfInstances.settings = settings(max_examples=count(8, 1_000), stateful_step_count=30, deadline=None)
