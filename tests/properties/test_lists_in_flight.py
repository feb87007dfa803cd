"""Vendors that take their time while everything else goes on: nothing late is kept, nobody is shown another key's list, nobody waits in vain.

Every list that a vendor gives names the call that it answers, so that whatever is kept or shown can be traced back to what began it.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, ClassVar

from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from modeldesk.adapters.cache.memory import InMemoryListCache
from modeldesk.domain.errors import ModeldeskError, Reason, VendorFailed
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import Secret
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.ports.vendors import Progress
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.actors import by
from tests.support.counts import count
from tests.support.desk_services import KnownMetadata
from tests.support.fake_vendors import PUBLIC, FakeVendors, vendor_models
from tests.support.list_strategies import CHAT, KEYS, KINDS, NORMAL, PROCESSES, SLUGS, SUPER, TIMES, URLS, declared, settled
from tests.support.samples import ManualClock, store_with_admins
from tests.support.services import Services


@define(eq=False)
class Call:
    """A question to a vendor: when it began (counted in changes of the desk), of whom, at which address and with which key."""

    number: int
    began: int
    slug: str
    url: str
    key: str | None
    answer: "asyncio.Future[VendorList]"


@define(eq=False)
class Look:
    """Somebody who looks at a list, and the keys that were the provider's meanwhile."""

    slug: str
    actor: Actor
    is_allowed: bool
    task: "asyncio.Task[Any]"
    keys: set[str | None]


@define(eq=False)
class SlowVendors(FakeVendors):
    """Answer nobody until they are let."""

    changes: int = 0
    calls: list[Call] = field(factory=list)

    @property
    def waiting(self) -> list[Call]:
        return [call for call in self.calls if not call.answer.done()]

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        text = key.reveal() if key and provider.provider_class != PUBLIC else None
        call = Call(len(self.calls), self.changes, provider.slug, provider.api_base_url, text, asyncio.get_running_loop().create_future())
        self.calls.append(call)
        return await call.answer

    def call_of(self, model: str) -> Call:
        """The call whose answer a model stood in."""
        return self.calls[int(model.partition(" ")[0])]


class FlightMachine(RuleBasedStateMachine):
    """Two processes; `shares_cache` as instances do that have a Redis."""

    shares_cache: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.clock, self.desk, self.vendors = ManualClock(), store_with_admins(), SlowVendors()
        shared = InMemoryListCache()
        self.processes = [
            Services(self.desk, self.clock, KnownMetadata(), self.vendors, shared if self.shares_cache else InMemoryListCache())
            for _ in range(2)
        ]
        self.allowed = dict[str, bool]()
        self.keys = dict[str, str | None]()
        self.cleared = dict[str, int]()
        self.looks = list[Look]()
        self.revisions = dict[str, int]()

    def run(self, story: Coroutine[Any, Any, Any]) -> Any:
        async def whole() -> Any:
            try:
                return await story
            except ModeldeskError as refusal:
                return refusal
            finally:
                await settled()

        return self.loop.get_loop().run_until_complete(whole())

    @initialize(urls=st.tuples(URLS, URLS, URLS), allowed=st.tuples(st.booleans(), st.booleans(), st.booleans()))
    def providers_are_imported(self, urls: tuple[str, ...], allowed: tuple[bool, ...]) -> None:
        self.allowed = dict(zip(KINDS, allowed, strict=True))
        entries = [declared(kind, url, allowed=self.allowed[kind]) for kind, url in zip(KINDS, urls, strict=True)]
        self.run(self.processes[0].registration.register(entries, ImportOptions(), CLI_ACTOR))
        self.the_key_changes(0, "needed", "k1-long-enough")
        for kind in KINDS:
            self.some_look(0, kind, SUPER, RefreshMode.STALE_OK, 1)

    @rule(
        process=PROCESSES,
        slug=SLUGS,
        actor=st.sampled_from([SUPER, NORMAL]),
        mode=st.sampled_from(RefreshMode),
        how_many=st.integers(1, 3),
    )
    def some_look(self, process: int, slug: str, actor: Actor, mode: RefreshMode, how_many: int) -> None:
        async def begin() -> None:
            for _ in range(how_many):
                looking = asyncio.create_task(self.processes[process].discovery.listing(Slot(Slug(slug), CHAT), actor, mode))
                self.looks.append(Look(slug, actor, self.allowed[slug], looking, {self.keys.get(slug)}))

        self.run(begin())

    @rule(which=st.integers(0), size=st.integers(3, 4))
    def a_vendor_gives_a_list(self, which: int, size: int) -> None:
        self.a_vendor_answers(which, size, False)

    @rule(which=st.integers(0), size=st.integers(1, 4), fails=st.sampled_from([False, False, True]))
    def a_vendor_answers(self, which: int, size: int, fails: bool) -> None:
        if waiting := self.vendors.waiting:
            call = waiting[which % len(waiting)]

            async def answer() -> None:
                if fails:
                    call.answer.set_exception(VendorFailed(call.slug, Reason("closed-before-answer")))
                else:
                    call.answer.set_result(vendor_models(*(f"{call.number} {letter}" for letter in "abcd"[:size])))

            self.run(answer())

    @rule(which=st.integers(0))
    def somebody_leaves(self, which: int) -> None:
        async def leave() -> None:
            self.looks.pop(which % len(self.looks)).task.cancel()

        if self.looks:
            self.run(leave())

    @rule(process=PROCESSES, slug=SLUGS, letter=st.sampled_from("abcd"))
    def select(self, process: int, slug: str, letter: str) -> None:
        """Nobody who chooses waits for a vendor."""
        asked = len(self.vendors.calls)
        selected = self.run(self.processes[process].selection.select(SelectModel(Slot(Slug(slug), CHAT), ModelId(letter)), by("ann")))
        assert selected.current.is_active
        assert len(self.vendors.calls) == asked

    @rule(process=PROCESSES, slug=SLUGS)
    def clear(self, process: int, slug: str) -> None:
        self.run(self.processes[process].discovery.clear(Slug(slug), CLI_ACTOR))
        self.vendors.changes += 1
        self.cleared[slug] = self.vendors.changes

    @rule(process=PROCESSES, slug=SLUGS, text=st.none() | KEYS)
    def the_key_changes(self, process: int, slug: str, text: str | None) -> None:
        keeping = self.processes[process].key_keeping
        done = self.run(keeping.set(Slug(slug), None, Secret(text), SUPER) if text is not None else keeping.delete(Slug(slug), None, SUPER))
        self.vendors.changes += 1
        if not isinstance(done, ModeldeskError):
            self.keys[slug] = text
            for look in self.looks:
                if look.slug == slug and not look.task.done():
                    look.keys.add(text)

    @rule(process=PROCESSES, slug=SLUGS, url=URLS)
    def provider_moves(self, process: int, slug: str, url: str) -> None:
        entry = declared(slug, url, allowed=self.allowed[slug])
        self.run(self.processes[process].registration.register([entry], ImportOptions(force=True), CLI_ACTOR))
        self.vendors.changes += 1

    @rule(seconds=TIMES)
    def time_passes(self, seconds: int) -> None:
        self.clock.forward(timedelta(seconds=seconds))

    @invariant()
    def what_is_kept_began_after_the_last_clearing(self) -> None:
        """Unless it stood before, and is still marked as cleared; and it was read where and with what its state says."""
        held = self.desk.contents
        for (slug, owner), (revision, models) in held.list_contents.items():
            state, call = held.lists[slug, owner], self.vendors.call_of(models.models[0].id)
            assert (revision, call.slug) == (state.revision, slug)
            assert state.is_cleared or call.began >= self.cleared.get(slug, 0), f"{slug} was cleared after call {call.number} began"
            assert state.revision >= self.revisions.get(slug, 0)
            self.revisions[slug] = state.revision

    @invariant()
    def nobody_is_shown_what_is_not_theirs(self) -> None:
        """A list of their provider, read with a key that was its key while they looked; for a normal admin none of a key that is not for them."""
        for look in [look for look in self.looks if look.task.done()]:
            self.looks.remove(look)
            if (failed := look.task.exception()) is not None:
                assert isinstance(failed, ModeldeskError), failed
                continue
            calls = {self.vendors.call_of(model.id) for model in look.task.result().catalogue.models}
            assert len(calls) == 1
            (call,) = calls
            assert call.slug == look.slug
            assert call.key in look.keys or call.slug == "public"
            assert call.key is None or look.actor is SUPER or look.is_allowed

    @invariant()
    def a_vendor_is_asked_once_for_the_same(self) -> None:
        """At a time: with one cache by all processes together, else by each."""
        waiting = [(call.slug, call.url, call.key) for call in self.vendors.waiting]
        most = 1 if self.shares_cache else 2
        assert all(waiting.count(same) <= most for same in waiting)

    def teardown(self) -> None:
        """Once all vendors answer, everybody who waits is answered, and the present list can be read."""
        for _ in range(60):
            if not self.vendors.waiting:
                break
            self.a_vendor_answers(0, 4, False)
            self.nobody_is_shown_what_is_not_theirs()
        assert not self.looks, "somebody waits in vain"
        for slug, key in self.keys.items():
            provider = self.desk.contents.providers.get(Slug(slug))
            if key is not None and provider is not None and provider.api_base_url:
                self.run(self.processes[0].key_keeping.set(Slug(slug), None, Secret(key), SUPER))
                self.some_look(1, slug, SUPER, RefreshMode.FORCE, 1)
                self.a_vendor_answers(0, 4, False)
                assert self.looks[0].task.done()
                self.nobody_is_shown_what_is_not_theirs()
        for process in self.processes:
            self.loop.run(process.close())
        assert asyncio.all_tasks(self.loop.get_loop()) == set()
        self.loop.close()


class SharingFlightMachine(FlightMachine):
    """The same with one cache for both."""

    shares_cache = True


TestInFlight = FlightMachine.TestCase
TestInFlight.settings = settings(max_examples=count(15, 2_000), stateful_step_count=30, deadline=None)
TestInFlightOfInstances = SharingFlightMachine.TestCase
TestInFlightOfInstances.settings = settings(max_examples=count(15, 2_000), stateful_step_count=30, deadline=None)
